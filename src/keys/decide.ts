import { MAX_DECISION_TEXT } from './decision.ts';
import type { Decision, DecisionEffect } from './decision.ts';
import type { Aside, KeyEvent } from './event.ts';
import type { KeyRecord } from './record.ts';

/** What `event` has just made of a record. */
export function decisionOf(before: KeyRecord, after: KeyRecord, event: Exclude<KeyEvent, Aside>): Decision {
  const { at } = event;
  if (event.type === 'lifted')
    return { at, effect: event.type, ...(event.model !== undefined && { model: cut(event.model) }) };
  if (event.type !== 'attempt') return { at, effect: event.type };
  const { rule, status, requestId, node, check, model } = event;
  const effect = attemptEffect(before, after, event.effect.kind === 'succeeds', check);
  return {
    at,
    effect,
    rule: cut(rule),
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId: cut(requestId) }),
    ...(node !== undefined && { node: cut(node) }),
    ...(check && { check }),
    ...(effect === 'held' && { model }),
  };
}

function attemptEffect(
  before: KeyRecord,
  after: KeyRecord,
  succeeds: boolean,
  check: boolean,
): DecisionEffect {
  if (before.state === 'in-service') {
    if (after.state !== 'in-service') return 'taken-out';
    if (succeeds) return 'cleared';
    return after.failures > before.failures ? 'counted' : 'held';
  }
  if (after.state === 'in-service') return 'returned';
  if (succeeds) return 'check-passed';
  return check ? 'check-failed' : 'trial-failed';
}

function cut(text: string): string {
  return text.slice(0, MAX_DECISION_TEXT);
}
