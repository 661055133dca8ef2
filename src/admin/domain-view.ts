import type { DomainHold } from '../keys/pool/quota-domain.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { viewRule } from './decision-view.ts';
import type { RuleView } from './decision-view.ts';
import { timeText } from './time-text.ts';

/** What a key shares its limits with. */
export interface DomainView {
  readonly name: string;
  /** From the provider's answers, whichever process heard them; otherwise configured. */
  readonly learned: boolean;
  /** How many share it, this one included. */
  readonly keys: number;
  /** What holds all of them, up to twenty. */
  readonly troubles: readonly TroubleView[];
}

/** A trouble that the keys of a domain share. */
export interface TroubleView {
  /** `*` is all. */
  readonly model: string;
  readonly cause: 'throttled' | 'billing';
  /** When it ends or, for `billing`, when the key that showed it is tested. */
  readonly until: string;
  /** The key that showed it. */
  readonly key: { readonly id: string; readonly name: string | null };
  /** That judged it. */
  readonly rule: RuleView;
}

/** Makes the view of a key's domain; null where it has none. */
export function viewDomain(
  provider: Provider,
  { key, domain }: PooledKey,
  shared: readonly DomainHold[],
): DomainView | null {
  if (domain === undefined) return null;
  return {
    name: domain.name,
    learned: key.quotaDomain === key.id,
    keys: domain.members,
    troubles: shared.map((trouble) => viewTrouble(provider, trouble)),
  };
}

/** Makes the view of what one key of a domain has shown. */
export function viewTrouble(
  provider: Provider,
  { keyId, model, cause, rule, until }: DomainHold,
): TroubleView {
  const name = provider.pool.get(keyId)?.key.name ?? '';
  return {
    model,
    cause,
    until: timeText(until),
    key: { id: keyId, name: name === '' ? null : name },
    rule: viewRule(rule, provider),
  };
}
