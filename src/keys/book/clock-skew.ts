import type { CircuitStatus } from '../record/circuit-status.ts';
import type { Decision } from '../record/decision.ts';
import type { KeyEvent } from '../record/event.ts';
import type { Hold, KeyRecord } from '../record/record.ts';

/** Clocks of nodes that are kept alike differ by less. Milliseconds. */
const TOLERANCE_MS = 1_000;

/**
 * A record that was written by a clock ahead of ours, as if ours had written it: whatever it says to have happened later
 * than now is moved back by as much as the newest of that lies ahead, and with it how long that is to last. So a hold
 * lasts as long as its rule says, from now at most, and a check is due after its own interval, whoever dated them.
 *
 * What orders the acts of the operator (`operator`) stays as it is, so that all nodes have them in one order: an act that a
 * clock ahead stamped is followed all the same by every later one at a node that knows of it. `liftedAt` does not: what a
 * key meets after that must count.
 *
 * Not promised: what a clock ahead dated, and was overtaken by the time before it was read, lasts as long as it says.
 * @param now - milliseconds since the epoch
 * @returns the very object passed in where nothing lies ahead, which costs no more than a look
 */
export function withoutFutureTimes(record: KeyRecord, now: number): KeyRecord {
  const byMs = newestTime(record) - now;
  if (!(byMs > TOLERANCE_MS)) return record;
  const isAhead = (at: number): boolean => at > now;
  const back = (at: number): number => at - byMs;
  const { decisions, circuits } = record;
  const since = isAhead(record.since) ? back(record.since) : record.since;
  const beside = {
    ...(circuits !== undefined && { circuits: circuits.map((mark) => shiftStatus(mark, isAhead, back)) }),
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
        // Whoever wrote last may have set it, or an earlier one: sooner is a check too early, later a key too late.
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

/** An event that was dated by a clock which has since been set, as if it had been set before. @param byMs - later is positive */
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

/** The newest time at which something is said to have happened: its writer's clock had come so far. */
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

function shiftStatus(mark: CircuitStatus, isAhead: IsAhead, back: Back): CircuitStatus {
  if (!isAhead(mark.at)) return mark;
  const since = isAhead(mark.since) ? back(mark.since) : mark.since;
  return { ...mark, at: back(mark.at), since, until: back(mark.until) };
}

function shiftDecision(decision: Decision, isAhead: IsAhead, back: Back): Decision {
  return isAhead(decision.at) ? { ...decision, at: back(decision.at) } : decision;
}
