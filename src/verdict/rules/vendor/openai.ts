import { openaiAccountRules } from './openai-account.ts';
import { openaiRequestRules } from './openai-request.ts';
import type { Rule } from '../rule.ts';

/**
 * What OpenAI's own words mean, in the order they are tried. Its error type is too coarse to tell money from
 * haste, so the code decides, and messages are asked only where it has sent no code. Plain statuses fall
 * through to the general table.
 */
export const openaiRules: readonly Rule[] = [...openaiAccountRules, ...openaiRequestRules];
