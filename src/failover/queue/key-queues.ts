import type { Provider } from '../../providers/provider.ts';
import type { RouteTarget } from '../../routing/route.ts';
import { KeyQueue } from './key-queue.ts';
import type { Waiter } from './key-queue.ts';

/** A request asks to wait. */
export interface WaitRequest {
  /** Its place among all, from `nextOrder`: a request that waits again keeps it. */
  readonly order: number;
  /** When it has waited for long enough. Milliseconds since the epoch. */
  readonly until: number;
  /** Where it would wait: at least one target, with the keys that are of no use to it there. */
  readonly candidates: readonly { readonly target: RouteTarget; readonly tried: ReadonlySet<string> }[];
  /** Aborted when nobody wants its answer any more. */
  readonly signal: AbortSignal;
  /** Requests that may wait here at once, this one included. */
  readonly maxWaiting: number;
}

/**
 * How a wait ended. `key`: one can be used. `over`: none will be in time, or the gateway stops. `full`: there was none,
 * since too many wait.
 */
export type WaitEnd = 'key' | 'over' | 'full';

/**
 * The requests of this process that wait for a key, in a queue for each provider and model. Nothing of it is known to
 * other processes: each lets its own go, so that several of them try a key that is back with as many requests.
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

  /** The place of a request that begins to wait: behind all that did before. */
  nextOrder(): number {
    return this.#orders++;
  }

  /** Whether requests wait for a key of a target, behind whom another one would have to wait. */
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

  /** Waits for a key. Resolves at once where the client is gone, too many wait, or the room is closed. */
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

  /** Ends all waiting, and lets nobody wait from now on. */
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
