import type { Answered, Faulted } from './outcome.ts';
import { faultVerdicts } from './rules/faults.ts';
import { lastRule } from './rules/general-statuses.ts';
import { readError } from './rules/provider-error.ts';
import { matches } from './rules/rule.ts';
import type { Decider } from './rules/rule.ts';
import { tableFor } from './rules/tables.ts';
import { OK } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { readWait } from './waits.ts';

/** What a verdict depends on beside the outcome itself. */
export interface JudgeContext {
  /** `type` of the provider in the configuration: picks the table. */
  readonly providerType: string;
  /** Milliseconds since 1970: what a moment named by the provider is measured from. */
  readonly now: number;
  /** The operation that was called, for the rules that ask. */
  readonly operation?: string;
  /** Rules of the configuration, tried before the table. */
  readonly ownRules?: readonly Decider[];
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

  const error = readError(outcome.errorText, outcome.headers);
  const fits = ({ when }: Decider): boolean => matches(when, outcome, error, context.operation);
  const rule = context.ownRules?.find(fits) ?? tableFor(context.providerType).find(fits) ?? lastRule;
  return verdictOf(rule, outcome, context.now);
}

function verdictOf({ id, verdict: decided }: Decider, answer: Answered, now: number): Verdict {
  const verdict: Verdict = {
    class: decided.class,
    scope: decided.scope,
    retry: decided.retry,
    rule: id,
  };
  const { wait, waitCapMs, zoneHours } = decided;
  if (wait === undefined) return verdict;
  const waitMs = readWait(answer.headers, answer.errorText, now, {
    from: wait,
    ...(waitCapMs !== undefined && { capMs: waitCapMs }),
    ...(zoneHours !== undefined && { zoneHours }),
  });
  return waitMs === undefined ? verdict : { ...verdict, waitMs };
}
