import { isStanding, MAX_MARKS } from './circuit-mark.ts';
import type { CircuitMark } from './circuit-mark.ts';
import type { CircuitTold } from './event.ts';
import { MAX_MODEL_LENGTH } from './record.ts';
import type { KeyRecord } from './record.ts';

/** The record with what was found of one model's circuit, and without what says nothing any more. */
export function withCircuit(record: KeyRecord, { at, mark }: CircuitTold): KeyRecord {
  const { circuits = [] } = record;
  const known = circuits.find(({ model }) => model === mark.model);
  if (mark.model.length > MAX_MODEL_LENGTH || (known !== undefined && known.at >= mark.at)) return record;
  const others = circuits
    .filter((other) => other !== known && isStanding(other, at))
    .toSorted((a, b) => a.at - b.at)
    .slice(1 - MAX_MARKS);
  return { ...record, circuits: [...others, mark] };
}

/** A mark, and the key whose record carries it. */
export interface CarriedMark {
  readonly keyId: string;
  readonly mark: CircuitMark;
}

/** The newest mark of each model of a provider, by what the records of its keys carry. Most carry nothing. */
export class CircuitMarks {
  readonly #carried = new Map<string, readonly CircuitMark[]>();
  readonly #newest = new Map<string, CarriedMark>();

  /** Grows whenever what the records tell has changed. */
  changes = 0;

  /** Models of which something was told. */
  get size(): number {
    return this.#newest.size;
  }

  /** Takes over a key's newest record. */
  hear(keyId: string, { circuits }: KeyRecord): void {
    if (circuits === this.#carried.get(keyId)) return;
    this.changes++;
    if (circuits === undefined) this.#carried.delete(keyId);
    else this.#carried.set(keyId, circuits);
    this.#newest.clear();
    for (const [carrier, marks] of this.#carried) {
      for (const mark of marks) {
        const other = this.#newest.get(mark.model);
        if (other === undefined || other.mark.at < mark.at)
          this.#newest.set(mark.model, { keyId: carrier, mark });
      }
    }
  }

  get(model: string): CarriedMark | undefined {
    return this.#newest.get(model);
  }

  all(): Iterable<CarriedMark> {
    return this.#newest.values();
  }
}
