import type { PooledKey } from '../../keys/pool/pool.ts';

/**
 * What an attempt holds while it is in flight: its place in its key's count, and a listener for its client going away.
 * Given back once, however often it is disposed.
 */
export class InFlight implements Disposable {
  readonly #pooled: PooledKey | undefined;
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;
  #isOver = false;

  constructor(pooled: PooledKey | undefined, signal: AbortSignal, onAbort: () => void) {
    this.#pooled = pooled;
    this.#signal = signal;
    this.#onAbort = onAbort;
    pooled?.attemptBegan();
    signal.addEventListener('abort', onAbort, { once: true });
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#pooled?.attemptEnded();
  }
}
