import { MAX_SCARCITIES } from '../record/record.ts';
import type { KeyRecord, Scarcity } from '../record/record.ts';

/**
 * Models whose rate limit is nearly used up, for a key or its quota domain. Important ones are shared in the records of
 * the keys that saw them; others only this process knows. It affects the preference between keys alone: a wrong guess
 * costs one 429. Times are milliseconds since the epoch.
 */
export class Headroom {
  /** From records, by key id. */
  #shared: Map<string, readonly Scarcity[]> | undefined;
  /** Known to this process alone, by model: when the limit is reset. */
  #own: Map<string, number> | undefined;

  /** Takes over a key's newest record. */
  update(keyId: string, record: KeyRecord): void {
    const scarce = record.state === 'in-service' ? record.scarce : undefined;
    if (scarce === undefined) this.#shared?.delete(keyId);
    else (this.#shared ??= new Map()).set(keyId, scarce);
  }

  /** The key has left the quota domain. */
  forget(keyId: string): void {
    this.#shared?.delete(keyId);
  }

  /** From a response to this process. @param until - undefined where there is enough for `model` */
  observe(model: string, until: number | undefined): void {
    if (until === undefined) {
      this.#own?.delete(model);
      return;
    }
    this.#own ??= new Map();
    if (this.#own.has(model) || this.#own.size < MAX_SCARCITIES) this.#own.set(model, until);
  }

  /** Whether another key should be preferred for `model`. */
  isScarce(model: string, now: number): boolean {
    if (this.#shared !== undefined && this.reporters(model, now).length > 0) return true;
    const until = this.#own?.get(model);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#own?.delete(model);
    return false;
  }

  /** The keys whose records say that `model` is scarce, and since when. */
  reporters(model: string, now: number): readonly (readonly [keyId: string, since: number])[] {
    if (this.#shared === undefined) return NO_REPORTERS;
    const reporters: (readonly [string, number])[] = [];
    for (const [keyId, scarce] of this.#shared) {
      const current = scarce.filter(({ until }) => now < until);
      // Expired ones are removed; the next record of the key replaces them.
      if (current.length === 0) this.#shared.delete(keyId);
      const reported = current.find((scarcity) => scarcity.model === model);
      if (reported !== undefined) reporters.push([keyId, reported.since]);
    }
    return reporters;
  }

  /** The models that are scarce at `now`, and until when. */
  scarce(now: number): readonly (readonly [model: string, until: number])[] {
    const reported = Array.from(this.#shared?.values() ?? []).flat();
    const all = new Map(this.#own);
    for (const { model, until } of reported) all.set(model, Math.max(until, all.get(model) ?? 0));
    return [...all].filter(([, until]) => now < until);
  }

  /** Whether one more model may be shared. */
  hasRoom(now: number): boolean {
    const reported = Array.from(this.#shared?.values() ?? []).flat();
    return reported.filter(({ until }) => now < until).length < MAX_SCARCITIES;
  }
}

const NO_REPORTERS: ReturnType<Headroom['reporters']> = [];
