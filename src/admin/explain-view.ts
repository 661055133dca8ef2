import { rampShare } from '../failover/choose.ts';
import type { Decision, DecisionEffect } from '../keys/record/decision.ts';
import { isUnproven } from '../keys/record/doubt.ts';
import type { DomainHold } from '../keys/pool/quota-domain.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Doubt, Hold, KeyRecord, OutCause } from '../keys/record/record.ts';
import type { CheckPlan } from '../probe/provider-loop.ts';
import type { Provider } from '../providers/provider.ts';
import { viewDecision, viewRule } from './decision-view.ts';
import type { DecisionView, RuleView } from './decision-view.ts';
import { viewDomain } from './domain-view.ts';
import type { DomainView } from './domain-view.ts';
import type { KeyView } from './key-view.ts';
import { viewNext } from './next-view.ts';
import type { NextView } from './next-view.ts';
import { viewOutages } from './outage-view.ts';
import type { OutageView } from './outage-view.ts';
import { timeText } from './time-text.ts';
import { viewSeenFrom } from './viewpoint.ts';
import type { SeenFrom, Viewpoint } from './viewpoint.ts';

/** Why a key is as it is, by whose judgement, and what comes next. Times in RFC 3339. */
export interface Explanation {
  readonly at: string;
  readonly key: KeyView;
  /** Why it is out of service; null where it is in it, or was disabled. */
  readonly cause: OutCause | null;
  /** The rule that its state, or its newest failure, is owed to; null where it is owed to none. */
  readonly rule: RuleView | null;
  /** What its state rests on; null where nothing is recorded, or no longer. */
  readonly evidence: DecisionView | null;
  readonly holds: readonly HeldView[];
  /** What was said against it and is not believed before a check; null where nothing is. */
  readonly doubt: DoubtView | null;
  /** It is out by the words of one request alone so far: where another key meets the like, it is given back. */
  readonly unproven: boolean;
  /** How it comes back, soonest first. */
  readonly next: readonly NextView[];
  /** What shares its limits; null where it shares them with nothing that is known here. */
  readonly domain: DomainView | null;
  /** The models of whose limits little is left, as far as that was worth telling this process. */
  readonly scarce: readonly ScarceView[];
  /** What its provider is down for, whichever key is used. */
  readonly down: readonly OutageView[];
  /** Requests under way with it; null where this process cannot know. */
  readonly inFlight: number | null;
  /** The part of its traffic that it gets since it has come back; null where it gets all of it, or none. */
  readonly ramp: { readonly share: number; readonly fullAt: string } | null;
  /** The last few, newest first. */
  readonly decisions: readonly DecisionView[];
  readonly policy: PolicyView;
  readonly seenFrom: SeenFrom;
}

/** One model it is kept from. */
export interface HeldView {
  readonly model: string;
  readonly cause: Hold['cause'];
  readonly rule: RuleView;
  readonly since: string;
  readonly until: string;
  /** How often in a row. */
  readonly strikes: number;
  /** It holds every key of the quota domain. */
  readonly wide: boolean;
  readonly evidence: DecisionView | null;
}

/** A verdict that is not believed. */
export interface DoubtView {
  readonly cause: Doubt['cause'];
  readonly model: string;
  readonly rule: RuleView;
  readonly since: string;
  readonly evidence: DecisionView | null;
}

/** A model of whose limits little is left: other keys are preferred for it. */
export interface ScarceView {
  readonly model: string;
  readonly until: string;
}

/** What the configuration says of how its provider's keys leave service and come back. */
export interface PolicyView {
  /** False: nothing is remembered but the operator's word. */
  readonly failover: boolean;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /** `failoverOnStatus` decides what counts, and not the rules. */
  readonly byStatus: boolean;
}

/** Shared troubles looked at: a domain may have very many. */
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
    at: timeText(now),
    key: view,
    cause: record.state === 'out-of-service' ? record.cause : null,
    rule: rule === undefined ? null : viewRule(rule, provider),
    evidence: evidence === undefined ? null : viewDecision(evidence, provider),
    holds: holdsOf(record, now).map((hold) => viewHold(hold, decisions, provider)),
    doubt: viewDoubt(record, provider),
    unproven: isUnproven(record),
    next: viewNext(pooled, record, plans, shared, now),
    domain: viewDomain(provider, pooled, shared),
    scarce: pooled.headroom.scarce(now).map(([model, until]) => ({ model, until: timeText(until) })),
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
    since: timeText(since),
    until: timeText(until),
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
    since: timeText(since),
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

/** What can have put a key in service. */
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
  return { share, fullAt: timeText(record.since + rampMs) };
}
