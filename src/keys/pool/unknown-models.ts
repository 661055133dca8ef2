import { DENIAL_MS } from '../record/holds.ts';

/** Denials remembered for one provider in one process; the oldest is forgotten first. About 200 bytes each. */
const MAX_DENIALS = 1_000;

/**
 * Which keys were denied models that nobody was ever seen to have: names that a client made up, as a rule. It is known
 * here, so that the same name is not asked again with the same key for a while, and no record tells of it: a client must
 * not fill the records of keys, nor have them written, with names. Once a key answers for such a model, what others were
 * denied is told in their records like any other denial.
 */
export class UnknownModels {
  readonly #deniedUntil = new Map<string, number>();

  /** @param now - milliseconds since the epoch */
  recordDenial(keyId: string, model: string, now: number): void {
    const name = `${keyId} ${model}`;
    this.#deniedUntil.delete(name);
    const [oldest] = this.#deniedUntil.keys();
    if (this.#deniedUntil.size >= MAX_DENIALS && oldest !== undefined) this.#deniedUntil.delete(oldest);
    this.#deniedUntil.set(name, now + DENIAL_MS);
  }

  /** Until when a key is not asked for a model; undefined where it may be now. Costs nothing where nothing was denied. */
  deniedUntil(keyId: string, model: string, now: number): number | undefined {
    if (this.#deniedUntil.size === 0) return undefined;
    const until = this.#deniedUntil.get(`${keyId} ${model}`);
    // One further ahead was dated before the clock went back.
    return until !== undefined && now < until && until - now <= DENIAL_MS ? until : undefined;
  }

  /** A key answered for the model: what it was denied is no longer true. */
  recordAnswer(keyId: string, model: string): void {
    if (this.#deniedUntil.size > 0) this.#deniedUntil.delete(`${keyId} ${model}`);
  }
}
