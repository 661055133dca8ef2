import type { CasResult, ChangePage, Cursor, Lease, Store } from '../../src/store/contract.ts';
import { NEVER } from '../store/tools.ts';

/**
 * What goes wrong between the book and its store:
 * - `away`: nothing is answered
 * - `read-only`: writes fail, as on a full disk
 * - `loses-answers`: writes go through, and the answers to them are lost
 * - `refuses`: no write goes through, as if somebody else had always been first
 */
export type Trouble = 'none' | 'away' | 'read-only' | 'loses-answers' | 'refuses';

/** A real store, with trouble on command between it and its user. */
export class FaultyStore implements Store {
  trouble: Trouble = 'none';
  /** Calls of `compareAndSet` so far. */
  writes = 0;
  /** Calls of `acquireLease` so far. */
  leases = 0;
  /** Calls so far of anything that failed. */
  failures = 0;
  /** Held up before the answer to a write is given. */
  beforeAnswer: () => Promise<void> = () => Promise.resolve();
  readonly #listeners = new Set<{ readonly listener: () => void; end: () => void }>();
  #real: Store;

  constructor(real: Store) {
    this.#real = real;
  }

  get description(): string {
    return this.#real.description;
  }

  /** Another store stands in its place from now on, and those who listen hear a signal, as after a reconnect. */
  replaceBy(other: Store): void {
    this.#real = other;
    for (const subscription of this.#listeners) {
      subscription.end();
      subscription.end = other.onChange(subscription.listener);
      setImmediate(subscription.listener);
    }
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    this.writes++;
    if (this.trouble === 'read-only') return this.#fail();
    if (this.trouble === 'refuses') {
      return this.#real.compareAndSet(id, NEVER, undefined);
    }
    const result = await this.#answer(() => this.#real.compareAndSet(id, expectedRevision, value));
    await this.beforeAnswer();
    return this.trouble === 'loses-answers' ? this.#fail() : result;
  }

  changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'> {
    return this.#answer(() => this.#real.changesSince(cursor, limit));
  }

  onChange(listener: () => void): () => void {
    const subscription = { listener, end: this.#real.onChange(listener) };
    this.#listeners.add(subscription);
    return () => {
      subscription.end();
      this.#listeners.delete(subscription);
    };
  }

  async acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    this.leases++;
    return this.#answer(() => this.#real.acquireLease(name, holder, ttlMs));
  }

  releaseLease(lease: Lease): Promise<void> {
    return this.#answer(() => this.#real.releaseLease(lease));
  }

  set(id: string, value: string, ttlMs: number): Promise<void> {
    return this.#answer(() => this.#real.set(id, value, ttlMs));
  }

  get(id: string): Promise<string | undefined> {
    return this.#answer(() => this.#real.get(id));
  }

  delete(id: string): Promise<void> {
    return this.#answer(() => this.#real.delete(id));
  }

  time(): Promise<number> {
    return this.#answer(() => this.#real.time());
  }

  close(): Promise<void> {
    return this.#real.close();
  }

  #answer<T>(call: () => Promise<T>): Promise<T> {
    return this.trouble === 'away' ? this.#fail() : call();
  }

  #fail(): Promise<never> {
    this.failures++;
    return Promise.reject(new Error(`the store is in trouble: ${this.trouble}`));
  }
}
