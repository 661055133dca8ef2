import type { AttemptEnded, Doubted } from './event.ts';
import { ANY_MODEL } from './record.ts';
import type { Doubt, Hold, InService, KeyRecord, OutOfService } from './record.ts';

/*
 * Verdicts that a client's request may have provoked. `unproven` marks their effects while they are believed; a `Doubt`
 * is on a key in service whose verdict is not believed.
 */

/** Whether the key is out or held by an unproven verdict. */
export function isUnproven(record: KeyRecord): boolean {
  switch (record.state) {
    case 'in-service':
      return record.holds.some(({ unproven }) => unproven === true);
    case 'out-of-service':
      return record.unproven !== undefined;
    case 'disabled':
      return false;
  }
}

/** Whether the key has an unproven verdict or a doubt. Holds that are over count, too. */
export function hasUnconfirmedVerdict(record: KeyRecord): boolean {
  return isUnproven(record) || (record.state === 'in-service' && record.doubt !== undefined);
}

/** Takes back unproven effects, and schedules a check. The key comes back without slow start. */
export function applyDoubt(record: KeyRecord, event: Doubted): KeyRecord {
  switch (record.state) {
    case 'disabled':
      return record;
    case 'in-service': {
      const isLifted = isUnproven(record);
      if (!isLifted && record.doubt !== undefined) return record;
      const holds = isLifted ? record.holds.filter(({ unproven }) => unproven !== true) : record.holds;
      return { ...record, holds, doubt: record.doubt ?? doubtOf(event) };
    }
    case 'out-of-service': {
      const { epoch, unproven, failedChecks, nextCheckAt } = record;
      if (unproven !== undefined) {
        const since = unproven.inServiceSince;
        const doubt = doubtOf(event);
        return { state: 'in-service', epoch: epoch + 1, since, failures: 0, holds: [], doubt };
      }
      // A check has already failed: no need for another at once.
      return failedChecks > 0 || nextCheckAt <= event.at ? record : { ...record, nextCheckAt: event.at };
    }
  }
}

function doubtOf({ cause, model, rule, at }: Doubted): Doubt {
  return { cause, model, rule, since: at, nextCheckAt: at };
}

/** Unproven effects are confirmed. */
export function confirmUnproven(record: KeyRecord): KeyRecord {
  if (!isUnproven(record)) return record;
  switch (record.state) {
    case 'in-service':
      return { ...record, holds: record.holds.map(withoutUnproven) };
    case 'out-of-service': {
      const { unproven: _, ...rest } = record;
      return rest;
    }
    case 'disabled':
      return record;
  }
}

function withoutUnproven(hold: Hold): Hold {
  const { unproven: _, ...rest } = hold;
  return rest;
}

/** What remains of a doubt after a success. */
export function doubtAfterSuccess(
  doubt: Doubt | undefined,
  { model, startedAt }: AttemptEnded,
): Doubt | undefined {
  if (doubt === undefined) return undefined;
  return isSettledBy(doubt, model) && startedAt >= doubt.since ? undefined : doubt;
}

/** A doubt about one model is settled by that model alone. @param tried - the model of an attempt */
function isSettledBy({ cause, model }: Doubt, tried: string): boolean {
  const isAboutModel = cause === 'throttled' || cause === 'denied';
  return !isAboutModel || model === ANY_MODEL || model === tried;
}

/**
 * After a check of a key in doubt: a result settles the doubt; without one the key is checked again.
 * @param next - the record after the check was counted
 */
export function afterCheckOfDoubt(
  next: KeyRecord,
  { effect, model }: AttemptEnded,
  nextCheckAt: number,
): KeyRecord {
  if (next.state !== 'in-service' || next.doubt === undefined) return next;
  if (!isSettledBy(next.doubt, model)) return next;
  const { doubt, ...rest } = next;
  if (effect.kind === 'throttles' || effect.kind === 'denies') return rest;
  const showsNothing = effect.kind === 'none' || effect.kind === 'counts';
  // Of two checks at one time that show nothing, the second is not written.
  return showsNothing && nextCheckAt !== doubt.nextCheckAt
    ? { ...rest, doubt: { ...doubt, nextCheckAt } }
    : next;
}

/** A check of a key in service met one of its holds: that is confirmed, and its end unchanged. */
export function afterCheckOfHold(record: InService, { model, at }: AttemptEnded): InService {
  const isConfirmed = (held: Hold): boolean =>
    held.unproven === true && held.until > at && (held.model === model || held.model === ANY_MODEL);
  if (!record.holds.some(isConfirmed)) return record;
  return { ...record, holds: record.holds.map((held) => (isConfirmed(held) ? withoutUnproven(held) : held)) };
}

/** A key out of service failed a check: its unproven cause is confirmed where the check shows the same. */
export function afterFailedCheck(record: OutOfService, { effect }: AttemptEnded): OutOfService {
  const isConfirmed = effect.kind === 'counts' ? record.cause === 'failures' : effect.kind !== 'none';
  if (record.unproven === undefined || !isConfirmed) return record;
  const { unproven: _, ...rest } = record;
  return rest;
}
