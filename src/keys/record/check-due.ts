import type { KeyRecord, OutOfService } from './record.ts';

/**
 * A check that has been due for so long is not coming: the day's budget is spent, or whoever is to do it does not know
 * the key. Longer than a round of the prober with a check that times out. Milliseconds.
 */
const OVERDUE_MS = 60_000;

/** When its record has the key checked: out of service for what took it out, in service for a doubt. */
export function checkDueAt(record: KeyRecord): number | undefined {
  switch (record.state) {
    case 'disabled':
      return undefined;
    case 'out-of-service':
      return record.nextCheckAt;
    case 'in-service':
      return record.doubt?.nextCheckAt;
  }
}

/** Whether the key has come into doubt, or is to be checked sooner than it was to be before. */
export function isDueSooner(record: KeyRecord, before: KeyRecord): boolean {
  const at = checkDueAt(record);
  if (at === undefined) return false;
  const known = checkDueAt(before);
  return known === undefined ? record.state === 'in-service' : at < known;
}

/**
 * Whether nobody checks a key that is out. Then a client's request may try it where no key of any target can be used, and
 * what that shows counts as the check would have: a failure puts the next one off. Who pays: one such request for each
 * interval, the retry that it would have had no other key for.
 */
export function isOverdue({ nextCheckAt }: Pick<OutOfService, 'nextCheckAt'>, now: number): boolean {
  return now >= nextCheckAt + OVERDUE_MS;
}
