import { compareActs } from '../record/operator-acts.ts';
import type { InService, KeyRecord, OperatorAct } from '../record/record.ts';

/**
 * Resolves a conflict of two records of one key that do not follow from each other: the store had lost `ours`, and another
 * node wrote `theirs` without knowing of it. In this order:
 *
 * 1. The operator's last act, whatever the epochs. Where it is `disabled`, it alone counts; where it is `enabled`, so does
 *    what happened to the key since.
 * 2. The greater epoch.
 * 3. `ours`, where `theirs` may be an older state of the same epoch; else `theirs`.
 *
 * The epoch never decreases, and grows where the records differ, so that attempts from before count under neither. Holds
 * that the operator ended stay ended. All nodes come to the same result, and each writes a record once at most: acts and
 * epochs only grow.
 * @param isOlder - `theirs` was written before `ours`
 * @returns `theirs` itself where it counts unchanged
 */
export function reconcile(ours: KeyRecord, theirs: KeyRecord, isOlder: boolean): KeyRecord {
  const order = compareActs(ours.operator, theirs.operator);
  const isOurs =
    order === 0
      ? ours.epoch === theirs.epoch
        ? isOlder
        : ours.epoch > theirs.epoch
      : order > 0
        ? outranks(ours, theirs)
        : !outranks(theirs, ours);
  const [chosen, other] = isOurs ? [ours, theirs] : [theirs, ours];
  return withLifted(withActAndEpoch(chosen, other), other);
}

/** Whether a record with the later act takes precedence over one without that act. */
function outranks(record: KeyRecord, other: KeyRecord): boolean {
  if (record.state === 'disabled') return true;
  return other.since <= Math.max(record.since, record.operator?.at ?? 0);
}

function withActAndEpoch(chosen: KeyRecord, other: KeyRecord): KeyRecord {
  const operator = later(chosen.operator, other.operator);
  const epoch = chosen.epoch < other.epoch ? other.epoch + 1 : chosen.epoch;
  if (operator === chosen.operator && epoch === chosen.epoch) return chosen;
  return { ...chosen, epoch, ...(operator !== undefined && { operator }) };
}

function later(a: OperatorAct | undefined, b: OperatorAct | undefined): OperatorAct | undefined {
  return compareActs(b, a) > 0 ? b : a;
}

/** Removes holds that the operator has ended in the other record, and keeps later ones. */
function withLifted(chosen: KeyRecord, other: KeyRecord): KeyRecord {
  if (chosen.state !== 'in-service' || other.state !== 'in-service') return chosen;
  const liftedAt = other.liftedAt ?? 0;
  if (liftedAt <= (chosen.liftedAt ?? 0)) return chosen;
  return { ...chosen, holds: liftedHolds(chosen, other, liftedAt), liftedAt };
}

function liftedHolds(chosen: InService, other: InService, liftedAt: number): InService['holds'] {
  const isKept = ({ model, since }: InService['holds'][number]): boolean =>
    since > liftedAt || other.holds.some((held) => held.model === model);
  return chosen.holds.filter(isKept);
}
