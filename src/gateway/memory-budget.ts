import type { MemoryMeter } from '../base/memory-meter.ts';

/** A request that holds no more than this is small: large ones leave room for it. Bytes. */
export const SMALL_REQUEST_BYTES = 64 * 1024;
/** So large a part of the limit is kept for small requests. */
const SMALL_REQUESTS_SHARE = 1 / 8;
/** A request that finds no room waits no longer for some. Milliseconds. */
const MAX_WAIT_MS = 5_000;
/** So many requests wait at a time. What one costs while it waits is its head, and what its system holds of its body. */
const MAX_WAITING = 1_000;
/** When one that was refused may try again. Milliseconds. */
export const RETRY_AFTER_MS = 2_000;

/** What the operator sees of it. Sizes in bytes. */
export interface MemoryUse {
  readonly limit: number;
  /** Held at the moment. */
  readonly held: number;
  /** Requests that wait for room. */
  readonly waiting: number;
  /** Requests that found none, since the process started. */
  readonly refused: number;
}

interface WaitingRequest {
  readonly memory: RequestMemory;
  readonly bytes: number;
  readonly settle: (end: 'admitted' | 'refused' | 'left') => void;
}

/**
 * The bytes that all requests of a process hold together: bodies, answers that wait, and what translating takes. Who
 * wants to hold more asks before it is read.
 *
 * It is fair by size. A small request has room as long as there is any, an eighth of the limit for itself. Large ones
 * wait a little where there is none: the smallest is let in first, and who asks for most is the first to be refused. One
 * large request is let in whatever its size, so that nothing is refused for ever. What was let in is never stopped;
 * its answer is counted, and keeps others out.
 */
export class MemoryBudget {
  readonly #limit: () => number;
  /** In the order of what they would hold. */
  readonly #waiting: WaitingRequest[] = [];
  #held = 0;
  #refused = 0;
  /** Requests that hold more than a small one may. */
  #large = 0;

  /** @param limit - in bytes, as the configuration has it now */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  get use(): MemoryUse {
    return {
      limit: this.#limit(),
      held: this.#held,
      waiting: this.#waiting.length,
      refused: this.#refused,
    };
  }

  /** For one request. Whoever opens it disposes of it when nothing of the request is held any more. */
  open(): RequestMemory {
    return new RequestMemory({
      change: (memory, by) => this.#change(memory, by),
      admit: (memory, bytes) => this.#admit(memory, bytes),
      leave: (memory) => this.#leave(memory),
    });
  }

  /** @returns whether no more is held than should be */
  #change(memory: RequestMemory, by: number): boolean {
    const wasLarge = memory.held > SMALL_REQUEST_BYTES;
    memory.held += by;
    this.#held += by;
    const isLarge = memory.held > SMALL_REQUEST_BYTES;
    if (wasLarge !== isLarge) this.#large += isLarge ? 1 : -1;
    if (by < 0 && this.#waiting.length > 0) this.#admitWaiting();
    return this.#held <= this.#limit();
  }

  #admit(memory: RequestMemory, bytes: number): boolean | Promise<boolean> {
    const first = this.#waiting[0];
    const isFirst = first === undefined || memory.held + bytes < sizeOf(first);
    if (this.#hasRoom(memory, bytes, isFirst)) {
      this.#change(memory, bytes);
      return true;
    }
    if (memory.held + bytes <= SMALL_REQUEST_BYTES || this.#waiting.length >= MAX_WAITING) {
      this.#refused++;
      return false;
    }
    return this.#wait(memory, bytes);
  }

  #hasRoom(memory: RequestMemory, bytes: number, isFirst: boolean): boolean {
    const limit = this.#limit();
    if (memory.held + bytes <= SMALL_REQUEST_BYTES) return this.#held + bytes <= limit;
    if (!isFirst) return false;
    const others = this.#large - (memory.held > SMALL_REQUEST_BYTES ? 1 : 0);
    return others === 0 || this.#held + bytes <= limit * (1 - SMALL_REQUESTS_SHARE);
  }

  #wait(memory: RequestMemory, bytes: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle: WaitingRequest['settle'] = (end) => {
        clearTimeout(timer);
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        if (end === 'admitted') this.#change(memory, bytes);
        if (end === 'refused') this.#refused++;
        resolve(end === 'admitted');
      };
      const timer = setTimeout(settle, MAX_WAIT_MS, 'refused' as const).unref();
      const waiting: WaitingRequest = { memory, bytes, settle };
      const at = this.#waiting.findIndex((other) => sizeOf(other) > sizeOf(waiting));
      this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, waiting);
      this.#breakDeadlock();
    });
  }

  /** The smallest that wait have the room that there is now. */
  #admitWaiting(): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || !this.#hasRoom(first.memory, first.bytes, true)) break;
      first.settle('admitted');
    }
    this.#breakDeadlock();
  }

  /**
   * Where every large request is half read and waits for room that only the others could give back, the one that asks
   * for most gives way.
   */
  #breakDeadlock(): void {
    const halfRead = this.#waiting.filter(({ memory }) => memory.held > SMALL_REQUEST_BYTES);
    if (halfRead.length === this.#large) halfRead.at(-1)?.settle('refused');
  }

  #leave(memory: RequestMemory): void {
    // It waits for one thing at a time.
    this.#waiting.find((waiting) => waiting.memory === memory)?.settle('left');
    this.#change(memory, -memory.held);
  }
}

function sizeOf({ memory, bytes }: WaitingRequest): number {
  return memory.held + bytes;
}

interface BudgetHooks {
  change(memory: RequestMemory, by: number): boolean;
  admit(memory: RequestMemory, bytes: number): boolean | Promise<boolean>;
  leave(memory: RequestMemory): void;
}

/** What one request holds. It is given back as a whole when the request is over, however it ends, and once. */
export class RequestMemory implements MemoryMeter, Disposable {
  /** Bytes. For the budget alone to change. */
  held = 0;
  readonly #hooks: BudgetHooks;
  #isOver = false;

  constructor(hooks: BudgetHooks) {
    this.#hooks = hooks;
  }

  /**
   * Asks for room for bytes that are about to be read, and counts them where there is some. May wait.
   * @returns whether they may be read
   */
  admit(bytes: number): boolean | Promise<boolean> {
    if (this.#isOver) return false;
    return bytes === 0 || this.#hooks.admit(this, bytes);
  }

  hold(bytes: number): boolean {
    return this.#isOver || this.#hooks.change(this, bytes);
  }

  release(bytes: number): void {
    if (!this.#isOver) this.#hooks.change(this, -bytes);
  }

  /** Nothing happens the second time, and what comes late is not counted. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hooks.leave(this);
  }
}
