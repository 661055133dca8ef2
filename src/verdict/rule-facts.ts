import { faultVerdicts } from './fault-verdicts.ts';
import type { RuleCore } from './rules/rule.ts';
import { tableFor } from './rules/tables.ts';
import { OK } from './verdict.ts';
import type { VerdictClass, VerdictScope } from './verdict.ts';

/** What the id of a rule in a record or a log stands for. */
export interface RuleFacts {
  readonly class: VerdictClass;
  readonly scope: VerdictScope;
  /** Where the fact is from. */
  readonly source: string;
}

const SEEN = 'what was seen of the exchange itself';

/**
 * Looks a rule up by its id.
 * @param providerType - picks the table
 * @param ownRules - of the configuration, for that provider
 * @returns undefined where nobody knows it any more: it left the configuration, or was another version's
 */
export function ruleFacts(
  id: string,
  providerType: string,
  ownRules: readonly RuleCore[],
): RuleFacts | undefined {
  const own = ownRules.find((rule) => rule.id === id);
  if (own !== undefined) return factsOf(own.verdict, 'the configuration');
  const rule =
    tableFor(providerType).find((each) => each.id === id) ??
    // Of a vendor whose shape an error had, whoever passed it on.
    tableFor(providerType, 'google').find((each) => each.id === id);
  if (rule !== undefined) return factsOf(rule.verdict, rule.source);
  const seen = [OK, ...Object.values(faultVerdicts)].find((verdict) => verdict.rule === id);
  return seen === undefined ? undefined : factsOf(seen, SEEN);
}

function factsOf(verdict: Omit<RuleFacts, 'source'>, source: string): RuleFacts {
  return { class: verdict.class, scope: verdict.scope, source };
}
