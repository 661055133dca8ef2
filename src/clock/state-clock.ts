import { machineMs } from './machine-time.ts';

/** A reading of the store's clock, and when it was taken by the machine's. Milliseconds. */
export interface Reading {
  readonly time: number;
  /** By `machineMs`: before the request, and after the answer. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** How far this clock was from the store's, in milliseconds, and what was done. Positive: the store's is ahead. */
export interface Correction {
  readonly kind: 'agrees' | 'adjusted' | 'stepped';
  readonly byMs: number;
}

/** A difference of more is no drift: one of two clocks was set. Milliseconds. */
export const STEP_MS = 1_000;
/** A difference of less is ignored. Milliseconds. */
const NO_DIFFERENCE_MS = 2;

/**
 * The time by which state is kept: records, holds, checks, circuits. It starts with the machine's wall clock, or with the
 * store's as soon as that is known, and then counts by the monotonic clock: setting the wall clock does not move it. All
 * nodes of one store agree within half a round trip.
 *
 * It goes back only where the store's own clock was set back by more than `STEP_MS`; for less it stands still.
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

  /** Takes over the store's time, within the precision of the reading. */
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
