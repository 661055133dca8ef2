import { MAX_DECISION_TEXT } from './decision.ts';
import type { Decision, DecisionEffect } from './decision.ts';
import type {
  AttemptEnded,
  Doubted,
  KeyEvent,
  KeyHint,
  OperatorDisabled,
  OperatorEnabled,
  OperatorLifted,
  Proven,
} from './event.ts';
import { isUnproven } from './doubt.ts';
import type { KeyRecord } from './record.ts';

/** Events that are kept as decisions. */
type LoggedEvent = Exclude<KeyEvent, KeyHint | Proven>;

/** The decision by which `event` changed a record. */
export function decisionOf(before: KeyRecord, after: KeyRecord, event: LoggedEvent): Decision {
  const { at } = event;
  switch (event.type) {
    case 'pardoned':
      return { at, effect: event.type };
    case 'disabled':
    case 'enabled':
    case 'lifted':
      return actDecision(event);
    case 'attempt':
    case 'doubted':
      return judgedDecision(before, after, event);
  }
}

/** That of an operator's act. */
function actDecision(event: OperatorDisabled | OperatorEnabled | OperatorLifted): Decision {
  const { type, at, by, reason } = event;
  const model = event.type === 'lifted' ? event.model : undefined;
  return {
    at,
    effect: type,
    ...(model !== undefined && { model: cut(model) }),
    ...(by !== undefined && { by: cut(by) }),
    ...(reason !== undefined && { reason: cut(reason) }),
  };
}

/** That of what an attempt showed. */
function judgedDecision(before: KeyRecord, after: KeyRecord, event: AttemptEnded | Doubted): Decision {
  const { at } = event;
  const { rule, status, requestId, node, model } = event;
  const check = event.type === 'attempt' && event.check;
  const effect =
    event.type === 'doubted'
      ? isUnproven(before)
        ? 'reprieved'
        : 'doubted'
      : attemptEffect(before, after, event.effect.kind === 'succeeds', check);
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
    if (after.failures > before.failures) return 'counted';
    return after.holds === before.holds ? 'check-failed' : 'held';
  }
  if (after.state === 'in-service') return 'returned';
  if (succeeds) return 'check-passed';
  return check ? 'check-failed' : 'trial-failed';
}

function cut(text: string): string {
  return text.slice(0, MAX_DECISION_TEXT);
}
