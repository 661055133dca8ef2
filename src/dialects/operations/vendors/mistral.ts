import { JSON_MODEL, operation } from '../operation.ts';
import type { Operation } from '../operation.ts';

/** What Mistral has beside OpenAI's dialect: code that is filled in, and agents, which have models of their own: docs.mistral.ai/api. */
export const mistralOperations: readonly Operation[] = [
  operation('mistral.fim', 'vendor', 'POST', '/fim/completions', { ...JSON_MODEL, isChat: true }),
  operation('mistral.agents', 'vendor', 'POST', '/agents/completions', { isChat: true }),
];
