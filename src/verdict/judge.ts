import { faultVerdicts } from './fault-verdicts.ts';
import type { Answered, Faulted } from './outcome.ts';
import type { ProviderError } from './provider-error/error-fields.ts';
import { namesRequestField } from './provider-error/own-words.ts';
import type { IsClientText } from './provider-error/own-words.ts';
import { readError } from './provider-error/read-error.ts';
import { lastRule } from './rules/general/status-rules.ts';
import { isAboutRequest, matches } from './rules/match.ts';
import type { Consequence, Match, RuleCore } from './rules/rule.ts';
import { tableFor } from './rules/tables.ts';
import { LONG_WINDOW, SHORT_WINDOW } from './rules/words.ts';
import { OK } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { DEFAULT_WAIT_CAP_MS, LONG_WAIT_CAP_MS, readWait } from './waits/waits.ts';

/** What a verdict depends on beside the outcome itself. */
export interface JudgeContext {
  /** `type` of the provider in the configuration: picks the table. */
  readonly providerType: string;
  /** Milliseconds since 1970. Absolute times in the response count from here. */
  readonly now: number;
  /** The operation that was called, for rules with `operation`. */
  readonly operation?: string;
  /** Rules of the configuration, tried before the table. */
  readonly ownRules?: readonly RuleCore[];
  /**
   * Whether a phrase occurs in the client's request: what a provider echoes is not its own statement. Called only where
   * an error would otherwise take a key out. Absent where the request is not known.
   */
  readonly isClientText?: IsClientText;
}

/**
 * Says who is to blame for the outcome of an attempt: the entry of this module. Pure, and never throws whatever the
 * provider sent. A good response costs neither parsing nor an allocation. A cancelled attempt has no outcome and is not
 * judged.
 */
export function judge(outcome: Answered | Faulted, context: JudgeContext): Verdict {
  if (outcome.kind === 'faulted') return faultVerdicts[outcome.fault];
  if (isGood(outcome)) return OK;

  const { providerType, operation, ownRules, isClientText } = context;
  const error = readError(outcome.errorText, outcome.headers, isClientText);
  const fits = ({ when }: RuleCore): boolean => matches(when, outcome, error, operation, isClientText);
  const mayDecide = (rule: RuleCore): boolean => mayBlame(rule, outcome, error, isClientText);
  const rule =
    ownRules?.find(fits) ??
    tableFor(providerType, error.vendor).find((each) => fits(each) && mayDecide(each)) ??
    lastRule;
  return verdictOf(rule, outcome, error, context.now);
}

/** A 2xx response without an error in what was seen of it. */
export function isGood(outcome: Answered | Faulted): boolean {
  return outcome.kind === 'answered' && outcome.where === 'none' && outcome.status < 300;
}

/** Whether a rule's consequence may fall on the key: the error is not about something that the client sent. */
function mayBlame(
  { when, verdict }: RuleCore,
  answer: Answered,
  error: ProviderError,
  isClientText: IsClientText | undefined,
): boolean {
  const takesOut = takesKeyOut(verdict);
  if (!isAboutRequest(answer, error)) return !takesOut || !error.concernsClientResource;
  if (namesRequestField(error.param, isClientText)) {
    if (leavesNoMark(verdict)) return true;
    return (
      !takesOut &&
      (hasProof(when, error, isClientText) || /^(?:model|engine|deployment)/i.test(error.param ?? ''))
    );
  }
  return !takesOut || (hasProof(when, error, isClientText) && !error.concernsClientResource);
}

/** Takes a key out at once; for billing also the other keys of its account. */
function takesKeyOut({ class: verdictClass, scope }: Consequence): boolean {
  return verdictClass === 'key_dead' || (verdictClass === 'billing' && scope !== 'key_model');
}

/** Changes no record. */
function leavesNoMark({ class: verdictClass }: Consequence): boolean {
  return verdictClass === 'client_error' || verdictClass === 'content_blocked' || verdictClass === 'region';
}

/**
 * Where the request is blamed, loose words are not enough against a key: the rule must match a code, a type or a name, or
 * a whole sentence of the vendor's that the client did not write.
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
  { id, verdict: consequence }: RuleCore,
  answer: Answered,
  { prose }: ProviderError,
  now: number,
): Verdict {
  const verdict: Verdict = {
    class: consequence.class,
    scope: consequence.scope,
    retry: consequence.retry,
    rule: id,
  };
  const { wait, waitCapMs, zoneHours } = consequence;
  if (wait === undefined) return verdict;
  const waitMs = readWait(answer.headers, answer.errorText, now, {
    from: wait,
    capMs: waitCapMs ?? capOf(consequence, prose),
    ...(zoneHours !== undefined && { zoneHours }),
  });
  return waitMs === undefined ? verdict : { ...verdict, waitMs };
}

/** A wait of hours is believed where the message speaks of hours, a plan or a quota, and of no minute. */
function capOf({ class: verdictClass }: Consequence, prose: string): number {
  const isLong = verdictClass === 'rate_limit' && LONG_WINDOW.test(prose) && !SHORT_WINDOW.test(prose);
  return isLong ? LONG_WAIT_CAP_MS : DEFAULT_WAIT_CAP_MS;
}
