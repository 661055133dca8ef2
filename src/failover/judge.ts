import type { Answered, Faulted } from './outcome.ts';
import { faultVerdicts } from './rules/faults.ts';
import { generalRules, lastRule } from './rules/general.ts';
import { openaiRules } from './rules/openai.ts';
import { qwenRules } from './rules/qwen.ts';
import { readError } from './rules/provider-error.ts';
import { matches } from './rules/rule.ts';
import type { Rule } from './rules/rule.ts';
import { OK } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { DEFAULT_WAIT_CAP_MS, readWait } from './waits.ts';

/** What a verdict depends on beside the outcome itself. */
export interface JudgeContext {
  /** `type` of the provider in the configuration: picks the table. */
  readonly providerType: string;
  /** Milliseconds since 1970: what a moment named by the provider is measured from. */
  readonly now: number;
  /** The operation that was called, for the rules that ask. */
  readonly operation?: string;
}

/** A provider's own rules come first and fall through to the general ones. */
const tables: ReadonlyMap<string, readonly Rule[]> = new Map([
  ['openai', [...openaiRules, ...generalRules]],
  ['qwen', [...qwenRules, ...generalRules]],
]);

/** The rules for a provider type in the order they are tried; the general ones for a type without its own. */
export function tableFor(providerType: string): readonly Rule[] {
  return tables.get(providerType) ?? generalRules;
}

/**
 * Says who is to blame for an attempt's outcome. Pure, and never throws whatever the provider sent. A good
 * answer costs nothing: no parsing, no allocation.
 *
 * A cancelled attempt is not judged: nobody is to blame, and its caller records nothing.
 */
export function judge(outcome: Answered | Faulted, context: JudgeContext): Verdict {
  if (outcome.kind === 'faulted') return faultVerdicts[outcome.fault];
  if (outcome.where === 'none' && outcome.status < 300) return OK;

  const error = readError(outcome.errorText, outcome.headers['content-type']);
  const table = tableFor(context.providerType);
  const rule =
    table.find((candidate) => matches(candidate.when, outcome, error, context.operation)) ?? lastRule;
  return verdictOf(rule, outcome, context.now);
}

function verdictOf(rule: Rule, answer: Answered, now: number): Verdict {
  const { class: verdictClass, scope, retry, wait, waitCapMs = DEFAULT_WAIT_CAP_MS } = rule.verdict;
  const verdict: Verdict = { class: verdictClass, scope, retry, rule: rule.id };
  if (wait === undefined) return verdict;
  const waitMs = readWait(answer.headers, answer.errorText, now, { from: wait, capMs: waitCapMs });
  return waitMs === undefined ? verdict : { ...verdict, waitMs };
}
