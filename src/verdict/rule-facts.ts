import { faultVerdicts } from './fault-verdicts.ts';
import type { RuleCore } from './rules/rule.ts';
import { tableFor } from './rules/tables.ts';
import { OK } from './verdict.ts';
import type { VerdictClass, VerdictScope } from './verdict.ts';

/** What the id of a rule in a record or a log means. */
export interface RuleFacts {
  readonly class: VerdictClass;
  readonly scope: VerdictScope;
  /** Where the error is documented. */
  readonly source: string;
}

const OBSERVED = 'what was seen of the exchange itself';

/**
 * Looks a rule up by its id.
 * @param providerType - picks the table
 * @param ownRules - of the configuration, for that provider
 * @returns undefined for an unknown one: it has left the configuration, or is of another version
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
    // Google's rules also decide at providers of other types, by the error's format.
    tableFor(providerType, 'google').find((each) => each.id === id);
  if (rule !== undefined) return factsOf(rule.verdict, rule.source);
  const observed = [OK, ...Object.values(faultVerdicts)].find((verdict) => verdict.rule === id);
  return observed === undefined ? undefined : factsOf(observed, OBSERVED);
}

function factsOf(verdict: Omit<RuleFacts, 'source'>, source: string): RuleFacts {
  return { class: verdict.class, scope: verdict.scope, source };
}
