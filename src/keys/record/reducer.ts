import {
  chatModelOf,
  comebackOf,
  isDeniedItsModel,
  isAdmittedWithoutModel,
  relapsesOf,
  comebackAfterSuccess,
} from './comeback.ts';
import { decisionOf } from './decision-of-event.ts';
import { withDecision } from './decision.ts';
import type { Decision } from './decision.ts';
import {
  afterCheckOfDoubt,
  afterCheckOfHold,
  afterFailedCheck,
  applyDoubt,
  confirmUnproven,
  doubtAfterSuccess,
} from './doubt.ts';
import type { AttemptEnded, KeyEvent, Pardoned } from './event.ts';
import { withCircuitStatus, withHeadroom } from './hints.ts';
import { applyHold, boundedWait } from './holds.ts';
import { afterAct, liftHolds } from './operator-acts.ts';
import { isOverdue } from './check-due.ts';
import { ANY_MODEL, holdOn, returnToService, settle } from './record.ts';
import type { Hold, InService, KeyRecord, OutCause, OutOfService } from './record.ts';

/** When a provider's keys leave service and come back. Milliseconds. */
export interface KeyPolicy {
  /** Ambiguous failures in a row that take a key out. At least 1. */
  readonly failureThreshold: number;
  /** Health checks passed in a row that put it back. At least 1. */
  readonly successThreshold: number;
  /** From leaving service to the first check, and between passed checks. */
  readonly checkIntervalMs: number;
  /** Failed checks double the interval up to this. */
  readonly checkMaxIntervalMs: number;
  /** A key comes back by itself after this long; 0: it must pass checks. */
  readonly cooldownMs: number;
}

/** Checks of keys that failed together are spread over this share of their interval. */
const JITTER_SHARE = 0.2;

/**
 * The state machine of a key: the only function that applies an event to a record. Pure, so that an event can be applied again to a
 * record that another node wrote in between.
 *
 * @returns the very object passed in where nothing changed, so that nothing is written
 */
export function reduce(record: KeyRecord, event: KeyEvent, policy: KeyPolicy): KeyRecord {
  const current = settle(record, event.at);
  const next = apply(current, event, policy);
  if (next === current) return record;
  // In the order of fields that the codec reads: two nodes with the same record write the same text.
  const { decisions: _, ...changed } = next;
  const {
    domain = current.domain,
    circuits = current.circuits,
    operator = current.operator,
    ...rest
  } = changed;
  const decisions = decisionsAfter(current, next, event);
  return {
    ...rest,
    ...(domain !== undefined && { domain }),
    ...(circuits !== undefined && { circuits }),
    ...(operator !== undefined && { operator }),
    ...(decisions !== undefined && { decisions }),
  };
}

function decisionsAfter(
  before: KeyRecord,
  after: KeyRecord,
  event: KeyEvent,
): readonly Decision[] | undefined {
  switch (event.type) {
    case 'headroom':
    case 'domain':
    case 'circuit':
    case 'proven':
      return before.decisions;
    default:
      return withDecision(before.decisions, decisionOf(before, after, event));
  }
}

function apply(record: KeyRecord, event: KeyEvent, policy: KeyPolicy): KeyRecord {
  switch (event.type) {
    case 'disabled':
    case 'enabled':
      return afterAct(record, event);
    case 'lifted':
      return record.state === 'in-service' ? liftHolds(record, event) : record;
    case 'pardoned':
      return pardon(record, event);
    case 'doubted':
      return applyDoubt(record, event);
    case 'proven':
      return confirmUnproven(record);
    case 'headroom':
      return record.state === 'in-service' ? withHeadroom(record, event) : record;
    case 'domain':
      return event.domain === record.domain ? record : { ...record, domain: event.domain };
    case 'circuit':
      return withCircuitStatus(record, event);
    case 'attempt':
      // From before the key left or re-entered service: outdated.
      if (event.epoch !== record.epoch) return record;
      if (record.state === 'in-service')
        return event.check ? afterCheck(record, event, policy) : afterUse(record, event, policy);
      if (record.state === 'out-of-service') return afterTrial(record, event, policy);
      return record;
  }
}

/** A key in service was used. */
function afterUse(record: InService, event: AttemptEnded, policy: KeyPolicy): KeyRecord {
  const { effect } = event;
  switch (effect.kind) {
    case 'none':
      return record;
    case 'succeeds':
      return clear(record, event);
    case 'counts': {
      const failures = record.failures + 1;
      if (failures >= policy.failureThreshold) return takeOut(record, 'failures', event, policy);
      return { ...record, failures, lastRule: event.rule };
    }
    case 'condemns':
      return takeOut(record, effect.cause, event, policy);
    case 'throttles':
      return applyHold(record, 'throttled', event);
    case 'denies':
      return applyHold(record, 'denied', event);
  }
}

/** A key in service was checked: for a hold, a doubt, or on request. */
function afterCheck(record: InService, event: AttemptEnded, policy: KeyPolicy): KeyRecord {
  const next = countCheck(record, event, policy);
  return afterCheckOfDoubt(next, event, event.at + checkDelay(0, event.jitter, policy));
}

/** Ambiguous failures of a check are not counted, unless the doubt is about such. A hold that it meets is not extended. */
function countCheck(record: InService, event: AttemptEnded, policy: KeyPolicy): KeyRecord {
  const { kind } = event.effect;
  if (kind === 'counts' && record.doubt?.cause !== 'failures') return record;
  // A denial is of a model: a check without one, such as a list, says nothing about any.
  const meetsHold = kind === 'throttles' || (kind === 'denies' && event.model !== ANY_MODEL);
  if (meetsHold && holdOn(record, event.model, event.at) !== undefined)
    return afterCheckOfHold(record, event);
  return afterUse(record, event, policy);
}

/**
 * A key out of service was checked, or tried as a last resort. Both can pass. Only a failed check delays the next one:
 * otherwise busy clients would keep their only key out for longer.
 */
function afterTrial(record: OutOfService, event: AttemptEnded, policy: KeyPolicy): KeyRecord {
  const { effect, check } = event;
  if (effect.kind === 'succeeds' || isAdmittedWithoutModel(record, event)) {
    const passes = record.passes + 1;
    if (passes >= policy.successThreshold) return comeBack(record, event);
    return {
      ...record,
      passes,
      failedChecks: 0,
      nextCheckAt: event.at + checkDelay(record.relapses ?? 0, event.jitter, policy),
    };
  }
  const blamed = effect.kind === 'condemns' ? { cause: effect.cause, rule: event.rule } : {};
  if (check || standsForCheck(record, event)) {
    const failedChecks = record.failedChecks + 1;
    const grown = failedChecks + (record.relapses ?? 0);
    const delay = Math.max(checkDelay(grown, event.jitter, policy), boundedWait(event.waitMs ?? 0));
    const { model, ...rest } = check ? afterFailedCheck(record, event) : record;
    // A model that it is denied cannot show that there is credit again.
    const kept = model === undefined || isDeniedItsModel(record, event) ? {} : { model };
    return { ...rest, ...kept, ...blamed, passes: 0, failedChecks, nextCheckAt: event.at + delay };
  }
  if (effect.kind === 'none') return record;
  const changesCause = effect.kind === 'condemns' && effect.cause !== record.cause;
  return record.passes > 0 || changesCause ? { ...record, ...blamed, passes: 0 } : record;
}

/** A request tried a key that is not being checked. An ambiguous failure delays nothing. */
function standsForCheck(record: OutOfService, { effect, at }: AttemptEnded): boolean {
  return record.cause !== 'failures' && effect.kind !== 'none' && isOverdue(record, at);
}

function comeBack(record: OutOfService, event: AttemptEnded): InService {
  const back = returnToService(record, event.at);
  if (!event.check) return back;
  const returned = { ...back, comeback: comebackOf(record) };
  return event.effect.kind === 'denies' ? applyHold(returned, 'denied', event) : returned;
}

function takeOut(record: InService, cause: OutCause, event: AttemptEnded, policy: KeyPolicy): OutOfService {
  const relapses = relapsesOf(record, event.at);
  const delay = Math.max(checkDelay(relapses, event.jitter, policy), boundedWait(event.waitMs ?? 0));
  const model = chatModelOf(event);
  return {
    state: 'out-of-service',
    epoch: record.epoch + 1,
    since: event.at,
    cause,
    rule: event.rule,
    passes: 0,
    failedChecks: 0,
    nextCheckAt: event.at + delay,
    ...(policy.cooldownMs > 0 && { returnsAt: event.at + policy.cooldownMs }),
    ...(model !== undefined && { model }),
    ...(relapses > 0 && { relapses }),
    ...(event.unproven === true && { unproven: { inServiceSince: record.since } }),
  };
}

/** Takes back the effects of ambiguous failures since a time, not those of definite verdicts. */
function pardon(record: KeyRecord, { since, at }: Pardoned): KeyRecord {
  switch (record.state) {
    case 'in-service': {
      if (record.failures === 0) return record;
      const { lastRule: _, ...rest } = record;
      return { ...rest, failures: 0 };
    }
    case 'out-of-service':
      return record.cause === 'failures' && record.since >= since ? returnToService(record, at) : record;
    case 'disabled':
      return record;
  }
}

/** A success resets the failures, and ends a hold on its model that began before the attempt. */
function clear(record: InService, event: AttemptEnded): InService {
  const disproved = (held: Hold): boolean => held.model === event.model && held.since <= event.startedAt;
  const holds = record.holds.some(disproved) ? record.holds.filter((held) => !disproved(held)) : record.holds;
  const doubt = doubtAfterSuccess(record.doubt, event);
  const comeback = comebackAfterSuccess(record.comeback, event);
  const isSame = holds === record.holds && doubt === record.doubt && comeback === record.comeback;
  if (record.failures === 0 && isSame) return record;
  const { lastRule: _, doubt: _doubt, comeback: _comeback, ...rest } = record;
  return {
    ...rest,
    failures: 0,
    holds,
    ...(doubt !== undefined && { doubt }),
    ...(comeback !== undefined && { comeback }),
  };
}

/** Backoff with jitter, which only shortens it. */
function checkDelay(failedChecks: number, jitter: number, policy: KeyPolicy): number {
  const grown = policy.checkIntervalMs * 2 ** Math.min(failedChecks, 30);
  const delay = Math.min(grown, Math.max(policy.checkMaxIntervalMs, policy.checkIntervalMs));
  return Math.round(delay * (1 - JITTER_SHARE * jitter));
}
