import { ANY_MODEL } from '../../keys/record/record.ts';
import type { Provider } from '../../providers/provider.ts';
import { choiceRequest, countUsable, obstacleTo, soonestReturn } from '../choose.ts';

/** Between two batches that are let go. Milliseconds. */
const BATCH_INTERVAL_MS = 250;
/** A change of a record is looked at after so long, together with those that came with it. Milliseconds. */
const DEBOUNCE_MS = 25;
/** Usable keys that are counted: more let everybody go anyway. */
const MAX_COUNTED = 1_000;
/** A batch for each usable key grows to this and no further. */
const MAX_BATCH_FACTOR = 1_024;

/** A request that waits, in one queue or several. */
export interface Waiter {
  /** Who came earlier has the smaller one. */
  readonly order: number;
  /** When it has waited for long enough. Milliseconds since the epoch. */
  readonly until: number;
  /** Where it waits, and which keys are of no use to it there. */
  readonly queues: ReadonlyMap<KeyQueue, ReadonlySet<string>>;
  /** Takes it out of all its queues. `key`: one can be used. `over`: none will be in time. */
  readonly finish: (how: 'key' | 'over') => void;
}

/**
 * Requests that wait for a key of one provider which may be used for one model, in the order in which they came. It has
 * one timer for all of them, set to when the first key is due back, and looks again where a record changes before.
 *
 * A key that is back is not met by the whole queue: one request for each usable key is let go, after a quarter of a
 * second twice as many, and so on while keys stay usable. Where they are throttled again it begins anew.
 */
export class KeyQueue {
  readonly provider: Provider;
  readonly model: string;
  readonly #now: () => number;
  readonly #tickets: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  /** When a key can be used, as far as is known. */
  #dueAt = -Infinity;
  #batch = 1;
  /** The next batch is not let go before. */
  #pacedUntil = -Infinity;

  constructor(provider: Provider, model: string | undefined, now: () => number) {
    this.provider = provider;
    this.model = model ?? ANY_MODEL;
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#tickets.length === 0;
  }

  /** When a key can be used here, as the last look showed. Milliseconds since the epoch. */
  get dueAt(): number {
    return this.#dueAt;
  }

  add(waiter: Waiter): void {
    // Most come last.
    const index = this.#tickets.findLastIndex(({ order }) => order < waiter.order) + 1;
    this.#tickets.splice(index, 0, waiter);
    const now = this.#now();
    const isUsable = countUsable(this.provider.pool, this.model, now, 1) > 0;
    const dueAt = isUsable ? Math.max(now, this.#pacedUntil) : this.#comesAt(now);
    this.#lookAt(Math.min(dueAt, waiter.until));
  }

  remove(waiter: Waiter): void {
    const index = this.#tickets.indexOf(waiter);
    if (index >= 0) this.#tickets.splice(index, 1);
    if (this.isEmpty) this.#clearTimer();
  }

  /** A record of one of its provider's keys has changed. */
  recordChanged(): void {
    this.#lookAt(this.#now() + DEBOUNCE_MS);
  }

  /** Ends the waiting of all. */
  close(): void {
    for (let [first] = this.#tickets; first !== undefined; [first] = this.#tickets) first.finish('over');
  }

  #look(): void {
    const now = this.#now();
    const usable = countUsable(this.provider.pool, this.model, now, MAX_COUNTED);
    if (usable === 0) this.#batch = 1;
    else if (now >= this.#pacedUntil) this.#letGo(usable * this.#batch, now);
    this.#dueAt = usable > 0 ? now : this.#soonestAt(now);
    const over = this.#tickets.filter((waiter) => now >= waiter.until || dueAtOf(waiter) > waiter.until);
    for (const waiter of over) waiter.finish('over');
    if (this.isEmpty) return;
    const overAt = this.#tickets.reduce((soonest, { until }) => Math.min(soonest, until), Infinity);
    // Those who are left may have no use for the keys that can be used.
    this.#lookAt(Math.min(now < this.#pacedUntil ? this.#pacedUntil : this.#comesAt(now), overAt));
  }

  #letGo(most: number, now: number): void {
    const batch: Waiter[] = [];
    for (const waiter of this.#tickets) {
      if (batch.length === most) break;
      if (this.#isOfUse(waiter, now)) batch.push(waiter);
    }
    if (batch.length === 0) return;
    for (const waiter of batch) waiter.finish('key');
    this.#pacedUntil = now + BATCH_INTERVAL_MS;
    this.#batch = Math.min(this.#batch * 2, MAX_BATCH_FACTOR);
  }

  /** Whether one of the usable keys is none that the request has met already. */
  #isOfUse(waiter: Waiter, now: number): boolean {
    const tried = waiter.queues.get(this);
    if (tried === undefined || tried.size === 0) return true;
    const request = choiceRequest(this.provider, this.model, { tried, now, random: Math.random });
    return this.provider.pool.inService(now).some((pooled) => obstacleTo(pooled, request) === undefined);
  }

  /** When the next key is due back. A check that is due may take a moment. */
  #comesAt(now: number): number {
    const dueAt = this.#soonestAt(now);
    return dueAt > now ? dueAt : now + BATCH_INTERVAL_MS;
  }

  #soonestAt(now: number): number {
    return soonestReturn(this.provider, this.model, now);
  }

  #lookAt(at: number): void {
    if (this.isEmpty || at >= this.#timerAt) return;
    this.#clearTimer();
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.#look();
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
