import { ANY_MODEL } from '../../keys/record/record.ts';
import type { Provider } from '../../providers/provider.ts';
import { choiceRequest, countUsable, obstacleTo, soonestReturn } from '../choose.ts';

/** Between two batches that are released. Milliseconds. */
const BATCH_INTERVAL_MS = 250;
/** Changes of records within this time are handled together. Milliseconds. */
const DEBOUNCE_MS = 25;
/** Usable keys counted at most; with so many, all waiters are released anyway. */
const MAX_COUNTED = 1_000;
/** Waiters released per usable key, at most. */
const MAX_BATCH_FACTOR = 1_024;

/** A request that waits, in one queue or several. */
export interface Waiter {
  /** First come, first served: smaller goes first. */
  readonly order: number;
  /** When its wait times out. Milliseconds since the epoch. */
  readonly until: number;
  /** The queues it is in, and for each the keys that it cannot use. */
  readonly queues: ReadonlyMap<KeyQueue, ReadonlySet<string>>;
  /** Removes it from all its queues. `key`: one is usable. `over`: none will be in time. */
  readonly finish: (how: 'key' | 'over') => void;
}

/**
 * Requests that wait for a usable key of one provider for one model, first come, first served. One timer serves all of
 * them: it is set to when the first key is due back; changes of records wake it earlier.
 *
 * A key that is back must not get the whole queue at once: one request per usable key is released, twice as many a quarter
 * of a second later, and so on while keys stay usable. When they are throttled again, it starts from one.
 */
export class KeyQueue {
  readonly provider: Provider;
  readonly model: string;
  readonly #now: () => number;
  readonly #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  /** When a key is usable, as of the last look. */
  #dueAt = -Infinity;
  #batch = 1;
  /** The next batch is not released before. */
  #nextBatchAt = -Infinity;

  constructor(provider: Provider, model: string | undefined, now: () => number) {
    this.provider = provider;
    this.model = model ?? ANY_MODEL;
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#waiters.length === 0;
  }

  /** When a key is usable here, as of the last look. Milliseconds since the epoch. */
  get dueAt(): number {
    return this.#dueAt;
  }

  add(waiter: Waiter): void {
    // Mostly at the end.
    const index = this.#waiters.findLastIndex(({ order }) => order < waiter.order) + 1;
    this.#waiters.splice(index, 0, waiter);
    const now = this.#now();
    const isUsable = countUsable(this.provider.pool, this.model, now, 1) > 0;
    const dueAt = isUsable ? Math.max(now, this.#nextBatchAt) : this.#keyDueAt(now);
    this.#wakeAt(Math.min(dueAt, waiter.until));
  }

  remove(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index >= 0) this.#waiters.splice(index, 1);
    if (this.isEmpty) this.#clearTimer();
  }

  /** A record of one of its provider's keys has changed. */
  recordChanged(): void {
    this.#wakeAt(this.#now() + DEBOUNCE_MS);
  }

  /** Ends all waits. */
  close(): void {
    for (let [first] = this.#waiters; first !== undefined; [first] = this.#waiters) first.finish('over');
  }

  #wake(): void {
    const now = this.#now();
    const usable = countUsable(this.provider.pool, this.model, now, MAX_COUNTED);
    if (usable === 0) this.#batch = 1;
    else if (now >= this.#nextBatchAt) this.#release(usable * this.#batch, now);
    this.#dueAt = usable > 0 ? now : this.#soonestAt(now);
    const over = this.#waiters.filter((waiter) => now >= waiter.until || dueAtOf(waiter) > waiter.until);
    for (const waiter of over) waiter.finish('over');
    if (this.isEmpty) return;
    const overAt = this.#waiters.reduce((soonest, { until }) => Math.min(soonest, until), Infinity);
    // The others may have tried the keys that are usable.
    this.#wakeAt(Math.min(now < this.#nextBatchAt ? this.#nextBatchAt : this.#keyDueAt(now), overAt));
  }

  #release(most: number, now: number): void {
    const batch: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (batch.length === most) break;
      if (this.#canUseAKey(waiter, now)) batch.push(waiter);
    }
    if (batch.length === 0) return;
    for (const waiter of batch) waiter.finish('key');
    this.#nextBatchAt = now + BATCH_INTERVAL_MS;
    this.#batch = Math.min(this.#batch * 2, MAX_BATCH_FACTOR);
  }

  /** Whether one of the usable keys was not yet tried by the request. */
  #canUseAKey(waiter: Waiter, now: number): boolean {
    const tried = waiter.queues.get(this);
    if (tried === undefined || tried.size === 0) return true;
    const request = choiceRequest(this.provider, this.model, { tried, now, random: Math.random });
    return this.provider.pool.inService(now).some((pooled) => obstacleTo(pooled, request) === undefined);
  }

  /** When the next key is due back; where its check is due now, a moment later. */
  #keyDueAt(now: number): number {
    const dueAt = this.#soonestAt(now);
    return dueAt > now ? dueAt : now + BATCH_INTERVAL_MS;
  }

  #soonestAt(now: number): number {
    return soonestReturn(this.provider, this.model, now);
  }

  #wakeAt(at: number): void {
    if (this.isEmpty || at >= this.#timerAt) return;
    this.#clearTimer();
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.#wake();
      },
      Math.max(0, at - this.#now()),
    );
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }
}

function dueAtOf({ queues }: Waiter): number {
  let soonest = Infinity;
  for (const queue of queues.keys()) soonest = Math.min(soonest, queue.dueAt);
  return soonest;
}
