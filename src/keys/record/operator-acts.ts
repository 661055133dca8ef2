import type { KeyEvent, OperatorDisabled, OperatorEnabled, OperatorLifted } from './event.ts';
import { returnToService } from './record.ts';
import type { InService, KeyRecord, OperatorAct } from './record.ts';

/*
 * The operator's acts on the service of a key have an order of their own. Each is later than every one that the node
 * knew of to which it was said (a hybrid logical clock), so that what was said last is the same on all nodes, whatever
 * their clocks, the epochs of their records and the order in which they reach the store.
 */

/** Greater than 0 where `a` was said after `b`, less where before; 0 for the same act. None is before any. */
export function compareActs(a: OperatorAct | undefined, b: OperatorAct | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  // Of two at one moment, at nodes that knew nothing of each other, the one that keeps the key from use.
  return a.at - b.at || Number(a.act === 'disabled') - Number(b.act === 'disabled');
}

/** The event as it is to count: an act of the operator's later than the last one that is known. */
export function afterKnownActs<T extends KeyEvent>(event: T, { operator }: KeyRecord): T {
  if (event.type !== 'disabled' && event.type !== 'enabled') return event;
  return operator === undefined || event.at > operator.at ? event : { ...event, stamp: operator.at + 1 };
}

/** Whether an event is an act of the operator's and later than what the record knows. */
export function isLaterAct(event: KeyEvent, { operator }: KeyRecord): boolean {
  return (event.type === 'disabled' || event.type === 'enabled') && compareActs(actOf(event), operator) > 0;
}

function actOf({ type, at, stamp = at }: OperatorDisabled | OperatorEnabled): OperatorAct {
  return { act: type, at: stamp };
}

/** The operator takes the key out of service, or puts it in; unless something else was said since. */
export function afterAct(record: KeyRecord, event: OperatorDisabled | OperatorEnabled): KeyRecord {
  const operator = actOf(event);
  if (compareActs(operator, record.operator) <= 0) return record;
  const { type, at } = event;
  if (type === 'disabled') {
    if (record.state === 'disabled') return { ...record, operator };
    return { state: 'disabled', epoch: record.epoch + 1, since: at, operator };
  }
  const inService = record.state === 'in-service' ? startAnew(record) : returnToService(record, at);
  return { ...inService, operator };
}

/** The operator enables a key in service: nothing that was counted or said against it counts any more. */
function startAnew(record: InService): InService {
  const { lastRule: _, doubt: _doubt, comeback: _comeback, ...rest } = record;
  return { ...rest, failures: 0, holds: [] };
}

/** The operator ends the hold on a model, or all holds. */
export function liftHolds(record: InService, { model, at }: OperatorLifted): InService {
  const isLifted = (held: { readonly model: string }): boolean => model === undefined || held.model === model;
  const lifted = record.holds.filter(isLifted);
  if (lifted.length === 0) return record;
  // Later than what it ends, whoever's clock dated that.
  const liftedAt = Math.max(at, record.liftedAt ?? 0, ...lifted.map(({ since }) => since));
  return { ...record, holds: record.holds.filter((held) => !isLifted(held)), liftedAt };
}
