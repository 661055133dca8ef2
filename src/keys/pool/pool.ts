import { SharedCircuits } from './shared-circuits.ts';
import { QuotaDomain } from './quota-domain.ts';
import { hasUnconfirmedVerdict } from '../record/doubt.ts';
import { Headroom } from './headroom.ts';
import type { Key } from '../key.ts';
import { FRESH, settle } from '../record/record.ts';
import type { KeyRecord } from '../record/record.ts';
import { UnknownModels } from './unknown-models.ts';
import { Weights } from './weights.ts';

/** A key in its pool: the replica of its record, and state of this process alone. */
export interface PooledKey {
  readonly key: Key;
  /** As last read; `settle` it before relying on a cooldown. */
  readonly record: KeyRecord;
  /** Attempts in flight in this process. */
  readonly inFlight: number;
  /** Undefined for a key that is its own quota domain, or whose domain is not known. */
  readonly domain: QuotaDomain | undefined;
  /** Its domain's, or its own where it has none. */
  readonly headroom: Headroom;
  /** Denials that are not in records; one object for all keys of the pool. */
  readonly unknownModels: UnknownModels;
  /** When it last answered this process; 0 where it never has. Milliseconds since the epoch. */
  readonly lastSuccessAt: number;
  /** An attempt with it begins. To be followed by one call of `attemptEnded`. */
  attemptBegan(): void;
  attemptEnded(): void;
  /** It has answered. @param at - milliseconds since the epoch */
  succeeded(at: number): void;
}

/** For so long a learned domain is not replaced by another one. Milliseconds. */
const MIN_DOMAIN_MS = 10 * 60 * 1000;

class Slot implements PooledKey {
  readonly key: Key;
  record: KeyRecord = FRESH;
  inFlight = 0;
  domain: QuotaDomain | undefined;
  headroom = new Headroom();
  readonly unknownModels: UnknownModels;
  lastSuccessAt = 0;
  /** When a response last changed its domain; `-Infinity` where none has. */
  domainChangedAt = -Infinity;
  /** Index in the list of keys in service; -1 where it is not in it. */
  index = -1;

  constructor(key: Key, unknownModels: UnknownModels) {
    this.key = key;
    this.unknownModels = unknownModels;
  }

  attemptBegan(): void {
    this.inFlight++;
  }

  attemptEnded(): void {
    this.inFlight--;
  }

  succeeded(at: number): void {
    this.lastSuccessAt = at;
    if (this.domain !== undefined) this.domain.lastSuccessAt = at;
  }
}

/**
 * One provider's keys, as this process knows them. The choice of a key reads nothing else: no store, no waiting. Keys in
 * service are in a dense list, so that a random pick is O(1).
 */
export class Pool {
  readonly #slots = new Map<string, Slot>();
  readonly #inService: Slot[] = [];
  readonly #out = new Set<Slot>();
  readonly #unconfirmed = new Set<Slot>();
  readonly #domains = new Map<string, QuotaDomain>();
  readonly #unknownModels = new UnknownModels();
  /** Circuits of the provider, from the records of its keys. */
  readonly circuits = new SharedCircuits();
  #nextReturnAt = Infinity;
  /** Of the keys in service, by index; undefined where all weights are equal. */
  readonly #weights: Weights | undefined;
  readonly #recordsOutcomes: boolean;

  /** @param recordsOutcomes - false where failover is off: then only the operator's acts count */
  constructor(keys: readonly Key[], recordOf: (key: Key) => KeyRecord, recordsOutcomes = true) {
    this.#recordsOutcomes = recordsOutcomes;
    const isEven = keys.every(({ weight }) => weight === keys[0]?.weight);
    this.#weights = isEven ? undefined : new Weights(keys.length);
    for (const key of keys) {
      const slot = new Slot(key, this.#unknownModels);
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
    if (now >= this.#nextReturnAt) this.#endCooldowns(now);
    return this.#inService;
  }

  /**
   * A key in service at `now`, each as likely as its weight; undefined where there is none.
   * @param chance - a random number in [0, 1)
   */
  draw(chance: number, now: number): PooledKey | undefined {
    const keys = this.inService(now);
    const index = this.#weights === undefined ? Math.floor(chance * keys.length) : this.#weights.draw(chance);
    return keys[index];
  }

  /** Keys that are out of service, disabled ones included. */
  outOfService(now: number): Iterable<PooledKey> {
    if (now >= this.#nextReturnAt) this.#endCooldowns(now);
    return this.#out;
  }

  /** Keys with a verdict that is unproven or in doubt, or was recently: few, if any. */
  unconfirmed(): Iterable<PooledKey> {
    return this.#unconfirmed;
  }

  /** Takes over a key's newest record. Ids of other pools are ignored. */
  update(id: string, newest: KeyRecord): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const record = this.#recordsOutcomes || newest.state === 'disabled' ? newest : FRESH;
    slot.record = record;
    if (hasUnconfirmedVerdict(record)) this.#unconfirmed.add(slot);
    else this.#unconfirmed.delete(slot);
    this.circuits.update(id, record);
    const { domain } = record;
    if (domain !== undefined && this.#isOtherDomain(slot, domain)) this.#move(slot, domain);
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
   * Takes over the quota domain that response headers name. The configuration takes precedence. Where headers vary, as
   * behind a relay with many accounts, one is kept for a time.
   */
  learnDomain(id: string, name: string, now: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined || !this.#isOtherDomain(slot, name)) return;
    if (now - slot.domainChangedAt < MIN_DOMAIN_MS) return;
    slot.domainChangedAt = now;
    this.#move(slot, name);
  }

  #isOtherDomain({ key, domain }: Slot, name: string): boolean {
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

  #endCooldowns(now: number): void {
    this.#nextReturnAt = Infinity;
    for (const slot of this.#out) this.update(slot.key.id, settle(slot.record, now));
  }

  #enter(slot: Slot): void {
    if (slot.index >= 0) return;
    this.#out.delete(slot);
    slot.index = this.#inService.push(slot) - 1;
    this.#weights?.set(slot.index, slot.key.weight);
  }

  #leave(slot: Slot): void {
    this.#out.add(slot);
    if (slot.index < 0) return;
    const last = this.#inService.pop();
    this.#weights?.set(this.#inService.length, 0);
    if (last !== undefined && last !== slot) {
      this.#inService[slot.index] = last;
      last.index = slot.index;
      this.#weights?.set(last.index, last.key.weight);
    }
    slot.index = -1;
  }
}
