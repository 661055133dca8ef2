import type { CircuitStatus } from '../record/circuit-status.ts';
import type { KeyRecord } from '../record/record.ts';

/** A status, and the key whose record carries it. */
export interface SharedStatus {
  readonly keyId: string;
  readonly status: CircuitStatus;
}

/** The newest circuit status of each model of a provider, from the records of its keys. */
export class SharedCircuits {
  readonly #byKey = new Map<string, readonly CircuitStatus[]>();
  readonly #newest = new Map<string, SharedStatus>();

  /** Grows with every change. */
  version = 0;

  /** Models with a status. */
  get size(): number {
    return this.#newest.size;
  }

  /** Takes over a key's newest record. */
  update(keyId: string, { circuits }: KeyRecord): void {
    if (circuits === this.#byKey.get(keyId)) return;
    this.version++;
    if (circuits === undefined) this.#byKey.delete(keyId);
    else this.#byKey.set(keyId, circuits);
    this.#newest.clear();
    for (const [id, statuses] of this.#byKey) {
      for (const status of statuses) {
        const other = this.#newest.get(status.model);
        if (other === undefined || other.status.at < status.at)
          this.#newest.set(status.model, { keyId: id, status });
      }
    }
  }

  get(model: string): SharedStatus | undefined {
    return this.#newest.get(model);
  }

  all(): Iterable<SharedStatus> {
    return this.#newest.values();
  }
}
