/**
 * How the circuit of one model at a provider stands: whether requests are kept from it, because it fails whichever key
 * they have. It is the provider's and no key's; the record of a key that met the trouble only carries it to the other
 * processes. Of several marks of one model the newest counts. Times are milliseconds since the epoch.
 */
export interface CircuitStatus {
  /** As the provider names it, or `ANY_MODEL` for requests without one. */
  readonly model: string;
  /** `half-open`: one request or check is under way that will show whether it answers again. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** When this was found; never before what it followed. */
  readonly at: number;
  /** Since when requests are kept from it, or since when no more. */
  readonly since: number;
  /**
   * Of an open one: when it is tried next. Of a half-open one: how long its trial has time, before another one may
   * begin. Of a closed one: until when its strikes are remembered.
   */
  readonly until: number;
  /** How often in a row it opened or a trial failed: what makes the time between trials grow. */
  readonly strikes: number;
  /** The rule that judged the failure that opened it. */
  readonly rule: string;
  /** It was a chat that failed last, so that a short one can show whether it answers again. */
  readonly chats?: true;
}

/** Marks carried by one record; to make room for another, the oldest is forgotten. */
export const MAX_CIRCUIT_STATUSES = 16;

/** One that nobody has tried for so long after it was due says nothing any more. Milliseconds. */
export const STALE_MS = 10 * 60 * 1000;

/**
 * No circuit waits for so long, nor is one remembered longer: a mark that says so was dated by a clock far ahead of this
 * one, and nobody is kept waiting for that. Milliseconds.
 */
const MAX_AHEAD_MS = 60_000;

/** Whether it says anything at `now`: of a closed one the strikes count for a while, of others what they say. */
export function isCurrent({ state, until }: CircuitStatus, now: number): boolean {
  if (until - now > MAX_AHEAD_MS) return false;
  return now < (state === 'closed' ? until : until + STALE_MS);
}
