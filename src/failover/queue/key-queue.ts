import { ANY_MODEL } from '../../keys/record.ts';
import type { Provider } from '../../providers/provider.ts';
import { choiceRequest, countUsable, obstacleTo, soonestReturn } from '../choose.ts';

/** Between two batches that are let go. Milliseconds. */
const PACE_MS = 250;
/** A change of a record is looked at after so long, together with those that came with it. Milliseconds. */
const SETTLE_MS = 25;
/** Usable keys that are counted: more let everybody go anyway. */
const MOST_COUNTED = 1_000;
/** A batch for each usable key grows to this and no further. */
const LARGEST_BATCH = 1_024;

/** A request that waits, in one queue or several. */
export interface Ticket {
  /** Who came earlier has the smaller one. */
  readonly order: number;
  /** When it has waited for long enough. Milliseconds since the epoch. */
  readonly until: number;
  /** Where it waits, and which keys are of no use to it there. */
  readonly places: ReadonlyMap<KeyQueue, ReadonlySet<string>>;
  /** Takes it out of all its queues. `key`: one can be used. `over`: none will be in time. */
  readonly end: (how: 'key' | 'over') => void;
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
  readonly #tickets: Ticket[] = [];
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

  add(ticket: Ticket): void {
    // Most come last.
    const place = this.#tickets.findLastIndex(({ order }) => order < ticket.order) + 1;
    this.#tickets.splice(place, 0, ticket);
    const now = this.#now();
    const isUsable = countUsable(this.provider.pool, this.model, now, 1) > 0;
    const dueAt = isUsable ? Math.max(now, this.#pacedUntil) : this.#comesAt(now);
    this.#lookAt(Math.min(dueAt, ticket.until));
  }

  remove(ticket: Ticket): void {
    const place = this.#tickets.indexOf(ticket);
    if (place >= 0) this.#tickets.splice(place, 1);
    if (this.isEmpty) this.#clearTimer();
  }

  /** A record of one of its provider's keys has changed. */
  changed(): void {
    this.#lookAt(this.#now() + SETTLE_MS);
  }

  /** Ends the waiting of all. */
  close(): void {
    for (let [first] = this.#tickets; first !== undefined; [first] = this.#tickets) first.end('over');
  }

  #look(): void {
    const now = this.#now();
    const usable = countUsable(this.provider.pool, this.model, now, MOST_COUNTED);
    if (usable === 0) this.#batch = 1;
    else if (now >= this.#pacedUntil) this.#letGo(usable * this.#batch, now);
    this.#dueAt = usable > 0 ? now : this.#soonestAt(now);
    const over = this.#tickets.filter((ticket) => now >= ticket.until || dueAtOf(ticket) > ticket.until);
    for (const ticket of over) ticket.end('over');
    if (this.isEmpty) return;
    const overAt = this.#tickets.reduce((soonest, { until }) => Math.min(soonest, until), Infinity);
    // Those who are left may have no use for the keys that can be used.
    this.#lookAt(Math.min(now < this.#pacedUntil ? this.#pacedUntil : this.#comesAt(now), overAt));
  }

  #letGo(most: number, now: number): void {
    const batch: Ticket[] = [];
    for (const ticket of this.#tickets) {
      if (batch.length === most) break;
      if (this.#isOfUse(ticket, now)) batch.push(ticket);
    }
    if (batch.length === 0) return;
    for (const ticket of batch) ticket.end('key');
    this.#pacedUntil = now + PACE_MS;
    this.#batch = Math.min(this.#batch * 2, LARGEST_BATCH);
  }

  /** Whether one of the usable keys is none that the request has met already. */
  #isOfUse(ticket: Ticket, now: number): boolean {
    const tried = ticket.places.get(this);
    if (tried === undefined || tried.size === 0) return true;
    const request = choiceRequest(this.provider, this.model, { tried, now, random: Math.random });
    return this.provider.pool.inService(now).some((pooled) => obstacleTo(pooled, request) === undefined);
  }

  /** When the next key is due back. A check that is due may take a moment. */
  #comesAt(now: number): number {
    const dueAt = this.#soonestAt(now);
    return dueAt > now ? dueAt : now + PACE_MS;
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

function dueAtOf({ places }: Ticket): number {
  let soonest = Infinity;
  for (const queue of places.keys()) soonest = Math.min(soonest, queue.dueAt);
  return soonest;
}
