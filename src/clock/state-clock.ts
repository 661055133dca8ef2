import { machineMs } from './machine-time.ts';

/** What the store's clock said, and when that was by the machine's. Milliseconds. */
export interface Reading {
  readonly time: number;
  /** By `machineMs`: before the question, and after the answer. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** What a reading came to: how far this clock was from the store's before, in milliseconds, later ones positive. */
export interface Correction {
  readonly kind: 'agrees' | 'adjusted' | 'stepped';
  readonly byMs: number;
}

/** A difference of more is no drift: one of two clocks was set. Milliseconds. */
export const STEP_MS = 1_000;
/** A difference of less is not looked at. Milliseconds. */
const NO_DIFFERENCE_MS = 2;

/**
 * The time by which state is kept: records, holds, checks, circuits. It begins with the machine's wall clock, or with
 * the store's as soon as that is known, and from then on counts by the monotonic clock: setting the wall clock does
 * not move it. All nodes of one store come to the same time within half of the way there and back.
 *
 * It goes back only where the store's own clock was set back by more than `STEP_MS`: less than that it waits for.
 */
export class StateClock {
  #aheadMs = Date.now() - machineMs();
  #latest = 0;

  /** Milliseconds since the epoch, without a fraction. Needs no `this`. */
  readonly now = (): number => {
    const now = Math.floor(machineMs() + this.#aheadMs);
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  };

  /** Goes over to the store's time, as far as the reading tells it. */
  sync({ time, askedAt, answeredAt }: Reading): Correction {
    const byMs = time - (askedAt + answeredAt) / 2 - this.#aheadMs;
    const uncertaintyMs = (answeredAt - askedAt) / 2 + NO_DIFFERENCE_MS;
    if (Math.abs(byMs) <= uncertaintyMs) return { kind: 'agrees', byMs };
    this.#aheadMs += byMs;
    if (Math.abs(byMs) <= STEP_MS) return { kind: 'adjusted', byMs };
    this.#latest = 0;
    return { kind: 'stepped', byMs };
  }
}
