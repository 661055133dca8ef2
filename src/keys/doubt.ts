import type { AttemptEnded, Doubted } from './event.ts';
import { ANY_MODEL } from './record.ts';
import type { Doubt, Hold, KeyRecord, OutOfService } from './record.ts';

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
export function doubted(record: KeyRecord, event: Doubted): KeyRecord {
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
export function proven(record: KeyRecord): KeyRecord {
  if (!isUnproven(record)) return record;
  switch (record.state) {
    case 'in-service':
      return { ...record, holds: record.holds.map(withoutMark) };
    case 'out-of-service': {
      const { unproven: _, ...rest } = record;
      return rest;
    }
    case 'disabled':
      return record;
  }
}

function withoutMark(hold: Hold): Hold {
  const { unproven: _, ...rest } = hold;
  return rest;
}

/** What a key is to be checked for, and when: out of service for what took it out, in service for a doubt. */
export function dueCheck(record: KeyRecord): Pick<Doubt, 'cause' | 'model' | 'nextCheckAt'> | undefined {
  switch (record.state) {
    case 'disabled':
      return undefined;
    case 'out-of-service':
      return { cause: record.cause, model: ANY_MODEL, nextCheckAt: record.nextCheckAt };
    case 'in-service':
      return record.doubt;
  }
}

/** Whether the key has come into doubt, or is to be checked sooner than it was to be before. */
export function isDueSooner(record: KeyRecord, before: KeyRecord): boolean {
  const at = dueCheck(record)?.nextCheckAt;
  if (at === undefined) return false;
  const known = dueCheck(before)?.nextCheckAt;
  return known === undefined ? record.state === 'in-service' : at < known;
}

/** What a success leaves of a doubt: one about a model is not answered by another model. */
export function stillDoubted(doubt: Doubt, { check, model, startedAt }: AttemptEnded): Doubt | undefined {
  const isAboutModel = doubt.cause === 'throttled' || doubt.cause === 'denied';
  const isAnswer = check || !isAboutModel || model === doubt.model;
  return isAnswer && startedAt >= doubt.since ? undefined : doubt;
}

/**
 * A key in doubt was checked, and the check counted. What it showed is believed; where it showed nothing, the key is
 * checked again.
 * @param next - what counting it made of the record
 */
export function afterCheckOfDoubt(next: KeyRecord, { effect }: AttemptEnded, nextCheckAt: number): KeyRecord {
  if (next.state !== 'in-service' || next.doubt === undefined) return next;
  const { doubt, ...rest } = next;
  if (effect.kind === 'throttles' || effect.kind === 'denies') return rest;
  const showsNothing = effect.kind === 'none' || effect.kind === 'counts';
  return showsNothing ? { ...rest, doubt: { ...doubt, nextCheckAt } } : next;
}

/** A key out of service has failed a check: what took it out is proven where the check shows the like. */
export function afterFailedCheck(record: OutOfService, { effect }: AttemptEnded): OutOfService {
  const isBorneOut = effect.kind === 'counts' ? record.cause === 'failures' : effect.kind !== 'none';
  if (record.unproven === undefined || !isBorneOut) return record;
  const { unproven: _, ...rest } = record;
  return rest;
}
