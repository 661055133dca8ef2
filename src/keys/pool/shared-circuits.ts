import type { CircuitStatus } from '../record/circuit-status.ts';
import type { KeyRecord } from '../record/record.ts';

/** A mark, and the key whose record carries it. */
export interface SharedStatus {
  readonly keyId: string;
  readonly status: CircuitStatus;
}

/** The newest mark of each model of a provider, by what the records of its keys carry. Most carry nothing. */
export class SharedCircuits {
  readonly #carried = new Map<string, readonly CircuitStatus[]>();
  readonly #newest = new Map<string, SharedStatus>();

  /** Grows whenever what the records tell has changed. */
  version = 0;

  /** Models of which something was told. */
  get size(): number {
    return this.#newest.size;
  }

  /** Takes over a key's newest record. */
  update(keyId: string, { circuits }: KeyRecord): void {
    if (circuits === this.#carried.get(keyId)) return;
    this.version++;
    if (circuits === undefined) this.#carried.delete(keyId);
    else this.#carried.set(keyId, circuits);
    this.#newest.clear();
    for (const [carrier, statuses] of this.#carried) {
      for (const status of statuses) {
        const other = this.#newest.get(status.model);
        if (other === undefined || other.status.at < status.at)
          this.#newest.set(status.model, { keyId: carrier, status });
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
