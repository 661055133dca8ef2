/**
 * The state of the circuit breaker of one model at a provider. It belongs to the provider: the record of a key only
 * carries it to the other processes. Of several for one model the newest counts. Times are milliseconds since the epoch.
 */
export interface CircuitStatus {
  /** As the provider names it, or `ANY_MODEL` for requests without one. */
  readonly model: string;
  /** `half-open`: a trial is in flight. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** When it changed; never before the status that it followed. */
  readonly at: number;
  /** Since when it is not closed, or is closed. */
  readonly since: number;
  /**
   * Open: when the next trial is due. Half-open: when the trial times out. Closed: until when its strikes count.
   */
  readonly until: number;
  /** How often in a row it opened or a trial failed: the backoff of trials. */
  readonly strikes: number;
  /** The rule that judged the failure that opened it. */
  readonly rule: string;
  /** A chat failed last, so that a health check can be the trial. */
  readonly chats?: true;
}

/** Kept in one record; the oldest is dropped. */
export const MAX_CIRCUIT_STATUSES = 16;

/** So long after its trial was due a status expires. Milliseconds. */
const STALE_MS = 10 * 60 * 1000;

/** No `until` is further ahead, unless it was written by a clock far ahead of this one: then it is ignored. Milliseconds. */
const MAX_AHEAD_MS = 60_000;

/** Whether a status counts at `now`. */
export function isCurrent({ state, until }: CircuitStatus, now: number): boolean {
  if (until - now > MAX_AHEAD_MS) return false;
  return now < (state === 'closed' ? until : until + STALE_MS);
}
