/** What went wrong: every provider's errors are reduced to these. `ok`: nothing did. */
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

/** What it affects. */
export type VerdictScope = 'key' | 'quota_domain' | 'billing_domain' | 'key_model' | 'provider' | 'none';

/** Which other choice may still answer this request. */
export type Retry = 'other-key' | 'other-domain' | 'other-provider' | 'none';

/** Who is to blame for an outcome, and what follows from it. */
export interface Verdict {
  readonly class: VerdictClass;
  readonly scope: VerdictScope;
  readonly retry: Retry;
  /** The wait that the provider asked for, capped; absent where it named none. Milliseconds. */
  readonly waitMs?: number;
  /** Id of the rule that matched. */
  readonly rule: string;
}

/** A good response. One object for all, so that judging a success allocates nothing. */
export const OK: Verdict = Object.freeze({ class: 'ok', scope: 'none', retry: 'none', rule: 'ok' });

/** Nothing was observed, or nothing yet; a cancelled attempt ends with it. */
export const NOT_JUDGED: Verdict = Object.freeze({
  class: 'ok',
  scope: 'none',
  retry: 'none',
  rule: 'cancelled',
});
