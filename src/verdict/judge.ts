import type { Answered, Faulted } from './outcome.ts';
import { faultVerdicts } from './fault-verdicts.ts';
import { lastRule } from './rules/general/status-rules.ts';
import type { ProviderError } from './provider-error/error-fields.ts';
import { namesRequestField } from './provider-error/own-words.ts';
import type { IsClientText } from './provider-error/own-words.ts';
import { readError } from './provider-error/read-error.ts';
import { isAboutRequest, matches } from './rules/rule.ts';
import type { Consequence, RuleCore, Match } from './rules/rule.ts';
import { tableFor } from './rules/tables.ts';
import { OK } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { DEFAULT_WAIT_CAP_MS, LONG_WAIT_CAP_MS, readWait } from './waits/waits.ts';
import { LONG_WINDOW, SHORT_WINDOW } from './rules/words.ts';

/** What a verdict depends on beside the outcome itself. */
export interface JudgeContext {
  /** `type` of the provider in the configuration: picks the table. */
  readonly providerType: string;
  /** Milliseconds since 1970: what a moment named by the provider is measured from. */
  readonly now: number;
  /** The operation that was called, for the rules that ask. */
  readonly operation?: string;
  /** Rules of the configuration, tried before the table. */
  readonly ownRules?: readonly RuleCore[];
  /**
   * Whether a phrase stands in the client's request: what a provider says back is not its own word. Asked only where an
   * error would otherwise condemn a key. Absent where nobody knows the request.
   */
  readonly isClientText?: IsClientText;
}

/**
 * Says who is to blame for an attempt's outcome. Pure, and never throws whatever the provider sent. A good
 * answer costs nothing: no parsing, no allocation.
 *
 * A cancelled attempt is not judged: nobody is to blame, and its caller records nothing.
 */
export function judge(outcome: Answered | Faulted, context: JudgeContext): Verdict {
  if (outcome.kind === 'faulted') return faultVerdicts[outcome.fault];
  if (isGood(outcome)) return OK;

  const { providerType, operation, ownRules, isClientText } = context;
  const error = readError(outcome.errorText, outcome.headers, isClientText);
  const fits = ({ when }: RuleCore): boolean => matches(when, outcome, error, operation, isClientText);
  const isProven = (decider: RuleCore): boolean => mayBlame(decider, outcome, error, isClientText);
  const rule =
    ownRules?.find(fits) ??
    tableFor(providerType, error.vendor).find((each) => fits(each) && isProven(each)) ??
    lastRule;
  return verdictOf(rule, outcome, error, context.now);
}

/** Whether there is nothing to judge: the answer is one, as far as it was seen. */
export function isGood(outcome: Answered | Faulted): boolean {
  return outcome.kind === 'answered' && outcome.where === 'none' && outcome.status < 300;
}

/** Whether an error may mean for a key what a rule concludes: it is not about something that is the client's. */
function mayBlame(
  { when, verdict }: RuleCore,
  answer: Answered,
  error: ProviderError,
  isClientText: IsClientText | undefined,
): boolean {
  const isCondemning = condemns(verdict);
  if (!isAboutRequest(answer, error)) return !isCondemning || !error.concernsClientResource;
  if (namesRequestField(error.param, isClientText)) {
    if (leavesNoMark(verdict)) return true;
    return (
      !isCondemning &&
      (hasProof(when, error, isClientText) || /^(?:model|engine|deployment)/i.test(error.param ?? ''))
    );
  }
  return !isCondemning || (hasProof(when, error, isClientText) && !error.concernsClientResource);
}

/** Takes a key out at once, and where it is money, the others of its account. */
function condemns({ class: verdictClass, scope }: Consequence): boolean {
  return verdictClass === 'key_dead' || (verdictClass === 'billing' && scope !== 'key_model');
}

/** Leaves no mark on anything. */
function leavesNoMark({ class: verdictClass }: Consequence): boolean {
  return verdictClass === 'client_error' || verdictClass === 'content_blocked' || verdictClass === 'region';
}

/**
 * Where a request is refused, it takes more than words against a key: one that the error calls itself by, or a sentence
 * that is known from its beginning, and not the client's.
 */
function hasProof(
  { code, type, named, message }: Match,
  error: ProviderError,
  isClientText: IsClientText | undefined,
): boolean {
  if ([code, type, named].some((field) => field !== undefined)) return true;
  const sentence = message?.exec(error.message)?.[0];
  return sentence !== undefined && isClientText?.(sentence) !== true;
}

function verdictOf(
  { id, verdict: decided }: RuleCore,
  answer: Answered,
  { prose }: ProviderError,
  now: number,
): Verdict {
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
    capMs: waitCapMs ?? capOf(decided, prose),
    ...(zoneHours !== undefined && { zoneHours }),
  });
  return waitMs === undefined ? verdict : { ...verdict, waitMs };
}

/** A wait of hours is believed where the limit is said to be of hours, a plan or a quota, and none of a minute. */
function capOf({ class: verdictClass }: Consequence, prose: string): number {
  const isLong = verdictClass === 'rate_limit' && LONG_WINDOW.test(prose) && !SHORT_WINDOW.test(prose);
  return isLong ? LONG_WAIT_CAP_MS : DEFAULT_WAIT_CAP_MS;
}
