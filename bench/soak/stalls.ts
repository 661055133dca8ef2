const LOOK_MS = 100;
/** A third of what a provider may be silent for. Milliseconds. */
const STALL_MS = 1_000;
/** So many are remembered; on a machine that stands still more often nothing can be judged. */
const MAX_STALLS = 10_000;

/**
 * When this process itself stood still, and with it every provider: nobody was there then who could have answered. The
 * machine was busy with other things.
 */
export class Stalls implements Disposable {
  readonly #times: { readonly from: number; readonly to: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get count(): number {
    return this.#times.length;
  }

  /** Together. Milliseconds. */
  get totalMs(): number {
    return this.#times.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Whether one fell into that time. */
  during(from: number, to: number): boolean {
    this.#look();
    return this.#times.some((stall) => from <= stall.to && to >= stall.from);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#last >= STALL_MS && this.#times.length < MAX_STALLS) {
      this.#times.push({ from: this.#last, to: now });
    }
    this.#last = now;
  }
}
