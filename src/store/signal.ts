/**
 * The listeners of one store. However many writes there are in one turn of the event loop, each listener is called
 * once, after that turn: a writer is never called back from within its own write.
 */
export class ChangeSignal {
  readonly #listeners = new Set<{ readonly call: () => void }>();
  #scheduled: NodeJS.Immediate | undefined;

  get listened(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns ends the subscription */
  subscribe(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  raise(): void {
    if (!this.listened) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      for (const listener of this.#listeners) listener.call();
    });
  }

  close(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#listeners.clear();
  }
}
