import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { KeyRecord } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { checkSpecFor } from './check-spec.ts';
import type { CheckContext, CheckSpec } from './check-spec.ts';
import { nextHoldCheck } from './hold-times.ts';
import type { HoldTimes } from './hold-times.ts';

/** A check that is to be done, now or later. */
export interface DueCheck {
  readonly pooled: PooledKey;
  readonly spec: CheckSpec;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /**
   * `return`: the key is out, and may come back. `doubt`: something was said against it that is not believed yet.
   * `hold`: it serves all but one model; such checks leave a part of the budget to the others.
   */
  readonly why: 'return' | 'doubt' | 'hold';
}

/** What the reasons for checks go by. */
export interface DueContext extends CheckContext {
  readonly holdTimes: HoldTimes;
}

/** A reason why a key is checked, apart from all others. @param record - of the key, settled */
type Reason = (
  provider: Provider,
  pooled: PooledKey,
  record: KeyRecord,
  context: DueContext,
) => readonly DueCheck[];

/** Every reason there is. A key that has several is checked for one at a time. */
const REASONS: readonly Reason[] = [outOfService, inDoubt, heldForLong];

/** The checks that the keys of a provider are to have, in no order. */
export function* checksOf(provider: Provider, context: DueContext): Generator<DueCheck> {
  for (const pooled of provider.pool.all()) yield* checksOfKey(provider, pooled, context);
}

/** The checks that one key is to have. */
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

/** What the words of a request said of a key in service: a check of our own bears it out, or clears the key. */
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

/** Daily quotas, plans' windows, models that were denied: they may end sooner than was said. */
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
