import type { KeyRecord, OutOfService } from './record.ts';

/**
 * A check that is overdue by so much is not done: the budget is used up, or the node that probes does not have the key.
 * Longer than a round of the prober with a check that times out. Milliseconds.
 */
const OVERDUE_MS = 60_000;

/** When the key is to be checked: out of service, or in service with a doubt. */
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

/** Whether the key has come into doubt, or is to be checked sooner than before. */
export function isDueSooner(record: KeyRecord, before: KeyRecord): boolean {
  const at = checkDueAt(record);
  if (at === undefined) return false;
  const known = checkDueAt(before);
  return known === undefined ? record.state === 'in-service' : at < known;
}

/**
 * Whether a key that is out is not being checked. Then a request may try it as a last resort, and the result counts like
 * a check's: a failure delays the next one. Who pays: one such request per interval, which had no other key anyway.
 */
export function isOverdue({ nextCheckAt }: Pick<OutOfService, 'nextCheckAt'>, now: number): boolean {
  return now >= nextCheckAt + OVERDUE_MS;
}
