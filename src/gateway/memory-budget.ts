import { machineMemory } from '../base/machine-memory.ts';
import type { MemoryMeter } from '../base/memory-meter.ts';
import type { Config } from '../config/schema/schema.ts';

/** A request that holds no more than this is small: a share is reserved for these. Bytes. */
export const SMALL_REQUEST_BYTES = 64 * 1024;
/** Of the limit, reserved for small requests. */
const SMALL_REQUESTS_SHARE = 1 / 8;
/** How long a large request waits for room. Milliseconds. */
const MAX_WAIT_MS = 5_000;
/** Requests that may wait at a time. Each costs its head, and what the system buffers of its body. */
const MAX_WAITING = 1_000;
/** The `retry-after` of one that was refused. Milliseconds. */
export const RETRY_AFTER_MS = 2_000;

/** As the admin API shows it. Sizes in bytes. */
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
  readonly settle: (end: 'admitted' | 'refused' | 'closed') => void;
}

/**
 * Admission control by memory: the bytes that all requests of a process hold together, for bodies, answers that wait, and
 * translation. A body is admitted before it is read.
 *
 * It is fair by size. A small request is admitted as long as there is any room; an eighth of the limit is for these alone.
 * Large ones wait for a while where there is none: the smallest is admitted first, and the one that asks for most is
 * refused first. One large request is admitted whatever its size, so that none is refused for ever. Once admitted, a
 * request is not stopped for want of room; its answer is counted, and keeps others out.
 */
export class MemoryBudget {
  readonly #limit: () => number;
  /** By what they would hold, the smallest first. */
  readonly #waiting: WaitingRequest[] = [];
  #held = 0;
  #refused = 0;
  /** How many requests hold more than a small one may. */
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

  /** For one request. To be disposed of when nothing of the request is held any more. */
  open(): RequestMemory {
    return new RequestMemory({
      change: (memory, by) => this.#change(memory, by),
      admit: (memory, bytes) => this.#admit(memory, bytes),
      close: (memory) => this.#close(memory),
    });
  }

  /** @returns whether the total is within the limit */
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

  /** Admits those that wait, the smallest first, as far as there is room. */
  #admitWaiting(): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || !this.#hasRoom(first.memory, first.bytes, true)) break;
      first.settle('admitted');
    }
    this.#breakDeadlock();
  }

  /**
   * Where every large request is half read and waits for room that only the others could release, the one that asks for most
   * is refused.
   */
  #breakDeadlock(): void {
    const halfRead = this.#waiting.filter(({ memory }) => memory.held > SMALL_REQUEST_BYTES);
    if (halfRead.length === this.#large) halfRead.at(-1)?.settle('refused');
  }

  #close(memory: RequestMemory): void {
    // A request waits at most once at a time.
    this.#waiting.find((waiting) => waiting.memory === memory)?.settle('closed');
    this.#change(memory, -memory.held);
  }
}

function sizeOf({ memory, bytes }: WaitingRequest): number {
  return memory.held + bytes;
}

interface BudgetHooks {
  change(memory: RequestMemory, by: number): boolean;
  admit(memory: RequestMemory, bytes: number): boolean | Promise<boolean>;
  close(memory: RequestMemory): void;
}

/** What one request holds. All of it is released, once, when the request is over, however it ends. */
export class RequestMemory implements MemoryMeter, Disposable {
  /** Bytes. Changed by the budget alone. */
  held = 0;
  readonly #hooks: BudgetHooks;
  #isOver = false;

  constructor(hooks: BudgetHooks) {
    this.#hooks = hooks;
  }

  /**
   * Requests admission of bytes that are about to be read, and counts them where there is room. May wait.
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

  /** Idempotent. What comes later is not counted. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hooks.close(this);
  }
}

/**
 * The default share of the memory that there is. The rest is for what is not counted: the program, its threads and their
 * heaps, the system's buffers of connections, and garbage that is not collected yet. The free memory at the start says
 * nothing about later, and the limit of V8's heap nothing about buffers, which are outside of it.
 */
const DEFAULT_SHARE = 1 / 4;

/**
 * The limit for the requests of one process. Bytes.
 * @param processes - that serve requests, with the same limit each
 */
export function memoryLimit({ limits }: Pick<Config, 'limits'>, processes: number): number {
  return limits.memory ?? (machineMemory() * DEFAULT_SHARE) / processes;
}
