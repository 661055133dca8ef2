import { DENIAL_MS } from '../record/holds.ts';

/** Denials kept for one provider in one process; the oldest is dropped. About 200 bytes each. */
const MAX_DENIALS = 1_000;

/**
 * Denials of models that no key of the provider has ever answered for, mostly names that a client made up. They are kept
 * in this process alone, so that a client cannot fill the records of keys with names, or cause writes. Once a key answers
 * for such a model, further denials are recorded as usual.
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

  /** Until when a key is not used for a model; undefined where it can be. Costs nothing where nothing was denied. */
  deniedUntil(keyId: string, model: string, now: number): number | undefined {
    if (this.#deniedUntil.size === 0) return undefined;
    const until = this.#deniedUntil.get(`${keyId} ${model}`);
    // One further ahead is from before the clock was set back.
    return until !== undefined && now < until && until - now <= DENIAL_MS ? until : undefined;
  }

  /** The key answered for the model: its denial ends. */
  recordSuccess(keyId: string, model: string): void {
    if (this.#deniedUntil.size > 0) this.#deniedUntil.delete(`${keyId} ${model}`);
  }
}
