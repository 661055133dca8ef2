import type { PooledKey } from '../../keys/pool/pool.ts';

/**
 * What an attempt takes up while it is under way: its place among those with its key, and an ear for its client
 * going away. Given back once, however often and by whomever it is disposed.
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
    if (pooled !== undefined) pooled.inFlight++;
    signal.addEventListener('abort', onAbort, { once: true });
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (this.#pooled !== undefined) this.#pooled.inFlight--;
  }
}
