import type { Provider } from '../../providers/provider.ts';
import type { RouteTarget } from '../../routing/route.ts';
import { KeyQueue } from './key-queue.ts';
import type { Waiter } from './key-queue.ts';

/** A request that is to wait. */
export interface WaitRequest {
  /** From `nextOrder`; a request that waits again keeps it. */
  readonly order: number;
  /** When its wait times out. Milliseconds since the epoch. */
  readonly until: number;
  /** At least one target, with the keys that it cannot use there. */
  readonly candidates: readonly { readonly target: RouteTarget; readonly tried: ReadonlySet<string> }[];
  /** Aborted when its client has gone. */
  readonly signal: AbortSignal;
  /** Requests that may wait at once, this one included. */
  readonly maxWaiting: number;
}

/**
 * How a wait ended. `key`: one is usable. `over`: none will be in time, or the gateway stops. `full`: too many wait already.
 */
export type WaitEnd = 'key' | 'over' | 'full';

/**
 * The requests of this process that wait for a key, in a queue for each provider and model. Processes do not coordinate:
 * each releases its own, so a key that is back gets as many requests as there are processes.
 */
export class KeyQueues {
  readonly #now: () => number;
  readonly #queues = new Map<Provider, Map<string, KeyQueue>>();
  #waiting = 0;
  #orders = 0;
  #isClosed = false;

  /** @param now - milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Requests that wait now. */
  get size(): number {
    return this.#waiting;
  }

  /** For a request that begins to wait: behind all others. */
  nextOrder(): number {
    return this.#orders++;
  }

  /** Whether requests wait for a key of a target. */
  hasQueue({ provider, model }: RouteTarget): boolean {
    return this.#queues.get(provider)?.has(model ?? '') === true;
  }

  /** The record of a key has changed. */
  recordChanged(keyId: string): void {
    for (const [{ pool }, queues] of this.#queues) {
      if (pool.get(keyId) === undefined) continue;
      for (const queue of queues.values()) queue.recordChanged();
    }
  }

  /** Waits for a key. Resolves at once where the client has gone, too many wait, or this is closed. */
  wait({ order, until, candidates, signal, maxWaiting }: WaitRequest): Promise<WaitEnd> {
    if (signal.aborted || this.#isClosed) return Promise.resolve('over');
    if (this.#waiting >= maxWaiting) return Promise.resolve('full');
    this.#waiting++;
    return new Promise((resolve) => {
      const inQueues = new Map(candidates.map(({ target, tried }) => [this.#queueOf(target), tried]));
      const leave = (): void => waiter.finish('over');
      const waiter: Waiter = {
        order,
        until,
        queues: inQueues,
        finish: (how) => {
          signal.removeEventListener('abort', leave);
          this.#waiting--;
          for (const queue of inQueues.keys()) this.#remove(queue, waiter);
          resolve(how);
        },
      };
      signal.addEventListener('abort', leave);
      for (const queue of inQueues.keys()) queue.add(waiter);
    });
  }

  /** Ends all waits, and admits none from now on. */
  close(): void {
    this.#isClosed = true;
    const queues = [...this.#queues.values()].flatMap((ofProvider) => [...ofProvider.values()]);
    for (const queue of queues) queue.close();
  }

  #queueOf({ provider, model = '' }: RouteTarget): KeyQueue {
    const ofProvider = this.#queues.get(provider) ?? new Map<string, KeyQueue>();
    const queue =
      ofProvider.get(model) ?? new KeyQueue(provider, model === '' ? undefined : model, this.#now);
    this.#queues.set(provider, ofProvider.set(model, queue));
    return queue;
  }

  #remove(queue: KeyQueue, waiter: Waiter): void {
    queue.remove(waiter);
    if (!queue.isEmpty) return;
    const ofProvider = this.#queues.get(queue.provider);
    for (const [model, each] of ofProvider ?? []) if (each === queue) ofProvider?.delete(model);
    if (ofProvider?.size === 0) this.#queues.delete(queue.provider);
  }
}
