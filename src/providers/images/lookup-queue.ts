/** Something that is done with threads; it calls `done` once. */
export type Lookup = (done: () => void) => void;

/**
 * Looks names up a few at a time. Clients choose the names of images, and whoever answers for a name may take as long as the
 * system waits, while all look-ups and files of the process share four threads (`UV_THREADPOOL_SIZE`): those of providers, too.
 *
 * Who pays: images whose names have to wait for slow ones. One that has waited as long as a connection may take is given up.
 */
export class LookupQueue {
  readonly #maxAtOnce: number;
  readonly #maxWaitMs: number;
  readonly #waiting: { readonly since: number; readonly start: Lookup; readonly giveUp: () => void }[] = [];
  #running = 0;

  constructor(maxAtOnce: number, maxWaitMs: number) {
    this.#maxAtOnce = maxAtOnce;
    this.#maxWaitMs = maxWaitMs;
  }

  /** @param giveUp - called instead where it has waited too long */
  add(start: Lookup, giveUp: () => void): void {
    this.#waiting.push({ since: performance.now(), start, giveUp });
    this.#next();
  }

  #next(): void {
    while (this.#running < this.#maxAtOnce) {
      const first = this.#waiting.shift();
      if (first === undefined) return;
      if (performance.now() - first.since >= this.#maxWaitMs) {
        first.giveUp();
        continue;
      }
      this.#running++;
      first.start(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}
