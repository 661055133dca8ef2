import type { DomainHold } from '../keys/pool/quota-domain.ts';
import type { Decision } from '../keys/record/decision.ts';
import type { Hold, KeyRecord, OutCause } from '../keys/record/record.ts';
import { failuresText, modelText } from './contract-words.ts';

const OUT_TEXT: Readonly<Record<OutCause, string>> = {
  failures: 'failed too often in a row',
  key_dead: 'refused by the provider as invalid, revoked or blocked',
  billing: 'out of credit',
};

/** Where the text of the cause would be wrong. */
const OUT_TEXT_BY_RULE: Readonly<Record<string, string>> = {
  'fault.key-unusable': 'no request can be made with it as it is written in the configuration',
};

const HELD_TEXT: Readonly<Record<Hold['cause'], string>> = {
  throttled: 'throttled',
  denied: 'denied',
};

/**
 * Why a key is not simply fine, in words, with the rule that judged it; null where it is.
 * @param holds - those of the record that still count
 */
export function reasonOf(record: KeyRecord, holds: readonly Hold[]): string | null {
  switch (record.state) {
    case 'disabled':
      return `disabled by hand${saidText(record.decisions?.findLast(({ effect }) => effect === 'disabled'))}`;
    case 'out-of-service':
      return `${OUT_TEXT_BY_RULE[record.rule] ?? OUT_TEXT[record.cause]} (${record.rule})`;
    case 'in-service': {
      const { failures, lastRule, doubt } = record;
      const reasons = [
        ...(failures > 0
          ? [`${failuresText(failures)}${lastRule === undefined ? '' : ` (${lastRule})`}`]
          : []),
        ...heldText(holds),
        ...(doubt === undefined
          ? []
          : [`accused by the words of a request, and to be checked (${doubt.rule})`]),
      ];
      return reasons.length === 0 ? null : reasons.join('; ');
    }
  }
}

/** Who did it and why, as far as it was said. */
function saidText({ by, reason }: Pick<Decision, 'by' | 'reason'> = {}): string {
  return `${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`;
}

/** Models named for each cause; the rest are counted. */
const MAX_MODELS = 3;

function heldText(holds: readonly Hold[]): readonly string[] {
  return Array.from(
    Map.groupBy(holds, ({ cause }) => cause),
    ([cause, alike]) => {
      const models = alike.slice(0, MAX_MODELS).map(({ model }) => modelText(model));
      const more = alike.length > MAX_MODELS ? ` and ${alike.length - MAX_MODELS} more` : '';
      const rules = [...new Set(alike.map(({ rule }) => rule))];
      return `${HELD_TEXT[cause]} for ${models.join(', ')}${more} (${rules.slice(0, MAX_MODELS).join(', ')})`;
    },
  );
}

/** Why a key is kept from one model. */
export function heldReason({ cause, model, rule }: Hold): string {
  return `${HELD_TEXT[cause]} for ${modelText(model)} (${rule})`;
}

/** Why a whole domain is kept back. */
export function sharedReason({ cause, model, rule }: DomainHold): string {
  return cause === 'billing'
    ? `${OUT_TEXT.billing} (${rule})`
    : `throttled for ${modelText(model)} (${rule})`;
}
