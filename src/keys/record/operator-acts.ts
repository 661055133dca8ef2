import type { KeyEvent, OperatorDisabled, OperatorEnabled, OperatorLifted } from './event.ts';
import { returnToService } from './record.ts';
import type { InService, KeyRecord, OperatorAct } from './record.ts';

/*
 * The order of the operator's acts (disable, enable) on a key. Each gets a hybrid logical timestamp, later than every act
 * known to the node that received it. So the last act is the same on all nodes, whatever their clocks, the epochs of their
 * records and the order in which they reach the store.
 */

/** Positive where `a` is later than `b`, negative where it is earlier, 0 for the same act. No act is before any. */
export function compareActs(a: OperatorAct | undefined, b: OperatorAct | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  // Of two at the same time, at nodes that did not know of each other, `disabled` is the later one.
  return a.at - b.at || Number(a.act === 'disabled') - Number(b.act === 'disabled');
}

/** The event, with a timestamp after the last known act where it is an operator's act. */
export function afterKnownActs<T extends KeyEvent>(event: T, { operator }: KeyRecord): T {
  if (event.type !== 'disabled' && event.type !== 'enabled') return event;
  return operator === undefined || event.at > operator.at ? event : { ...event, stamp: operator.at + 1 };
}

/** Whether an event is an operator's act, and later than that of the record. */
export function isLaterAct(event: KeyEvent, { operator }: KeyRecord): boolean {
  return (event.type === 'disabled' || event.type === 'enabled') && compareActs(actOf(event), operator) > 0;
}

function actOf({ type, at, stamp = at }: OperatorDisabled | OperatorEnabled): OperatorAct {
  return { act: type, at: stamp };
}

/** Applies an operator's act, unless a later one is known. */
export function afterAct(record: KeyRecord, event: OperatorDisabled | OperatorEnabled): KeyRecord {
  const operator = actOf(event);
  if (compareActs(operator, record.operator) <= 0) return record;
  const { type, at } = event;
  if (type === 'disabled') {
    if (record.state === 'disabled') return { ...record, operator };
    return { state: 'disabled', epoch: record.epoch + 1, since: at, operator };
  }
  const inService = record.state === 'in-service' ? cleared(record) : returnToService(record, at);
  return { ...inService, operator };
}

/** Enabling a key in service clears its failures, holds and doubt. */
function cleared(record: InService): InService {
  const { lastRule: _, doubt: _doubt, comeback: _comeback, ...rest } = record;
  return { ...rest, failures: 0, holds: [] };
}

/** Ends the hold on a model, or all holds. */
export function liftHolds(record: InService, { model, at }: OperatorLifted): InService {
  const isLifted = (held: { readonly model: string }): boolean => model === undefined || held.model === model;
  const lifted = record.holds.filter(isLifted);
  if (lifted.length === 0) return record;
  // Not before the holds that it ends, whatever clock dated those.
  const liftedAt = Math.max(at, record.liftedAt ?? 0, ...lifted.map(({ since }) => since));
  return { ...record, holds: record.holds.filter((held) => !isLifted(held)), liftedAt };
}
