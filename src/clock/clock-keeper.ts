import { detectSleep, machineMs } from './machine-time.ts';
import type { StateClock } from './state-clock.ts';

/** What the operator should hear of clocks. Milliseconds; later is positive. */
export type ClockNotice =
  /** Somebody set the wall clock of this machine. State is kept by another clock. */
  | { readonly kind: 'wall-clock-set'; readonly byMs: number }
  /** The store's clock is another one than before, or this machine's monotonic clock stood still. */
  | { readonly kind: 'store-clock-set'; readonly byMs: number }
  /** This machine's wall clock and the store's show different times. */
  | { readonly kind: 'clocks-differ'; readonly aheadMs: number }
  | { readonly kind: 'clocks-agree' };

/** What a keeper needs. */
export interface ClockKeeperOptions {
  readonly clock: StateClock;
  /** What the store's clock says; rejects where the store does not answer. */
  readonly storeTime: () => Promise<number>;
  readonly onNotice: (notice: ClockNotice) => void;
  /** The clock that state is kept by was set. Later is positive. */
  readonly onSet: (byMs: number) => void;
}

/** How the clocks of a process stand. Milliseconds. */
export interface ClockStatus {
  /** How far this machine's wall clock is ahead of the clock that state is kept by. */
  readonly wallAheadMs: number;
  /** When the wall clock was last set, by the state's clock, and by how much; undefined while it was not. */
  readonly wallSet: { readonly at: number; readonly byMs: number } | undefined;
}

/** How often the wall clock is looked at. Milliseconds. */
const LOOK_MS = 1_000;
/** How often the store's clock is asked; until it has answered once, at each look at the wall clock. Milliseconds. */
const SYNC_MS = 10_000;
/** Between two looks no clock drifts so far. Milliseconds. */
const SET_THRESHOLD_MS = 500;
/** Wall clocks that differ by more are told of. Milliseconds. */
const MAX_DIFFERENCE_MS = 1_000;
/** An answer that took longer tells too little. Milliseconds. */
const MAX_ROUND_TRIP_MS = 1_000;

/**
 * Keeps a process's clock with the store's, and notices when somebody sets the wall clock of this machine.
 *
 * Who pays: one question to the store in ten seconds for each process, and two looks at clocks a second.
 */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions;
  readonly #look: NodeJS.Timeout;
  readonly #ask: NodeJS.Timeout;
  #wallAheadOfMachineMs = Date.now() - machineMs();
  #wallSet: ClockStatus['wallSet'];
  #differs = false;
  /** Questions that the store has not answered. */
  #asking = 0;
  /** The first answer makes the clock; what differs from it later was set. */
  #hasLearned = false;

  constructor(options: ClockKeeperOptions) {
    this.#options = options;
    this.#look = setInterval(() => this.#lookAtWall(), LOOK_MS).unref();
    this.#ask = setInterval(() => void this.syncWithStore(), SYNC_MS).unref();
  }

  get status(): ClockStatus {
    return { wallAheadMs: this.#differenceMs(), wallSet: this.#wallSet };
  }

  /** Goes by the store's clock from now on; by what was known where the store does not answer. Never rejects. */
  async syncWithStore(): Promise<void> {
    const { clock, storeTime, onNotice, onSet } = this.#options;
    const askedAt = machineMs();
    let time: number;
    this.#asking++;
    try {
      time = await storeTime();
    } catch {
      // Whoever reads or writes meets the same error where it is told. The time goes on without the store.
      return;
    } finally {
      this.#asking--;
    }
    const answeredAt = machineMs();
    // The first is better than a wall clock all the same.
    if (this.#hasLearned && answeredAt - askedAt > MAX_ROUND_TRIP_MS) return;
    const { kind, byMs } = clock.sync({ time, askedAt, answeredAt });
    if (kind === 'stepped') {
      if (this.#hasLearned) onNotice({ kind: 'store-clock-set', byMs: Math.round(byMs) });
      onSet(byMs);
    }
    this.#hasLearned = true;
    this.#tellDifference();
  }

  close(): void {
    clearInterval(this.#look);
    clearInterval(this.#ask);
  }

  #lookAtWall(): void {
    if (!this.#hasLearned && this.#asking === 0) void this.syncWithStore();
    detectSleep();
    const aheadMs = Date.now() - machineMs();
    const byMs = Math.round(aheadMs - this.#wallAheadOfMachineMs);
    this.#wallAheadOfMachineMs = aheadMs;
    if (Math.abs(byMs) >= SET_THRESHOLD_MS) {
      this.#wallSet = { at: this.#options.clock.now(), byMs };
      this.#options.onNotice({ kind: 'wall-clock-set', byMs });
    }
    this.#tellDifference();
  }

  #tellDifference(): void {
    const aheadMs = this.#differenceMs();
    const differs = Math.abs(aheadMs) >= (this.#differs ? MAX_DIFFERENCE_MS / 2 : MAX_DIFFERENCE_MS);
    if (differs === this.#differs) return;
    this.#differs = differs;
    this.#options.onNotice(differs ? { kind: 'clocks-differ', aheadMs } : { kind: 'clocks-agree' });
  }

  #differenceMs(): number {
    return Math.round(Date.now() - this.#options.clock.now());
  }
}
