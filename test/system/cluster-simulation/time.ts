/** A process in the simulation. What belongs to one that is gone never happens. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  /** What its clock shows at a true time. Milliseconds since the epoch. */
  clock(trueMs: number): number;
  /** How fast its clock goes: 1.0001 gains a tenth of a second in a thousand. */
  readonly rate: number;
}

/** Something that will happen. */
interface Planned {
  /** True time. Milliseconds since the epoch. */
  readonly at: number;
  /** Of two for one moment, what was planned first happens first. */
  readonly order: number;
  readonly owner: Owner | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/** Ends what was planned; nothing happens where it is over already. */
export type Cancel = () => void;

/** When every simulation begins. Milliseconds since the epoch. */
export const BEGINNING = Date.UTC(2026, 0, 1);

/**
 * The time of one simulated world: a queue of what will happen, and no waiting in between. Between two
 * happenings every promise is followed to its end, so that their order depends on the queue alone.
 */
export class VirtualTime {
  /** True time: what a perfect clock would show. Milliseconds since the epoch. */
  now = BEGINNING;
  /** Whose code is running. */
  owner: Owner | undefined;
  /** How much has happened. */
  happened = 0;
  #order = 0;
  #stopped = false;
  /** A binary heap: each is no later than the two at twice its place. */
  readonly #queue: Planned[] = [];

  /** What the clock of whoever is running shows. */
  get local(): number {
    return this.owner === undefined ? this.now : this.owner.clock(this.now);
  }

  /** Plans `run` for `delayMs` of true time from now. It belongs to `owner`, or to the world where that is undefined. */
  after(delayMs: number, owner: Owner | undefined, run: () => void): Cancel {
    const planned = { at: this.now + delayMs, order: this.#order++, owner, run, cancelled: false };
    this.#push(planned);
    return () => {
      planned.cancelled = true;
    };
  }

  /** Runs something now, in the name of `owner`. */
  as<T>(owner: Owner, run: () => T): T {
    const before = this.owner;
    this.owner = owner;
    try {
      return run();
    } finally {
      this.owner = before;
    }
  }

  /** Lets nothing more happen. */
  stop(): void {
    this.#stopped = true;
  }

  /** Lets everything happen that is planned up to a true time, unless it is stopped before. */
  async runUntil(untilMs: number): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined && next.at <= untilMs; next = this.#queue[0]) {
      this.#pop();
      if (next.cancelled || next.owner?.alive === false) continue;
      this.now = next.at;
      this.owner = next.owner;
      this.happened++;
      next.run();
      await promisesSettled();
      this.owner = undefined;
      if (this.#stopped) return;
    }
    this.now = untilMs;
  }

  #push(planned: Planned): void {
    const queue = this.#queue;
    let place = queue.push(planned) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = queue[above];
      if (parent === undefined || isBefore(parent, planned)) break;
      queue[place] = parent;
      place = above;
    }
    queue[place] = planned;
  }

  #pop(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (last === undefined || queue.length === 0) return;
    let place = 0;
    for (;;) {
      const left = queue[2 * place + 1];
      const right = queue[2 * place + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(last, child)) break;
      queue[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    queue[place] = last;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Node runs ticks when no promise is left to be followed. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
