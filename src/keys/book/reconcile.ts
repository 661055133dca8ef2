import { compareActs } from '../record/operator-acts.ts';
import type { InService, KeyRecord, OperatorAct } from '../record/record.ts';

/**
 * What stands of two records of one key that do not follow from each other: the store had lost the one, and somebody
 * wrote the other without knowing of it. In this order:
 *
 * 1. What the operator said last of the key's service, whatever the epochs. Where that was to disable it, nothing else
 *    counts; where it was to enable it, what the key went through since then does.
 * 2. The greater epoch: none is followed by a smaller one.
 * 3. `ours`, where `theirs` may be an older state of the same epoch; else `theirs`.
 *
 * The epoch never goes back, so that what began under either record counts under neither where they differ. Holds that
 * the operator ended stay ended. Every node that goes by this comes to the same end, and writes a record once at most:
 * acts and epochs only grow.
 * @param isOlder - `theirs` was written before `ours`
 * @returns `theirs` itself where that stands as it is
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
  const [standing, other] = isOurs ? [ours, theirs] : [theirs, ours];
  return withLifted(withActAndEpoch(standing, other), other);
}

/** Whether a record with the later act stands beside one that does not know of that act. */
function outranks(record: KeyRecord, other: KeyRecord): boolean {
  if (record.state === 'disabled') return true;
  return other.since <= Math.max(record.since, record.operator?.at ?? 0);
}

function withActAndEpoch(standing: KeyRecord, other: KeyRecord): KeyRecord {
  const operator = later(standing.operator, other.operator);
  const epoch = standing.epoch < other.epoch ? other.epoch + 1 : standing.epoch;
  if (operator === standing.operator && epoch === standing.epoch) return standing;
  return { ...standing, epoch, ...(operator !== undefined && { operator }) };
}

function later(a: OperatorAct | undefined, b: OperatorAct | undefined): OperatorAct | undefined {
  return compareActs(b, a) > 0 ? b : a;
}

/** Where the operator ended holds that stand: they are ended, and what was met since then stands. */
function withLifted(standing: KeyRecord, other: KeyRecord): KeyRecord {
  if (standing.state !== 'in-service' || other.state !== 'in-service') return standing;
  const liftedAt = other.liftedAt ?? 0;
  if (liftedAt <= (standing.liftedAt ?? 0)) return standing;
  return { ...standing, holds: liftedHolds(standing, other, liftedAt), liftedAt };
}

function liftedHolds(standing: InService, lifter: InService, liftedAt: number): InService['holds'] {
  const isKept = ({ model, since }: InService['holds'][number]): boolean =>
    since > liftedAt || lifter.holds.some((held) => held.model === model);
  return standing.holds.filter(isKept);
}
