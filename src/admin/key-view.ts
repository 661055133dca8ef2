import type { Key } from '../keys/key.ts';
import { settle } from '../keys/record/record.ts';
import type { Hold, KeyRecord } from '../keys/record/record.ts';
import { reasonOf } from './reason.ts';
import { timeOrNull, timeText } from './time-text.ts';

/** A key as the admin API shows it. Times in RFC 3339; null where there is nothing to say. */
export interface KeyView {
  readonly provider: string;
  readonly id: string;
  readonly name: string | null;
  /** At most the last four characters of the credential. */
  readonly hint: string | null;
  readonly state: KeyRecord['state'];
  readonly reason: string | null;
  /** In a row: of requests while in service, of health checks while out of it. */
  readonly failures: number;
  /** Health checks passed in a row while out of service. */
  readonly passes: number;
  /** Of this state; null where nothing was ever recorded. */
  readonly since: string | null;
  /** When it is tested, or comes back by itself. */
  readonly nextTryAt: string | null;
  /** The models it is kept from, as the provider names them; `*` is all. */
  readonly models: Readonly<Record<string, HoldView>>;
  /** What shares its limits; null where it shares them with no other key. */
  readonly quotaDomain: string | null;
}

/** One model a key is kept from. */
export interface HoldView {
  readonly cause: Hold['cause'];
  /** That judged the answer it is held for. */
  readonly rule: string;
  readonly since: string;
  readonly until: string;
}

/**
 * @param record - of the key, as last heard
 * @param domain - whose limits it shares, where that is configured or learned
 * @param checkAt - when it is checked next; undefined where it is not
 * @param now - milliseconds since the epoch
 */
export function viewKey(
  key: Key,
  record: KeyRecord,
  domain: string | undefined,
  checkAt: number | undefined,
  now: number,
): KeyView {
  const settled = settle(record, now);
  const holds = settled.state === 'in-service' ? settled.holds.filter(({ until }) => until > now) : [];
  return {
    provider: key.providerId,
    id: key.id,
    name: key.name === '' ? null : key.name,
    hint: key.secret.hint === '' ? null : key.secret.hint,
    state: settled.state,
    reason: reasonOf(settled, holds),
    failures: failuresOf(settled),
    passes: settled.state === 'out-of-service' ? settled.passes : 0,
    since: settled.since === 0 ? null : timeText(settled.since),
    nextTryAt: nextTryAt(settled, checkAt, now),
    models: Object.fromEntries(holds.map((hold) => [hold.model, viewHold(hold)])),
    quotaDomain: domain ?? null,
  };
}

function viewHold({ cause, rule, since, until }: Hold): HoldView {
  return { cause, rule, since: timeText(since), until: timeText(until) };
}

function failuresOf(record: KeyRecord): number {
  switch (record.state) {
    case 'in-service':
      return record.failures;
    case 'out-of-service':
      return record.failedChecks;
    case 'disabled':
      return 0;
  }
}

/** What is due already, and waits for a place or a node that looks after it, is due now. */
function nextTryAt(record: KeyRecord, checkAt: number | undefined, now: number): string | null {
  const returnsAt = record.state === 'out-of-service' ? record.returnsAt : undefined;
  return timeOrNull(Math.max(Math.min(checkAt ?? Infinity, returnsAt ?? Infinity), now));
}
