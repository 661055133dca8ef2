import { SharedCircuits } from './shared-circuits.ts';
import { QuotaDomain } from './quota-domain.ts';
import { isQuestioned } from '../record/doubt.ts';
import { Headroom } from './headroom.ts';
import type { Key } from '../key.ts';
import { FRESH, settle } from '../record/record.ts';
import type { KeyRecord } from '../record/record.ts';
import { UnknownModels } from './unknown-models.ts';
import { Weights } from './weights.ts';

/** A key in its pool: the replica of its record, and what this process alone knows. */
export interface PooledKey {
  readonly key: Key;
  /** As last heard; `settle` it before relying on a cooldown. */
  readonly record: KeyRecord;
  /** Attempts under way in this process. */
  inFlight: number;
  /** What it shares its limits with; undefined for a key that is its own domain, or whose domain is not known. */
  readonly domain: QuotaDomain | undefined;
  /** Its domain's, or its own where it has none. */
  readonly headroom: Headroom;
  /** Models that it was denied and that its record does not tell of; one list for all keys of the pool. */
  readonly unknownModels: UnknownModels;
  /** When it last answered this process; 0 where it never has. Milliseconds since the epoch. */
  answeredAt: number;
}

/** How long a learned domain stands whatever answers say. Milliseconds. */
const DOMAIN_STANDS_MS = 10 * 60 * 1000;

interface Slot extends PooledKey {
  record: KeyRecord;
  domain: QuotaDomain | undefined;
  headroom: Headroom;
  /** When an answer last changed its domain; `-Infinity` before the first one did. */
  domainChangedAt: number;
  /** Place in the list of keys in service; -1 out of it. */
  place: number;
}

/**
 * One provider's keys, as this process sees them. Choosing reads only this: no store, no waiting. Keys in
 * service stand in one dense list, so that picking one at random costs the same for ten keys and a million.
 */
export class Pool {
  readonly #slots = new Map<string, Slot>();
  readonly #inService: Slot[] = [];
  readonly #out = new Set<Slot>();
  readonly #questioned = new Set<Slot>();
  readonly #domains = new Map<string, QuotaDomain>();
  readonly #unknownModels = new UnknownModels();
  /** What the records of its keys tell of the provider itself. */
  readonly circuits = new SharedCircuits();
  #nextReturnAt = Infinity;
  /** Of the keys in service, by their places; undefined where all keys weigh the same. */
  readonly #weights: Weights | undefined;
  readonly #remembers: boolean;

  /** @param remembers - false where failover is off: then the operator's word counts, and nothing else does */
  constructor(keys: readonly Key[], recordOf: (key: Key) => KeyRecord, remembers = true) {
    this.#remembers = remembers;
    const isEven = keys.every(({ weight }) => weight === keys[0]?.weight);
    this.#weights = isEven ? undefined : new Weights(keys.length);
    for (const key of keys) {
      const slot: Slot = {
        key,
        record: FRESH,
        inFlight: 0,
        domain: undefined,
        headroom: new Headroom(),
        unknownModels: this.#unknownModels,
        answeredAt: 0,
        domainChangedAt: -Infinity,
        place: -1,
      };
      this.#slots.set(key.id, slot);
      this.#enter(slot);
      if (key.quotaDomain !== key.id) this.#join(slot, key.quotaDomain);
      this.update(key.id, recordOf(key));
    }
  }

  get size(): number {
    return this.#slots.size;
  }

  get(id: string): PooledKey | undefined {
    return this.#slots.get(id);
  }

  all(): Iterable<PooledKey> {
    return this.#slots.values();
  }

  /** Keys in service at `now`, in no order. The list is the pool's own: read it, and do not keep it. */
  inService(now: number): readonly PooledKey[] {
    if (now >= this.#nextReturnAt) this.#takeBackReturned(now);
    return this.#inService;
  }

  /**
   * A key in service at `now`, each as likely as its weight; undefined where there is none.
   * @param chance - a random number in [0, 1)
   */
  draw(chance: number, now: number): PooledKey | undefined {
    const keys = this.inService(now);
    const place = this.#weights === undefined ? Math.floor(chance * keys.length) : this.#weights.draw(chance);
    return keys[place];
  }

  /** Keys that are out of service, disabled ones among them. */
  outOfService(now: number): Iterable<PooledKey> {
    if (now >= this.#nextReturnAt) this.#takeBackReturned(now);
    return this.#out;
  }

  /** Keys on which a verdict is unproven or in doubt, or was until lately: few, if any. */
  questioned(): Iterable<PooledKey> {
    return this.#questioned;
  }

  /** Takes over a key's newest record. An id that is not of this pool is nobody's business here. */
  update(id: string, heard: KeyRecord): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const record = this.#remembers || heard.state === 'disabled' ? heard : FRESH;
    slot.record = record;
    if (isQuestioned(record)) this.#questioned.add(slot);
    else this.#questioned.delete(slot);
    this.circuits.update(id, record);
    const { domain } = record;
    if (domain !== undefined && this.#isNews(slot, domain)) this.#move(slot, domain);
    else if (slot.domain === undefined) slot.headroom.update(id, record);
    else slot.domain.update(id, record);
    if (record.state === 'in-service') {
      this.#enter(slot);
      return;
    }
    this.#leave(slot);
    if (record.state === 'out-of-service' && record.returnsAt !== undefined) {
      this.#nextReturnAt = Math.min(this.#nextReturnAt, record.returnsAt);
    }
  }

  /**
   * Takes over what an answer says of whose limits a key shares. What the configuration says goes before it. Where
   * answers say now this and now that, somebody stands between who has many accounts: one of them is kept for a time.
   */
  learnDomain(id: string, name: string, now: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined || !this.#isNews(slot, name)) return;
    if (now - slot.domainChangedAt < DOMAIN_STANDS_MS) return;
    slot.domainChangedAt = now;
    this.#move(slot, name);
  }

  #isNews({ key, domain }: Slot, name: string): boolean {
    return domain?.name !== name && key.quotaDomain === key.id;
  }

  #move(slot: Slot, name: string): void {
    const { id } = slot.key;
    if (slot.domain?.leave(id) === true) this.#domains.delete(slot.domain.name);
    this.#join(slot, name);
    slot.domain?.update(id, slot.record);
  }

  #join(slot: Slot, name: string): void {
    let domain = this.#domains.get(name);
    if (domain === undefined) {
      domain = new QuotaDomain(name);
      this.#domains.set(name, domain);
    }
    domain.join();
    slot.domain = domain;
    slot.headroom = domain.headroom;
  }

  #takeBackReturned(now: number): void {
    this.#nextReturnAt = Infinity;
    for (const slot of this.#out) this.update(slot.key.id, settle(slot.record, now));
  }

  #enter(slot: Slot): void {
    if (slot.place >= 0) return;
    this.#out.delete(slot);
    slot.place = this.#inService.push(slot) - 1;
    this.#weights?.set(slot.place, slot.key.weight);
  }

  #leave(slot: Slot): void {
    this.#out.add(slot);
    if (slot.place < 0) return;
    const last = this.#inService.pop();
    this.#weights?.set(this.#inService.length, 0);
    if (last !== undefined && last !== slot) {
      this.#inService[slot.place] = last;
      last.place = slot.place;
      this.#weights?.set(last.place, last.key.weight);
    }
    slot.place = -1;
  }
}
