import type { QuotaDomain } from '../keys/pool/quota-domain.ts';
import type { RouteTarget } from '../routing/route.ts';
import type { Attempt } from './attempt/attempt.ts';
import type { Outage } from './circuit/circuits.ts';
import { usesUpAnAttempt } from './next-step.ts';
import { isUnreadableReasoning } from './unreadable-reasoning.ts';
import type { UnsealedCall } from './unreadable-reasoning.ts';

/** What became of one request at one target of its route, each time it was tried. */
export interface TargetState {
  readonly target: RouteTarget;
  /** Targets after it that are tried in the same pass. */
  targetsLeft: number;
  /** Ids of the keys it has tried: none is used twice. One that could not read reasoning is not among them. */
  readonly tried: Set<string>;
  /** Its provider's outage, as known when the request came to it. */
  readonly outage: Outage | undefined;
  /** Of the `attempts` of the provider, those that are left. */
  attemptsLeft: number;
  readonly domains: LimitedDomains;
  /** The request without the reasoning in it that its provider cannot read; undefined while none is known of. */
  unsealed: UnsealedCall | undefined;
  /** Whether it was refused for reasoning that could not be read, and sent once more without any. */
  isResent: boolean;
}

/** Quota domains in which the request met a limit. */
export interface LimitedDomains {
  /** Another domain is tried first. Whether these may be tried again, their keys' records say. */
  readonly avoided: Set<QuotaDomain>;
  /** It is too large for these, and no record says so, since others are not. */
  readonly excludedDomains: Set<QuotaDomain>;
}

/**
 * @param before - the request's failed tries before it waited: those at this target still count, but for limits, which may
 *   be over
 */
export function newTargetState(
  target: RouteTarget,
  outage: Outage | undefined,
  before: readonly Attempt[] = [],
): TargetState {
  const { provider, model } = target;
  const state: TargetState = {
    target,
    targetsLeft: 0,
    outage,
    tried: new Set(),
    attemptsLeft: provider.policy.attempts,
    domains: { avoided: new Set(), excludedDomains: new Set() },
    unsealed: undefined,
    isResent: false,
  };
  for (const attempt of before) {
    const { plan, effect } = attempt;
    if (plan.provider !== provider || plan.model !== model || effect.kind === 'throttles') continue;
    if (isUnreadableReasoning(attempt)) continue;
    state.tried.add(plan.pooled?.key.id ?? '');
    if (usesUpAnAttempt(attempt, provider.policy)) state.attemptsLeft--;
  }
  return state;
}
