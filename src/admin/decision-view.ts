import { ruleFacts } from '../verdict/rule-facts.ts';
import type { VerdictClass, VerdictScope } from '../verdict/verdict.ts';
import { CLASS_DESCRIPTIONS } from '../verdict/descriptions.ts';
import type { Decision, DecisionEffect } from '../keys/record/decision.ts';
import type { Provider } from '../providers/provider.ts';
import { timeText } from './time-text.ts';

/** A rule that judged. All but its id are null where nobody knows it any more. */
export interface RuleView {
  readonly id: string;
  readonly class: VerdictClass | null;
  /** Of the class, in words. */
  readonly meaning: string | null;
  readonly scope: VerdictScope | null;
  /** Where the fact is from that the rule states. */
  readonly source: string | null;
}

/** One decision on a key, and its evidence. */
export interface DecisionView {
  readonly at: string;
  readonly effect: DecisionEffect;
  /** Null for the operator's word, a pardon and the end of a cooldown. */
  readonly rule: RuleView | null;
  /** Of the provider's answer; null where none began. */
  readonly status: number | null;
  /** The client's request that showed it; null for a health check. */
  readonly requestId: string | null;
  /** The process that judged it. */
  readonly node: string | null;
  /** A health check showed it. */
  readonly check: boolean;
  /** What it was held from, as the provider names it. */
  readonly model: string | null;
}

/** Makes the view of a rule of `provider`. */
export function viewRule(id: string, { type, config }: Provider): RuleView {
  const facts = ruleFacts(id, type, config.verdicts);
  return {
    id,
    class: facts?.class ?? null,
    meaning: facts === undefined ? null : CLASS_DESCRIPTIONS[facts.class],
    scope: facts?.scope ?? null,
    source: facts?.source ?? null,
  };
}

/** Makes the view of a decision on a key of `provider`. */
export function viewDecision(decision: Decision, provider: Provider): DecisionView {
  const { at, effect, rule, status, requestId, node, check, model } = decision;
  return {
    at: timeText(at),
    effect,
    rule: rule === undefined ? null : viewRule(rule, provider),
    status: status ?? null,
    requestId: requestId ?? null,
    node: node ?? null,
    check: check === true,
    model: model ?? null,
  };
}
