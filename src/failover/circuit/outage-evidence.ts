/** Failures kept of one model: enough for any conclusion. */
const MAX_FAILURES = 32;
/** Older failures are dropped. Milliseconds. */
const EVIDENCE_MS = 5 * 60 * 1000;
/** Fewer failures in a row are no outage. */
const MIN_TRIES = 3;
/** Different requests (by fingerprint) that must have failed. */
const MIN_REQUESTS = 2;
/** So many requests with one fingerprint count as different ones: no client repeats a refused request so often. */
const MIN_REPEATED_REQUESTS = 5;
/** Different keys that must have failed, where the pool has so many that can be used. */
export const MIN_KEYS = 3;
/** A key that has answered within this time works. Milliseconds. */
export const RECENT_MS = 60_000;
/** The window in which the share of answered attempts is counted. Milliseconds. */
const WINDOW_MS = 5_000;
/** A provider that answers more than this share of them is not down. */
const MAX_ANSWERED_SHARE = 0.1;
/** Fewer attempts than this show no share. */
const MIN_TRIES_FOR_SHARE = 10;

/** One attempt that failed by the provider's own fault. Times are milliseconds since the epoch. */
export interface Failure {
  readonly at: number;
  /** Of the key; empty where the provider has none. */
  readonly keyId: string;
  readonly requestId: string;
  /** Equal for requests with the same content. */
  readonly fingerprint: string;
  /** The key had answered within `RECENT_MS`. */
  readonly hadAnswered: boolean;
}

/** The pool at the time of a failure. */
export interface PoolState {
  /** Keys that could have been used; more than `MIN_KEYS` make no difference. */
  readonly usableKeys: number;
  /** Some key had answered within `RECENT_MS`. */
  readonly isAnswering: boolean;
}

/** Evidence that a provider is down for one model. Plain, immutable data. */
export interface Evidence {
  /** Newest last. */
  readonly failures: readonly Failure[];
  /** How many of the newest came without an answer in between. */
  readonly run: number;
  /** At the newest failure. */
  readonly pool: PoolState;
  /** Since when attempts are counted for the share. */
  readonly from: number;
  readonly failed: number;
  readonly answered: number;
  /** Keys that answered since `from`, at most `MAX_FAILURES`. */
  readonly answeredBy: readonly string[];
}

/** No recent failures. */
export const NO_EVIDENCE: Evidence = Object.freeze({
  failures: Object.freeze([]),
  run: 0,
  pool: Object.freeze({ usableKeys: 0, isAnswering: false }),
  from: 0,
  failed: 0,
  answered: 0,
  answeredBy: Object.freeze([]),
});

/** With one more failure. */
export function withFailure(evidence: Evidence, failure: Failure, pool: PoolState): Evidence {
  const isOld = failure.at - evidence.from > WINDOW_MS;
  const { from, failed, answered, answeredBy } = isOld ? { ...NO_EVIDENCE, from: failure.at } : evidence;
  const kept = evidence.failures.filter(({ at }) => failure.at - at <= EVIDENCE_MS).slice(1 - MAX_FAILURES);
  const run = Math.min(evidence.run, kept.length) + 1;
  return { failures: [...kept, failure], run, pool, from, failed: failed + 1, answered, answeredBy };
}

/** With one more answer, which ends the run. Without failures nothing is counted. */
export function withAnswer(evidence: Evidence, keyId: string, at: number): Evidence {
  if (evidence.failures.length === 0) return evidence;
  if (at - evidence.from > WINDOW_MS) return NO_EVIDENCE;
  const { answeredBy } = evidence;
  const isKnown = answeredBy.includes(keyId) || answeredBy.length >= MAX_FAILURES;
  return {
    ...evidence,
    run: 0,
    answered: evidence.answered + 1,
    answeredBy: isKnown ? answeredBy : [...answeredBy, keyId],
  };
}

/**
 * Without the failures of a request and of others with its fingerprint.
 * @returns the same object where there are none
 */
export function withoutRequest(evidence: Evidence, requestId: string): Evidence {
  const contributed = evidence.failures.filter((failure) => failure.requestId === requestId);
  if (contributed.length === 0) return evidence;
  const fingerprints = new Set(contributed.map(({ fingerprint }) => fingerprint));
  const isOther = ({ fingerprint }: Failure): boolean => !fingerprints.has(fingerprint);
  const failures = evidence.failures.filter(isOther);
  if (failures.length === 0) return NO_EVIDENCE;
  const run = evidence.run === 0 ? 0 : evidence.failures.slice(-evidence.run).filter(isOther).length;
  const failed = evidence.failed - (evidence.failures.length - failures.length);
  return { ...evidence, failures, run, failed: Math.max(failed, 0) };
}

/**
 * Whether a provider is down for a model: its attempts fail in a row; or almost all fail, and no key answers reliably.
 * One request, or one key of several, is never enough. Nor are failures of keys that have not answered for long while
 * another key has: several bad keys in a row are no outage.
 */
export function showsOutage(evidence: Evidence): boolean {
  const { failures, run, pool } = evidence;
  const inARow = failures.slice(failures.length - run);
  const fromWorkingKeys = !pool.isAnswering || inARow.some(({ hadAnswered }) => hadAnswered);
  if (run >= MIN_TRIES && fromWorkingKeys && isDiverse(inARow, evidence)) return true;
  const counted = failures.filter(({ at }) => at >= evidence.from);
  return isRarelyAnswered(evidence, counted) && isDiverse(counted, evidence);
}

/** A key that answers and never fails shows that the others are bad keys, however many. */
function isRarelyAnswered({ failed, answered, answeredBy }: Evidence, failures: readonly Failure[]): boolean {
  const tries = failed + answered;
  if (tries < MIN_TRIES_FOR_SHARE || answered === 0 || answered > MAX_ANSWERED_SHARE * tries) return false;
  return answeredBy.every((keyId) => failures.some((failure) => failure.keyId === keyId));
}

function isDiverse(failures: readonly Failure[], { pool: { usableKeys } }: Evidence): boolean {
  const different = (of: (failure: Failure) => string): number => new Set(failures.map(of)).size;
  if (different(({ keyId }) => keyId) < Math.min(MIN_KEYS, usableKeys)) return false;
  return (
    different(({ fingerprint }) => fingerprint) >= MIN_REQUESTS ||
    different(({ requestId }) => requestId) >= MIN_REPEATED_REQUESTS
  );
}
