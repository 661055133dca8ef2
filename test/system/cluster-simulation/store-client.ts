import type { CasResult, ChangePage, Cursor, Lease, Store } from '../../../src/store/contract.ts';
import { StoreError } from '../../../src/store/errors.ts';
import type { Dice } from './dice.ts';
import type { Network, Path } from './network.ts';
import type { StoreServer } from './store-server.ts';
import type { Owner, VirtualTime } from './time.ts';

/** What a client of the simulated store needs. */
export interface StoreClientOptions {
  readonly server: StoreServer;
  readonly network: Network;
  readonly path: Path;
  readonly time: VirtualTime;
  readonly dice: Dice;
  /** The process it is part of. */
  readonly owner: Owner;
  /** A write is asked for. */
  readonly onWrite: (id: string) => void;
  /** It was answered in time. */
  readonly onAnswer: (id: string, result: CasResult) => void;
}

/** A question not answered in this time has failed; nobody knows whether it was heard. Milliseconds. */
export const STORE_TIMEOUT_MS = 1_000;
/** From losing a connection to having another, or to the next try. Milliseconds. */
const RECONNECT_MS = { from: 20, to: 500 };

/** One node's way to the shared store. */
export class StoreClient implements Store {
  readonly description = 'simulated';
  readonly #options: StoreClientOptions;
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #reconnecting = false;
  #closed = false;

  constructor(options: StoreClientOptions) {
    this.#options = options;
    const { server, network, path, owner } = options;
    path.onLoss = () => this.#reconnect();
    this.#unsubscribe = server.subscribe(
      () => network.send(path, owner, () => this.#signal()),
      () => this.#reconnect(),
    );
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    this.#options.onWrite(id);
    const result = await this.#ask((server) => server.compareAndSet(id, expectedRevision, value));
    this.#options.onAnswer(id, result);
    return result;
  }

  changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'> {
    return this.#ask((server) => server.changesSince(cursor, limit));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    return this.#ask((server) => server.acquireLease(name, holder, ttlMs));
  }

  async releaseLease(lease: Lease): Promise<void> {
    await this.#ask((server) => server.releaseLease(lease));
  }

  set(id: string, value: string, ttlMs: number): Promise<void> {
    return this.#at((server) => server.set(id, value, ttlMs));
  }

  get(id: string): Promise<string | undefined> {
    return this.#at((server) => server.get(id));
  }

  delete(id: string): Promise<void> {
    return this.#at((server) => server.delete(id));
  }

  time(): Promise<number> {
    return this.#ask(() => this.#options.time.now);
  }

  close(): Promise<void> {
    this.disconnect();
    return Promise.resolve();
  }

  disconnect(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#unsubscribe();
  }

  /** As `#ask`, at once: what passes by takes no part in what the network does to records and leases. */
  #at<T>(answer: (server: StoreServer) => T): Promise<T> {
    const { server, path } = this.#options;
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The simulated store is closed'));
    if (path.cut || !server.up)
      return Promise.reject(new StoreError('store_away', 'The simulated store is away'));
    return Promise.resolve(answer(server));
  }

  /** Each copy of the question that arrives is answered; the first answer that comes back counts. */
  #ask<T>(answer: (server: StoreServer) => T): Promise<T> {
    const { server, network, path, time, owner } = this.#options;
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The simulated store is closed'));
    return new Promise((resolve, reject) => {
      const cancelTimeout = time.after(STORE_TIMEOUT_MS, owner, () => {
        reject(new StoreError('store_failed', 'The simulated store did not answer in time'));
        this.#reconnect();
      });
      network.send(path, undefined, () => {
        if (!server.up) return;
        const answered = answer(server);
        network.send(path, owner, () => {
          cancelTimeout();
          resolve(answered);
        });
      });
    });
  }

  #signal(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Signals may have been missed: one more is given as soon as there is a connection again. */
  #reconnect(): void {
    if (this.#reconnecting || this.#closed) return;
    this.#reconnecting = true;
    const { server, path, time, dice, owner } = this.#options;
    time.after(dice.between(RECONNECT_MS.from, RECONNECT_MS.to), owner, () => {
      this.#reconnecting = false;
      if (path.cut || !server.up) this.#reconnect();
      else this.#signal();
    });
  }
}
