/** What went wrong, in the words every provider's errors are reduced to. `ok` is the absence of it. */
export type VerdictClass =
  | 'ok'
  | 'key_dead'
  | 'billing'
  | 'rate_limit'
  | 'overloaded'
  | 'model_denied'
  | 'region'
  | 'client_error'
  | 'content_blocked'
  | 'unknown';

/** How far the trouble reaches. */
export type VerdictScope = 'key' | 'quota_domain' | 'billing_domain' | 'key_model' | 'provider' | 'none';

/** What else could still answer this request. */
export type Retry = 'other-key' | 'other-domain' | 'other-provider' | 'none';

/** Who is to blame for an outcome, and what follows from it. */
export interface Verdict {
  readonly class: VerdictClass;
  readonly scope: VerdictScope;
  readonly retry: Retry;
  /** How long the provider asked to be left alone, capped; absent where it said nothing. Milliseconds. */
  readonly waitMs?: number;
  /** Id of the rule that matched. */
  readonly rule: string;
}

/** The answer was good. One object for all of them, so that judging a success allocates nothing. */
export const OK: Verdict = Object.freeze({ class: 'ok', scope: 'none', retry: 'none', rule: 'ok' });

/** Nothing was observed, or nothing yet: of one that was cancelled nobody is to blame. */
export const NOT_JUDGED: Verdict = Object.freeze({
  class: 'ok',
  scope: 'none',
  retry: 'none',
  rule: 'cancelled',
});
