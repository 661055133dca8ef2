import { wallTimeOrNull } from '../clock/wall-time.ts';
import { unavailabilityOf } from '../failover/unavailability.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { DomainHold } from '../keys/pool/quota-domain.ts';
import { ANY_MODEL } from '../keys/record/record.ts';
import type { KeyRecord } from '../keys/record/record.ts';
import type { CheckPlan } from '../probe/provider-loop.ts';
import type { NextView } from './contract.ts';

/**
 * How a key comes back, soonest first, what has no time last; nothing where it is kept from nothing and not in doubt.
 * @param record - of the key, settled
 * @param plans - how it is checked, where it is
 * @param shared - what holds its domain
 */
export function viewNext(
  pooled: PooledKey,
  record: KeyRecord,
  plans: readonly CheckPlan[],
  shared: readonly DomainHold[],
  now: number,
): readonly NextView[] {
  const recoveries: readonly Recovery[] = [
    ...recordRecoveries(record, now),
    ...plans.map(checkRecovery),
    ...(record.state === 'disabled' ? [] : domainRecoveries(pooled, shared)),
    ...trialRecoveries(pooled, record, now),
  ];
  return recoveries
    .toSorted((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity))
    .map(({ at, ...recovery }) => ({
      model: null,
      here: null,
      notBefore: null,
      ...recovery,
      at: wallTimeOrNull(at),
    }));
}

/** A view in the making. `at` in milliseconds since the epoch. */
interface Recovery extends Partial<Omit<NextView, 'how' | 'at'>> {
  readonly how: NextView['how'];
  readonly at?: number;
}

function recordRecoveries(record: KeyRecord, now: number): readonly Recovery[] {
  switch (record.state) {
    case 'disabled':
      return [{ how: 'operator' }];
    case 'out-of-service':
      return record.returnsAt === undefined ? [] : [{ how: 'cooldown', at: record.returnsAt }];
    case 'in-service':
      return record.holds
        .filter(({ until }) => until > now)
        .map(({ model, until }) => ({ how: 'hold', at: until, model }));
  }
}

function checkRecovery({ at, kind, model, here, spentUntil }: CheckPlan): Recovery {
  if (kind === 'list') return { how: 'free-check', at, here };
  return { how: 'paid-check', at, model: model ?? null, here, notBefore: wallTimeOrNull(spentUntil) };
}

/** Troubles found with other keys of its domain. */
function domainRecoveries({ key }: PooledKey, shared: readonly DomainHold[]): readonly Recovery[] {
  const untils = new Map<string, number>();
  for (const { keyId, model, until } of shared) {
    if (keyId !== key.id) untils.set(model, Math.max(until, untils.get(model) ?? 0));
  }
  return Array.from(untils, ([model, at]) => ({ how: 'domain', model, at }));
}

/** Nothing but a request may come first. */
function trialRecoveries(pooled: PooledKey, record: KeyRecord, now: number): readonly Recovery[] {
  const mayBeTried = (model: string): boolean =>
    unavailabilityOf(pooled, { model, now, hasHealthChecks: true })?.ambiguous === true;
  switch (record.state) {
    case 'disabled':
      return [];
    case 'out-of-service':
      return mayBeTried(ANY_MODEL) ? [{ how: 'trial' }] : [];
    case 'in-service':
      return record.holds
        .filter(({ model, until }) => until > now && mayBeTried(model))
        .map(({ model }) => ({ how: 'trial', model }));
  }
}
