import { isCurrent, MAX_CIRCUIT_STATUSES } from '../record/circuit-status.ts';
import type { CircuitStatus } from '../record/circuit-status.ts';
import type { CircuitHint } from '../record/event.ts';
import { MAX_MODEL_LENGTH } from '../record/record.ts';
import type { KeyRecord } from '../record/record.ts';

/** The record with what was found of one model's circuit, and without what says nothing any more. */
export function withCircuitStatus(record: KeyRecord, { at, status }: CircuitHint): KeyRecord {
  const { circuits = [] } = record;
  const known = circuits.find(({ model }) => model === status.model);
  if (status.model.length > MAX_MODEL_LENGTH || (known !== undefined && known.at >= status.at)) return record;
  const others = circuits
    .filter((other) => other !== known && isCurrent(other, at))
    .toSorted((a, b) => a.at - b.at)
    .slice(1 - MAX_CIRCUIT_STATUSES);
  return { ...record, circuits: [...others, status] };
}

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
