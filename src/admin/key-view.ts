import { formatWallTime, wallTimeOrNull } from '../clock/wall-time.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Hold, KeyRecord } from '../keys/record/record.ts';
import type { HoldView, KeyView } from './contract.ts';
import type { KeyStanding } from './standing.ts';

/**
 * @param stands - how the key stands by its record, as this process knows it
 * @param checkAt - when it is checked next; undefined where it is not
 * @param now - milliseconds since the epoch
 */
export function viewKey(
  { key, domain }: Pick<PooledKey, 'key' | 'domain'>,
  stands: KeyStanding,
  checkAt: number | undefined,
  now: number,
): KeyView {
  const { record: settled, holds, standing, cause, reason, until } = stands;
  return {
    provider: key.providerId,
    id: key.id,
    name: key.name === '' ? null : key.name,
    hint: key.secret.hint === '' ? null : key.secret.hint,
    state: settled.state,
    reason,
    failures: failuresOf(settled),
    passes: settled.state === 'out-of-service' ? settled.passes : 0,
    since: settled.since === 0 ? null : formatWallTime(settled.since),
    nextTryAt: nextTryAt(settled, checkAt, now),
    models: Object.fromEntries(holds.map((hold) => [hold.model, viewHold(hold)])),
    quotaDomain: domain?.name ?? null,
    standing,
    cause,
    heldUntil: wallTimeOrNull(until),
  };
}

function viewHold({ cause, rule, since, until }: Hold): HoldView {
  return { cause, rule, since: formatWallTime(since), until: formatWallTime(until) };
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
  return wallTimeOrNull(Math.max(Math.min(checkAt ?? Infinity, returnsAt ?? Infinity), now));
}
