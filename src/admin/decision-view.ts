import { formatWallTime } from '../clock/wall-time.ts';
import { ruleFacts } from '../verdict/rule-facts.ts';
import { CLASS_DESCRIPTIONS, RULE_DESCRIPTIONS } from '../verdict/descriptions.ts';
import type { Decision } from '../keys/record/decision.ts';
import type { Provider } from '../providers/provider.ts';
import type { DecisionView, RuleView } from './contract.ts';

/** Makes the view of a rule of `provider`. */
export function viewRule(id: string, { type, config }: Provider): RuleView {
  const facts = ruleFacts(id, type, config.verdicts);
  return {
    id,
    class: facts?.class ?? null,
    meaning: facts === undefined ? null : (RULE_DESCRIPTIONS[id] ?? CLASS_DESCRIPTIONS[facts.class]),
    scope: facts?.scope ?? null,
    source: facts?.source ?? null,
  };
}

/** Makes the view of a decision on a key of `provider`. */
export function viewDecision(decision: Decision, provider: Provider): DecisionView {
  const { at, effect, rule, status, requestId, node, check, model, by, reason } = decision;
  return {
    at: formatWallTime(at),
    effect,
    rule: rule === undefined ? null : viewRule(rule, provider),
    status: status ?? null,
    requestId: requestId ?? null,
    node: node ?? null,
    check: check === true,
    model: model ?? null,
    by: by ?? null,
    reason: reason ?? null,
  };
}
