import type { CircuitStatus } from '../record/circuit-status.ts';
import type { Decision } from '../record/decision.ts';
import type { KeyEvent } from '../record/event.ts';
import type { Hold, KeyRecord } from '../record/record.ts';

/** Clocks of synchronised nodes differ by less. Milliseconds. */
const TOLERANCE_MS = 1_000;

/**
 * Corrects a record that was written by a clock ahead of ours: all times later than now are moved back by as much as the
 * newest of them is ahead, together with the ends that belong to them. So a hold lasts as long as its rule says, and a
 * check is due after its own interval, whatever clock dated them.
 *
 * The timestamp of the operator's act (`operator`) is kept, so that all nodes have these acts in one order; every later
 * act gets a later one at a node that knows of it. `liftedAt` is moved: events after it must count.
 *
 * Not promised: a record that is read only after our clock has passed its times keeps its ends.
 * @param now - milliseconds since the epoch
 * @returns the object passed in where no time is ahead
 */
export function withoutFutureTimes(record: KeyRecord, now: number): KeyRecord {
  const byMs = newestTime(record) - now;
  if (!(byMs > TOLERANCE_MS)) return record;
  const isAhead = (at: number): boolean => at > now;
  const back = (at: number): number => at - byMs;
  const { decisions, circuits } = record;
  const since = isAhead(record.since) ? back(record.since) : record.since;
  const beside = {
    ...(circuits !== undefined && { circuits: circuits.map((status) => shiftStatus(status, isAhead, back)) }),
    ...(decisions !== undefined && {
      decisions: decisions.map((each) => shiftDecision(each, isAhead, back)),
    }),
  };
  switch (record.state) {
    case 'disabled':
      return { ...record, ...beside, since };
    case 'out-of-service': {
      const { nextCheckAt, returnsAt } = record;
      return {
        ...record,
        ...beside,
        since,
        // It may be from another write than `since`: better a check too early than a key back too late.
        nextCheckAt: back(nextCheckAt),
        ...(returnsAt !== undefined && { returnsAt: isAhead(record.since) ? back(returnsAt) : returnsAt }),
      };
    }
    case 'in-service': {
      const { holds, liftedAt, scarce, doubt } = record;
      return {
        ...record,
        ...beside,
        since,
        holds: holds.map((hold) => shiftSpan(hold, isAhead, back)),
        ...(liftedAt !== undefined && { liftedAt: isAhead(liftedAt) ? back(liftedAt) : liftedAt }),
        ...(scarce !== undefined && { scarce: scarce.map((each) => shiftSpan(each, isAhead, back)) }),
        ...(doubt !== undefined && {
          doubt: isAhead(doubt.since)
            ? { ...doubt, since: back(doubt.since), nextCheckAt: back(doubt.nextCheckAt) }
            : doubt,
        }),
      };
    }
  }
}

/** An event with its times moved, since the clock was set. @param byMs - positive where it was set forward */
export function shiftEvent<T extends KeyEvent>(event: T, byMs: number): T {
  const at = event.at + byMs;
  switch (event.type) {
    case 'attempt':
      return { ...event, at, startedAt: event.startedAt + byMs };
    case 'pardoned':
      return { ...event, at, since: event.since + byMs };
    case 'headroom':
      if (event.scarceUntil === undefined) return { ...event, at };
      return { ...event, at, scarceUntil: event.scarceUntil + byMs };
    case 'circuit': {
      const { status } = event;
      const [since, until] = [status.since + byMs, status.until + byMs];
      return { ...event, at, status: { ...status, at: status.at + byMs, since, until } };
    }
    default:
      return { ...event, at };
  }
}

/** The newest time of anything in the record that has happened: the writer's clock at least. */
function newestTime(record: KeyRecord): number {
  let newest = Math.max(record.since, record.decisions?.at(-1)?.at ?? 0);
  for (const { at } of record.circuits ?? []) newest = Math.max(newest, at);
  if (record.state !== 'in-service') return newest;
  for (const { since } of record.holds) newest = Math.max(newest, since);
  for (const { since } of record.scarce ?? []) newest = Math.max(newest, since);
  return Math.max(newest, record.liftedAt ?? 0, record.doubt?.since ?? 0);
}

type IsAhead = (at: number) => boolean;
type Back = (at: number) => number;

function shiftSpan<T extends Pick<Hold, 'since' | 'until'>>(span: T, isAhead: IsAhead, back: Back): T {
  return isAhead(span.since) ? { ...span, since: back(span.since), until: back(span.until) } : span;
}

function shiftStatus(status: CircuitStatus, isAhead: IsAhead, back: Back): CircuitStatus {
  if (!isAhead(status.at)) return status;
  const since = isAhead(status.since) ? back(status.since) : status.since;
  return { ...status, at: back(status.at), since, until: back(status.until) };
}

function shiftDecision(decision: Decision, isAhead: IsAhead, back: Back): Decision {
  return isAhead(decision.at) ? { ...decision, at: back(decision.at) } : decision;
}
