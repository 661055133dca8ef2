import type { ProviderConfig } from '../config/schema/schema.ts';

/**
 * A provider's retry policy, from `failover`, `retryOnFailure` and `attempts` of its configuration
 * (docs/CONFIGURATION.md).
 */
export interface FailoverPolicy {
  /** Whether outcomes change key records. Without it a key is picked at random and nothing is recorded. */
  readonly recordsOutcomes: boolean;
  /** Tries for one request at this provider, at least 1: of every kind, or of all but definite rejections. */
  readonly attempts: number;
  /** Whether definite rejections of a key are among `attempts`: where `maxRetries` was asked for. */
  readonly boundsRejections: boolean;
  /** Bounds the wait for first output of every try after the first. Milliseconds. */
  readonly retryTimeoutMs: number;
  /** Where statuses were given: whether one counts against a key. They decide alone. */
  readonly countsStatus: ((status: number) => boolean) | undefined;
  /** Where statuses were given: whether one is tried again. They decide alone. */
  readonly retriesStatus: ((status: number) => boolean) | undefined;
  /** When all tries failed the client sees the first failure rather than the most informative one. */
  readonly firstAnswerWins: boolean;
}

/** Reads the loop's policy from a provider's configuration; once for each provider. */
export function failoverPolicy({ failover, retryOnFailure, attempts }: ProviderConfig): FailoverPolicy {
  // Switched off it has no effect: failover retries by itself, with bounds of its own.
  const retry = retryOnFailure?.enabled === true ? retryOnFailure : undefined;
  const ownAttempts = failover.enabled ? attempts : 1;
  return {
    recordsOutcomes: failover.enabled,
    attempts: retry === undefined ? ownAttempts : 1 + retry.maxRetries,
    boundsRejections: retry !== undefined,
    retryTimeoutMs: retry?.retryTimeout ?? Infinity,
    countsStatus: statusMatcher(failover.failoverOnStatus),
    retriesStatus: statusMatcher(retry?.retryOnStatus),
    firstAnswerWins: retry !== undefined,
  };
}

/** Anchored to the whole status: `4.*` is any 4xx, and never the 4 in 204. An empty list matches nothing. */
function statusMatcher(patterns: readonly string[] | undefined): ((status: number) => boolean) | undefined {
  if (patterns === undefined) return undefined;
  const regexes = patterns.map((pattern) => new RegExp(`^(?:${pattern})$`));
  return (status) => regexes.some((regex) => regex.test(String(status)));
}
