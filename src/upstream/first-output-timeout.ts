/**
 * How long a first output is still awaited. The wait begins with the last byte of the request, for a client may take
 * its time to send it, and anew with every sign of life: a provider that says that it is at work is not cut off from
 * work that is paid for. It never outlasts `aliveMs`, so that one which is alive for ever and never answers is left.
 *
 * Times are those of one clock. Milliseconds.
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

  /** Something came that is no output yet: the head of an answer, a comment, a ping, a blank line. */
  alive(now: number): void {
    this.#aliveAt = now;
  }

  /** What is left of the wait; 0 or less where it is over. */
  leftMs(now: number): number {
    return Math.min(this.#aliveAt + this.#firstOutputMs, this.#sentAt + this.#aliveMs) - now;
  }
}
