import { FirstOutputTimeout } from './first-output-timeout.ts';
import type { ExchangeLimits } from './exchange-limits.ts';

/** Hears that a wait was too long. */
export interface TimeoutListener {
  /** @param detail - a stable word for logs: what did not come in time */
  onTimeout(detail: string): void;
  /** The reader has taken nothing for too long. */
  onReaderStalled(): void;
}

/** Keeps the time of one exchange: one wait at once, for the first output, for more of it, or for the reader. */
export class ExchangeTimer {
  readonly #limits: ExchangeLimits;
  readonly #listener: TimeoutListener;
  readonly #wait: FirstOutputTimeout;
  #timer: NodeJS.Timeout | undefined;

  /** Begins to wait for the first output. @param startedAt - by `performance.now()` */
  constructor(limits: ExchangeLimits, startedAt: number, listener: TimeoutListener) {
    this.#limits = limits;
    this.#listener = listener;
    this.#wait = new FirstOutputTimeout(limits.firstOutputMs, limits.aliveMs, startedAt);
    this.#timer = setTimeout(() => this.#onTime(), limits.firstOutputMs);
  }

  /** Some of the request has left. */
  sent(): void {
    this.#wait.sent(performance.now());
  }

  /** Something came that is no output yet. */
  alive(): void {
    this.#wait.alive(performance.now());
  }

  /** From now on more output is waited for. */
  awaitMore(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listener.onTimeout('idle-timeout'), this.#limits.idleMs);
  }

  /** The same wait begins anew. */
  refresh(): void {
    this.#timer?.refresh();
  }

  /** The reader's delay is not the provider's: its clock stands still until the reader is back. */
  awaitReader(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listener.onReaderStalled(), this.#limits.stallMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Looks at the clock when the wait was to be over, rather than setting it anew at every piece. */
  #onTime(): void {
    const leftMs = this.#wait.leftMs(performance.now());
    if (leftMs > 0) this.#timer = setTimeout(() => this.#onTime(), leftMs);
    else this.#listener.onTimeout('first-output-timeout');
  }
}
