import { MAX_SCARCITIES } from '../record/record.ts';
import type { KeyRecord, Scarcity } from '../record/record.ts';

/**
 * For which models little is left of a limit: what a key has, or what it shares with its quota domain. What is worth it
 * is told in the records of the keys that saw it, for all processes; the rest only this process knows. Nothing is
 * kept from use by it: a wrong guess costs one 429. Times are milliseconds since the epoch.
 */
export class Headroom {
  /** What records tell, by key id. Most have nothing to tell. */
  #told: Map<string, readonly Scarcity[]> | undefined;
  /** What only this process knows, by model: when the limit is whole again. */
  #own: Map<string, number> | undefined;

  /** Takes over what a key's newest record tells. */
  update(keyId: string, record: KeyRecord): void {
    const scarce = record.state === 'in-service' ? record.scarce : undefined;
    if (scarce === undefined) this.#told?.delete(keyId);
    else (this.#told ??= new Map()).set(keyId, scarce);
  }

  /** The key is somebody else's concern from here on. */
  forget(keyId: string): void {
    this.#told?.delete(keyId);
  }

  /** An answer to this process told how `model` stands. @param until - undefined where there is enough of it */
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
    if (this.#told !== undefined && this.reporters(model, now).length > 0) return true;
    const until = this.#own?.get(model);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#own?.delete(model);
    return false;
  }

  /** The keys whose records tell that `model` is scarce, and since when they do. */
  reporters(model: string, now: number): readonly (readonly [keyId: string, since: number])[] {
    if (this.#told === undefined) return NOBODY;
    const reporters: (readonly [string, number])[] = [];
    for (const [keyId, scarce] of this.#told) {
      const standing = scarce.filter(({ until }) => now < until);
      // What is over is looked at once more only where the record changes.
      if (standing.length === 0) this.#told.delete(keyId);
      const reported = standing.find((scarcity) => scarcity.model === model);
      if (reported !== undefined) reporters.push([keyId, reported.since]);
    }
    return reporters;
  }

  /** The models that are scarce at `now`, and until when as far as is known. */
  scarce(now: number): readonly (readonly [model: string, until: number])[] {
    const reported = Array.from(this.#told?.values() ?? []).flat();
    const all = new Map(this.#own);
    for (const { model, until } of reported) all.set(model, Math.max(until, all.get(model) ?? 0));
    return [...all].filter(([, until]) => now < until);
  }

  /** Whether one more model may be told of. */
  hasRoom(now: number): boolean {
    const reported = Array.from(this.#told?.values() ?? []).flat();
    return reported.filter(({ until }) => now < until).length < MAX_SCARCITIES;
  }
}

const NOBODY: ReturnType<Headroom['reporters']> = [];
