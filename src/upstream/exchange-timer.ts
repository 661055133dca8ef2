import type { ExchangeLimits } from './exchange.ts';

/** Is called when a wait was too long. */
export interface TimeoutListener {
  /** @param detail - a stable word for logs: what did not come in time */
  onTimeout(detail: string): void;
  /** The reader has read nothing for too long. */
  onReaderStalled(): void;
}

/** The timeouts of one exchange. One runs at a time: for the first output, for more of it, or for the reader. */
export class ExchangeTimer {
  readonly #limits: ExchangeLimits;
  readonly #listener: TimeoutListener;
  readonly #firstOutput: FirstOutputTimeout;
  #timer: NodeJS.Timeout | undefined;

  /** Begins to wait for the first output. @param startedAt - by `performance.now()` */
  constructor(limits: ExchangeLimits, startedAt: number, listener: TimeoutListener) {
    this.#limits = limits;
    this.#listener = listener;
    this.#firstOutput = new FirstOutputTimeout(limits.firstOutputMs, limits.aliveMs, startedAt);
    this.#timer = setTimeout(() => this.#checkFirstOutput(), limits.firstOutputMs);
  }

  /** Some of the request has left. */
  sent(): void {
    this.#firstOutput.sent(performance.now());
  }

  /** Something came that is no output yet. */
  alive(): void {
    this.#firstOutput.alive(performance.now());
  }

  /** From now on more output is awaited. */
  awaitMore(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listener.onTimeout('idle-timeout'), this.#limits.idleMs);
  }

  /** Restarts the timeout that runs. */
  refresh(): void {
    this.#timer?.refresh();
  }

  /** Awaits the reader. Meanwhile no timeout of the provider runs. */
  awaitReader(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listener.onReaderStalled(), this.#limits.stallMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Checks the time when the wait was to be over, rather than restarting the timer at every chunk. */
  #checkFirstOutput(): void {
    const leftMs = this.#firstOutput.leftMs(performance.now());
    if (leftMs > 0) this.#timer = setTimeout(() => this.#checkFirstOutput(), leftMs);
    else this.#listener.onTimeout('first-output-timeout');
  }
}

/**
 * How long a first output is still awaited. The wait begins with the last byte of the request, since a client may be slow
 * to send it, and anew with every sign of life: a provider that shows that it is at work is not cut off from work that
 * is paid for. It never outlasts `aliveMs`, so that a response that stays alive for ever without an output is given up.
 *
 * All times are of one monotonic clock. Milliseconds.
 */
export class FirstOutputTimeout {
  readonly #firstOutputMs: number;
  readonly #aliveMs: number;
  #sentAt: number;
  #aliveAt: number;

  constructor(firstOutputMs: number, aliveMs: number, now: number) {
    this.#firstOutputMs = firstOutputMs;
    this.#aliveMs = Math.max(firstOutputMs, aliveMs);
    this.#sentAt = now;
    this.#aliveAt = now;
  }

  /** Some of the request has left. */
  sent(now: number): void {
    this.#sentAt = now;
    this.#aliveAt = now;
  }

  /** Something came that is no output yet: a response head, a comment, a ping, a blank line. */
  alive(now: number): void {
    this.#aliveAt = now;
  }

  /** What is left of the wait; 0 or less where it is over. */
  leftMs(now: number): number {
    return Math.min(this.#aliveAt + this.#firstOutputMs, this.#sentAt + this.#aliveMs) - now;
  }
}
