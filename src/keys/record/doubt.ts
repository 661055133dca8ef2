import type { AttemptEnded, Doubted } from './event.ts';
import { ANY_MODEL } from './record.ts';
import type { Doubt, Hold, InService, KeyRecord, OutOfService } from './record.ts';

/*
 * What becomes of a verdict that may be owed to the words of one client's request. `unproven` marks what such a verdict
 * did; a `Doubt` stands on a key in service against which something was said that is not believed yet.
 */

/** Whether what keeps the key back rests on one client's request alone. */
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

/** Whether something said against the key is still to be proven, or is not believed. Holds that are over count too. */
export function isQuestioned(record: KeyRecord): boolean {
  return isUnproven(record) || (record.state === 'in-service' && record.doubt !== undefined);
}

/** Takes back what is unproven, and has the key checked. It comes back with the traffic that it had. */
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
      // What a check has shown already needs none in a hurry.
      return failedChecks > 0 || nextCheckAt <= event.at ? record : { ...record, nextCheckAt: event.at };
    }
  }
}

function doubtOf({ cause, model, rule, at }: Doubted): Doubt {
  return { cause, model, rule, since: at, nextCheckAt: at };
}

/** What was unproven stands from here on. */
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

/** What a success leaves of a doubt. */
export function doubtAfterSuccess(
  doubt: Doubt | undefined,
  { model, startedAt }: AttemptEnded,
): Doubt | undefined {
  if (doubt === undefined) return undefined;
  return isSettledBy(doubt, model) && startedAt >= doubt.since ? undefined : doubt;
}

/** A doubt about one model is settled by that model alone. @param asked - the model of an attempt */
function isSettledBy({ cause, model }: Doubt, asked: string): boolean {
  const isAboutModel = cause === 'throttled' || cause === 'denied';
  return !isAboutModel || model === ANY_MODEL || model === asked;
}

/**
 * A key in doubt was checked, and the check counted. What it showed is believed; where it showed nothing, the key is
 * checked again.
 * @param next - what counting it made of the record
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
  // Two checks of one moment that show nothing are one: nothing is written for the second.
  return showsNothing && nextCheckAt !== doubt.nextCheckAt
    ? { ...rest, doubt: { ...doubt, nextCheckAt } }
    : next;
}

/** A key in service has met a hold of its own in a check: it is proven, and ends when it was to end anyway. */
export function afterCheckOfHold(record: InService, { model, at }: AttemptEnded): InService {
  const isConfirmed = (held: Hold): boolean =>
    held.unproven === true && held.until > at && (held.model === model || held.model === ANY_MODEL);
  if (!record.holds.some(isConfirmed)) return record;
  return { ...record, holds: record.holds.map((held) => (isConfirmed(held) ? withoutUnproven(held) : held)) };
}

/** A key out of service has failed a check: what took it out is proven where the check shows the like. */
export function afterFailedCheck(record: OutOfService, { effect }: AttemptEnded): OutOfService {
  const isConfirmed = effect.kind === 'counts' ? record.cause === 'failures' : effect.kind !== 'none';
  if (record.unproven === undefined || !isConfirmed) return record;
  const { unproven: _, ...rest } = record;
  return rest;
}
