import { formatWallTime } from '../clock/wall-time.ts';
import type { KeyBook } from '../keys/book/book.ts';
import type { Key } from '../keys/key.ts';
import { compareActs } from '../keys/record/operator-acts.ts';
import type { KeyRecord, OperatorAct } from '../keys/record/record.ts';
import type { LogFields, LogLevel } from './contract.ts';

/** Logs that one key left service or came back, what the operator did, or that a provider has none left. */
export type LogTransition = (level: LogLevel, message: string, fields: LogFields) => void;

/** The keys of the configuration as it runs. */
export interface ConfiguredKeys {
  /** The key with an id, where the configuration has it. */
  readonly find: (keyId: string) => Key | undefined;
  /** Whether a provider has a key in service. */
  readonly isServed: (providerId: string) => boolean;
}

/**
 * Logs every key that leaves service or comes back, whichever node found it, and every one that the operator disables or
 * enables: one line each time. Several transitions between two reads of the store are one line, of the state at the end.
 *
 * Not logged: a key that comes back by itself when its cooldown is over, since that is not written. The line of its
 * leaving says when that will be.
 *
 * A key that leaves is a warning, the last one of a provider an error beside it. That such a provider has a key again is a
 * warning, so that a log of warnings says how it ended.
 */
export function watchTransitions(
  book: Pick<KeyBook, 'subscribe'>,
  { find, isServed }: ConfiguredKeys,
  write: LogTransition,
): void {
  /** Providers that had no key left, by when that was written. Milliseconds since the epoch. */
  const unserved = new Map<string, number>();
  book.subscribe((keyId, after, before) => {
    const act = actBetween(before, after);
    // Epochs grow whenever a key leaves or re-enters service, and only then.
    if (after.epoch === before.epoch && act === undefined) return;
    const key = find(keyId);
    if (key === undefined) return;
    if (act === undefined) {
      const level = after.state === 'out-of-service' ? 'warn' : 'info';
      write(level, messageOf(after), { ...nameOf(key), ...factsOf(before, after) });
    } else write('info', `a key was ${act} by hand`, { ...nameOf(key), ...actFacts(act, before, after) });
    const { providerId: provider } = key;
    if (before.state === 'in-service' && !isServed(provider)) {
      unserved.set(provider, after.since);
      write('error', 'a provider has no key in service any more', { provider });
    }
    const unservedSince = unserved.get(provider);
    if (after.state === 'in-service' && unservedSince !== undefined) {
      unserved.delete(provider);
      const forMs = Math.max(after.since - unservedSince, 0);
      write('warn', 'a provider has a key in service again', { provider, forMs });
    }
  });
}

/** The operator's act that the state after it rests on; undefined where it rests on something else. */
function actBetween(before: KeyRecord, after: KeyRecord): OperatorAct['act'] | undefined {
  const { state, operator } = after;
  if (operator === undefined || compareActs(operator, before.operator) <= 0) return undefined;
  return state === (operator.act === 'disabled' ? 'disabled' : 'in-service') ? operator.act : undefined;
}

/** Who acted, and why, as far as it was said; of a key that was out, for how long. Not why: that is no longer so. */
function actFacts(act: OperatorAct['act'], before: KeyRecord, after: KeyRecord): LogFields {
  const { by, reason } = after.decisions?.findLast(({ effect }) => effect === act) ?? {};
  const wasOut = before.state !== 'in-service' && after.state === 'in-service';
  return { operator: by, reason, outMs: wasOut ? after.since - before.since : undefined };
}

function messageOf({ state }: KeyRecord): string {
  switch (state) {
    case 'out-of-service':
      return 'a key left service';
    case 'in-service':
      return 'a key is back in service';
    case 'disabled':
      return 'a key was disabled';
  }
}

function nameOf({ id, providerId, name }: Key): LogFields {
  return { provider: providerId, key: id, ...(name !== '' && { name }) };
}

/** Why it left; for one that is back, why it had left, and for how long. */
function factsOf(before: KeyRecord, after: KeyRecord): LogFields {
  switch (after.state) {
    case 'out-of-service': {
      const { cause, rule, nextCheckAt, returnsAt } = after;
      return {
        cause,
        rule,
        nextCheckAt: formatWallTime(nextCheckAt),
        returnsAt: returnsAt && formatWallTime(returnsAt),
      };
    }
    case 'in-service':
      if (before.state !== 'out-of-service') return {};
      return {
        cause: before.cause,
        rule: before.rule,
        // A reprieve restores the time since which it was in service.
        ...(after.since < before.since ? { reprieved: true } : { outMs: after.since - before.since }),
      };
    case 'disabled':
      return {};
  }
}
