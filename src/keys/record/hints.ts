import { isCurrent, MAX_CIRCUIT_STATUSES } from './circuit-status.ts';
import type { CircuitHint, HeadroomHint } from './event.ts';
import { MAX_MODEL_LENGTH, MAX_SCARCITIES } from './record.ts';
import type { InService, KeyRecord } from './record.ts';

/** A scarcity lasts no longer, since the limit may be raised before it is reset. Milliseconds. */
export const MAX_SCARCE_MS = 10 * 60 * 1000;

/** The record with a scarcity added, changed or removed, and without expired ones. */
export function withHeadroom(record: InService, { at, model, scarceUntil }: HeadroomHint): InService {
  const { scarce: before = [], ...rest } = record;
  const known = before.find((scarcity) => scarcity.model === model);
  const until = scarceUntil === undefined ? undefined : Math.min(scarceUntil, at + MAX_SCARCE_MS);
  if (until === known?.until || model.length > MAX_MODEL_LENGTH) return record;
  const others = before
    .filter((scarcity) => scarcity !== known && at < scarcity.until)
    .slice(1 - MAX_SCARCITIES);
  const scarce = until === undefined ? others : [...others, { model, since: at, until }];
  return scarce.length === 0 ? rest : { ...rest, scarce };
}

/** The record with the status of one circuit, and without expired ones. */
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
