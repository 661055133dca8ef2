import type { Cancel, Owner, VirtualTime } from './time.ts';

/** What the code under test finds where Node has its clocks, timers and chance. */
export interface World {
  readonly time: VirtualTime;
  readonly random: () => number;
}

/**
 * Puts the clocks, timers and chance of a simulated world in the place of this thread's own, for good: the code
 * under test runs as it is, and what it would wait for passes at once. Each timer belongs to the simulated
 * process that set it, goes by that process's clock, and is gone with it.
 * @param world - the world that is simulated at present
 */
export function installVirtualGlobals(world: () => World): void {
  Object.assign(globalThis, {
    setTimeout: (callback: (...rest: readonly unknown[]) => void, ms = 0, ...rest: readonly unknown[]) =>
      new VirtualTimer(world().time, () => callback(...rest), ms),
    clearTimeout: (timer: unknown) => {
      if (timer instanceof VirtualTimer) timer.cancel();
    },
  });
  Date.now = () => world().time.local;
  performance.now = () => world().time.local;
  Math.random = () => world().random();
}

/** As much of `NodeJS.Timeout` as is of use. */
class VirtualTimer {
  readonly #time: VirtualTime;
  readonly #owner: Owner | undefined;
  readonly #callback: () => void;
  readonly #trueMs: number;
  #cancel: Cancel;

  constructor(time: VirtualTime, callback: () => void, ms: number) {
    this.#time = time;
    this.#owner = time.owner;
    this.#callback = callback;
    // A wait of for ever fires at once in Node.
    const waitMs = ms >= 1 && ms < 2 ** 31 ? ms : 1;
    this.#trueMs = waitMs / (this.#owner?.rate ?? 1);
    this.#cancel = this.#plan();
  }

  refresh(): this {
    this.#cancel();
    this.#cancel = this.#plan();
    return this;
  }

  cancel(): void {
    this.#cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #plan(): Cancel {
    return this.#time.after(this.#trueMs, this.#owner, this.#callback);
  }
}
