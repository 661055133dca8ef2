import { detectSleep, machineMs } from './machine-time.ts';
import type { StateClock } from './state-clock.ts';

/** What is logged of clocks. Milliseconds; later is positive. */
export type ClockNotice =
  /** The wall clock of this machine was set. State is kept by another clock. */
  | { readonly kind: 'wall-clock-set'; readonly byMs: number }
  /** The store's clock is another one than before, or this machine's monotonic clock stood still. */
  | { readonly kind: 'store-clock-set'; readonly byMs: number }
  /** This machine's wall clock and the store's show different times. */
  | { readonly kind: 'clocks-differ'; readonly aheadMs: number }
  | { readonly kind: 'clocks-agree' };

/** What a keeper needs. */
export interface ClockKeeperOptions {
  readonly clock: StateClock;
  /** Reads the store's clock; rejects where the store does not answer. */
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

/** How often the wall clock is checked. Milliseconds. */
const CHECK_MS = 1_000;
/** How often the store's clock is read; until it has answered once, at each check of the wall clock. Milliseconds. */
const SYNC_MS = 10_000;
/** A jump of more between two checks is no drift: the clock was set. Milliseconds. */
const SET_THRESHOLD_MS = 500;
/** A difference of more is reported. Milliseconds. */
const MAX_DIFFERENCE_MS = 1_000;
/** An answer that took longer is too imprecise. Milliseconds. */
const MAX_ROUND_TRIP_MS = 1_000;

/**
 * Synchronises a process's clock with the store's, and notices when the wall clock of this machine is set.
 *
 * Who pays: one request to the store in ten seconds for each process, and two readings of clocks a second.
 */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions;
  readonly #wallTimer: NodeJS.Timeout;
  readonly #syncTimer: NodeJS.Timeout;
  #wallAheadOfMachineMs = Date.now() - machineMs();
  #wallSet: ClockStatus['wallSet'];
  #differs = false;
  /** Requests that the store has not answered. */
  #syncing = 0;
  /** Later differences mean that a clock was set. */
  #hasSynced = false;

  constructor(options: ClockKeeperOptions) {
    this.#options = options;
    this.#wallTimer = setInterval(() => this.#checkWallClock(), CHECK_MS).unref();
    this.#syncTimer = setInterval(() => void this.syncWithStore(), SYNC_MS).unref();
  }

  get status(): ClockStatus {
    return { wallAheadMs: this.#differenceMs(), wallSet: this.#wallSet };
  }

  /** Takes over the store's time; changes nothing where the store does not answer. Never rejects. */
  async syncWithStore(): Promise<void> {
    const { clock, storeTime, onNotice, onSet } = this.#options;
    const askedAt = machineMs();
    let time: number;
    this.#syncing++;
    try {
      time = await storeTime();
    } catch {
      // Reads and writes fail with the same error, which is reported there. The clock goes on without the store.
      return;
    } finally {
      this.#syncing--;
    }
    const answeredAt = machineMs();
    // An imprecise first answer is still better than the wall clock.
    if (this.#hasSynced && answeredAt - askedAt > MAX_ROUND_TRIP_MS) return;
    const { kind, byMs } = clock.sync({ time, askedAt, answeredAt });
    if (kind === 'stepped') {
      if (this.#hasSynced) onNotice({ kind: 'store-clock-set', byMs: Math.round(byMs) });
      onSet(byMs);
    }
    this.#hasSynced = true;
    this.#reportDifference();
  }

  close(): void {
    clearInterval(this.#wallTimer);
    clearInterval(this.#syncTimer);
  }

  #checkWallClock(): void {
    if (!this.#hasSynced && this.#syncing === 0) void this.syncWithStore();
    detectSleep();
    const aheadMs = Date.now() - machineMs();
    const byMs = Math.round(aheadMs - this.#wallAheadOfMachineMs);
    this.#wallAheadOfMachineMs = aheadMs;
    if (Math.abs(byMs) >= SET_THRESHOLD_MS) {
      this.#wallSet = { at: this.#options.clock.now(), byMs };
      this.#options.onNotice({ kind: 'wall-clock-set', byMs });
    }
    this.#reportDifference();
  }

  #reportDifference(): void {
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
