import type { Hold } from '../keys/record/record.ts';

/** A hold that was to last for less ends soon enough by itself. Milliseconds. */
export const LONG_HOLD_MS = 10 * 60 * 1000;
/** From the beginning of a hold to its first check; and no two checks are closer. Milliseconds. */
const FIRST_MS = 5 * 60 * 1000;
/** The wait between two checks of a hold grows up to this. Milliseconds. */
const LONGEST_MS = 60 * 60 * 1000;
/** So shortly before its end a hold is left to end. Milliseconds. */
const NEAR_END_MS = 60 * 1000;
/** Times kept; the oldest ones are forgotten first, which costs a check that comes early. */
const MAX_TIMES = 10_000;

/**
 * When a model that a key is held from is to be asked whether the hold still stands: as long after the last check as
 * that was after the hold began, so that waits double. Undefined where it is not worth while: a short hold, one that is
 * about to end, or one of something else than a chat, which no check can ask for.
 *
 * @param lastAt - of the last check here; undefined where there was none. Milliseconds since the epoch
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

/** When this process last checked which key for which model. */
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
