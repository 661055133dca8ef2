import type { InService } from './record.ts';

/** The operator enables a key in service: nothing that was counted or said against it counts any more. */
export function startAnew(record: InService): InService {
  const { failures, lastRule: _, holds, doubt, comeback, ...rest } = record;
  if (failures === 0 && holds.length === 0 && doubt === undefined && comeback === undefined) return record;
  return { ...rest, failures: 0, holds: [] };
}

/** The operator ends the hold on a model. @param model - as the provider names it; undefined: all holds */
export function liftHolds(record: InService, model: string | undefined): InService {
  const holds = model === undefined ? [] : record.holds.filter((held) => held.model !== model);
  return holds.length === record.holds.length ? record : { ...record, holds };
}
