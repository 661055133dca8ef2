import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { KeyRecord } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { checkSpecFor } from './check-spec.ts';
import type { CheckContext, CheckSpec } from './check-spec.ts';
import { nextHoldCheck } from './hold-times.ts';
import type { HoldTimes } from './hold-times.ts';

/** A scheduled check. */
export interface DueCheck {
  readonly pooled: PooledKey;
  readonly spec: CheckSpec;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /**
   * `return`: the key is out of service. `doubt`: a verdict on it is in doubt. `hold`: it is held from one model; such
   * checks leave a part of the budget to the others.
   */
  readonly why: 'return' | 'doubt' | 'hold';
}

/** What schedules depend on. */
export interface DueContext extends CheckContext {
  readonly holdTimes: HoldTimes;
}

/** One reason for checks. @param record - of the key, settled */
type Reason = (
  provider: Provider,
  pooled: PooledKey,
  record: KeyRecord,
  context: DueContext,
) => readonly DueCheck[];

/** A key with several reasons has one check at a time. */
const REASONS: readonly Reason[] = [outOfService, inDoubt, heldForLong];

/** The checks of all keys of a provider, in no order. */
export function* checksOf(provider: Provider, context: DueContext): Generator<DueCheck> {
  for (const pooled of provider.pool.all()) yield* checksOfKey(provider, pooled, context);
}

/** The checks of one key. */
export function checksOfKey(provider: Provider, pooled: PooledKey, context: DueContext): readonly DueCheck[] {
  const record = settle(pooled.record, context.now);
  return REASONS.flatMap((reason) => reason(provider, pooled, record, context));
}

const NONE: readonly DueCheck[] = [];

function outOfService(
  provider: Provider,
  pooled: PooledKey,
  record: KeyRecord,
  context: DueContext,
): readonly DueCheck[] {
  if (record.state !== 'out-of-service') return NONE;
  const spec = checkSpecFor(provider, record, context);
  return spec === undefined ? NONE : [{ pooled, spec, at: record.nextCheckAt, why: 'return' }];
}

/** A check confirms the doubted verdict, or settles the doubt. */
function inDoubt(
  provider: Provider,
  pooled: PooledKey,
  record: KeyRecord,
  context: DueContext,
): readonly DueCheck[] {
  if (record.state !== 'in-service' || record.doubt === undefined) return NONE;
  const spec = checkSpecFor(provider, record, context);
  return spec === undefined ? NONE : [{ pooled, spec, at: record.doubt.nextCheckAt, why: 'doubt' }];
}

/** Long holds (daily quotas, plan windows, denied models) may end sooner than expected. */
function heldForLong(
  provider: Provider,
  pooled: PooledKey,
  record: KeyRecord,
  { forms, holdTimes, now }: DueContext,
): readonly DueCheck[] {
  if (record.state !== 'in-service' || record.holds.length === 0) return NONE;
  return record.holds.flatMap((hold) => {
    const { model } = hold;
    const at = nextHoldCheck(hold, holdTimes.last(pooled.key.id, model), now);
    if (at === undefined || forms.acceptsNone(provider, model, now)) return NONE;
    return [{ pooled, spec: { kind: 'purchase', model }, at, why: 'hold' } as const];
  });
}
