import { formatWallTime } from '../clock/wall-time.ts';
import { rampShare } from '../failover/choose.ts';
import type { Decision, DecisionEffect } from '../keys/record/decision.ts';
import { isUnproven } from '../keys/record/doubt.ts';
import type { DomainHold } from '../keys/pool/quota-domain.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Hold, KeyRecord } from '../keys/record/record.ts';
import type { CheckPlan } from '../probe/provider-loop.ts';
import type { Provider } from '../providers/provider.ts';
import type { DomainView, DoubtView, Explanation, HeldView, KeyView, TroubleView } from './contract.ts';
import { viewDecision, viewRule } from './decision-view.ts';
import { viewNext } from './next-view.ts';
import { viewOutages } from './outage-view.ts';
import { viewSeenFrom } from './viewpoint.ts';
import type { Viewpoint } from './viewpoint.ts';

/** Shared troubles shown: a domain may have very many. */
const MAX_TROUBLES = 20;

/**
 * @param view - the key as the list shows it
 * @param plans - how it is checked, where it is
 * @param now - milliseconds since the epoch
 */
export function explainKey(
  provider: Provider,
  pooled: PooledKey,
  view: KeyView,
  plans: readonly CheckPlan[],
  viewpoint: Viewpoint,
  now: number,
): Explanation {
  const record = settle(pooled.record, now);
  const { decisions = [] } = record;
  const evidence = evidenceOf(record);
  const rule = ruleOf(record);
  const shared: readonly DomainHold[] = [...(pooled.domain?.holds(now).take(MAX_TROUBLES) ?? [])];
  const { serves, circuitsOf } = viewpoint;
  return {
    at: formatWallTime(now),
    key: view,
    cause: record.state === 'out-of-service' ? record.cause : null,
    rule: rule === undefined ? null : viewRule(rule, provider),
    evidence: evidence === undefined ? null : viewDecision(evidence, provider),
    holds: holdsOf(record, now).map((hold) => viewHold(hold, decisions, provider)),
    doubt: viewDoubt(record, provider),
    unproven: isUnproven(record),
    next: viewNext(pooled, record, plans, shared, now),
    domain: viewDomain(provider, pooled, shared),
    scarce: pooled.headroom.scarce(now).map(([model, until]) => ({ model, until: formatWallTime(until) })),
    down: viewOutages(provider, circuitsOf, now),
    inFlight: serves ? pooled.inFlight : null,
    ramp: rampOf(record, provider, now),
    decisions: decisions.toReversed().map((decision) => viewDecision(decision, provider)),
    policy: {
      failover: provider.policy.recordsOutcomes,
      failureThreshold: provider.keyPolicy.failureThreshold,
      successThreshold: provider.keyPolicy.successThreshold,
      byStatus: provider.policy.countsStatus !== undefined,
    },
    seenFrom: viewSeenFrom(viewpoint),
  };
}

function holdsOf(record: KeyRecord, now: number): readonly Hold[] {
  return record.state === 'in-service' ? record.holds.filter(({ until }) => until > now) : [];
}

function viewHold(
  { model, cause, rule, since, until, strikes, wide }: Hold,
  decisions: readonly Decision[],
  provider: Provider,
): HeldView {
  const evidence = decisions.findLast((each) => each.effect === 'held' && each.model === model);
  return {
    model,
    cause,
    rule: viewRule(rule, provider),
    since: formatWallTime(since),
    until: formatWallTime(until),
    strikes,
    wide: wide === true,
    evidence: evidence === undefined ? null : viewDecision(evidence, provider),
  };
}

function viewDoubt(record: KeyRecord, provider: Provider): DoubtView | null {
  if (record.state !== 'in-service' || record.doubt === undefined) return null;
  const { cause, model, rule, since } = record.doubt;
  const evidence = record.decisions?.findLast(({ effect }) => effect === 'doubted' || effect === 'reprieved');
  return {
    cause,
    model,
    rule: viewRule(rule, provider),
    since: formatWallTime(since),
    evidence: evidence === undefined ? null : viewDecision(evidence, provider),
  };
}

function ruleOf(record: KeyRecord): string | undefined {
  switch (record.state) {
    case 'out-of-service':
      return record.rule;
    case 'in-service':
      return record.failures > 0 ? record.lastRule : undefined;
    case 'disabled':
      return undefined;
  }
}

/** Decisions that put a key in service. */
const RETURNS: ReadonlySet<DecisionEffect> = new Set(['returned', 'enabled', 'pardoned', 'reprieved']);

/**
 * The decision that its state rests on: the one that took it out, unless a check or a request has found another cause
 * since.
 */
function evidenceOf(record: KeyRecord): Decision | undefined {
  const { decisions = [] } = record;
  switch (record.state) {
    case 'out-of-service': {
      const takenOut = decisions.findLast(({ effect }) => effect === 'taken-out');
      if (takenOut?.rule === record.rule) return takenOut;
      return (
        decisions.findLast(({ rule, effect }) => rule === record.rule && effect !== 'counted') ?? takenOut
      );
    }
    case 'in-service':
      return decisions.findLast(({ effect }) =>
        record.failures > 0 ? effect === 'counted' : RETURNS.has(effect),
      );
    case 'disabled':
      return decisions.findLast(({ effect }) => effect === 'disabled');
  }
}

function rampOf(record: KeyRecord, { config }: Provider, now: number): Explanation['ramp'] {
  const rampMs = config.failover.returnRamp;
  const share = rampShare({ record }, { now, rampMs });
  if (record.state !== 'in-service' || share === 1) return null;
  return { share, fullAt: formatWallTime(record.since + rampMs) };
}

/** Makes the view of a key's domain; null where it has none. */
function viewDomain(
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
function viewTrouble(provider: Provider, { keyId, model, cause, rule, until }: DomainHold): TroubleView {
  const name = provider.pool.get(keyId)?.key.name ?? '';
  return {
    model,
    cause,
    until: formatWallTime(until),
    key: { id: keyId, name: name === '' ? null : name },
    rule: viewRule(rule, provider),
  };
}
