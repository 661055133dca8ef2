import type { Hold } from '../keys/record/record.ts';

/** Shorter holds are not checked. Milliseconds. */
const LONG_HOLD_MS = 10 * 60 * 1000;
/** From the beginning of a hold to its first check, and between checks at least. Milliseconds. */
const FIRST_MS = 5 * 60 * 1000;
/** Between checks at most. Milliseconds. */
const LONGEST_MS = 60 * 60 * 1000;
/** A hold that ends within this time is not checked. Milliseconds. */
const NEAR_END_MS = 60 * 1000;
/** Times kept; where the oldest is dropped, its next check comes early. */
const MAX_TIMES = 10_000;

/**
 * When a hold is checked next: as long after the last check as that was after the hold began, so that intervals double.
 * Undefined for a short hold, one that ends soon, or one that no chat has caused, since no check can repeat it.
 *
 * @param lastAt - the last check here; undefined where there was none. Milliseconds since the epoch
 */
export function nextHoldCheck(
  { since, until, chat }: Hold,
  lastAt: number | undefined,
  now: number,
): number | undefined {
  if (chat !== true || until - since < LONG_HOLD_MS) return undefined;
  const last = Math.max(lastAt ?? since, since);
  const at = last + Math.min(Math.max(last - since, FIRST_MS), LONGEST_MS);
  return Math.max(at, now) < until - NEAR_END_MS ? at : undefined;
}

/** When this process last checked each key for each model. */
export class HoldTimes {
  readonly #times = new Map<string, number>();

  last(keyId: string, model: string): number | undefined {
    return this.#times.get(`${keyId}\n${model}`);
  }

  checked(keyId: string, model: string, now: number): void {
    const name = `${keyId}\n${model}`;
    this.#times.delete(name);
    this.#times.set(name, now);
    const [oldest] = this.#times.keys();
    if (this.#times.size > MAX_TIMES && oldest !== undefined) this.#times.delete(oldest);
  }
}
