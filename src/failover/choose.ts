import { ANY_MODEL, settle } from '../keys/record/record.ts';
import type { Key } from '../keys/key.ts';
import type { KeyPreference } from '../routing/key-preference.ts';
import type { QuotaDomain } from '../keys/pool/quota-domain.ts';
import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { heldUntil, unavailabilityOf } from './unavailability.ts';

/**
 * `balanced`: the less busy of two random keys (power of two choices), unless its headroom is scarce and the other's is
 * not. `random`: any one. Both honour weights.
 */
export type Strategy = 'balanced' | 'random';

/** What a key is needed for. */
export interface ChoiceRequest {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  /** Ids of keys that the request has tried: none is used twice. */
  readonly tried: ReadonlySet<string>;
  /** Quota domains of which no key is to be used. */
  readonly excludedDomains?: ReadonlySet<QuotaDomain>;
  readonly strategy: Strategy;
  /** Names a usable key that goes before what the strategy picks. */
  readonly preference?: KeyPreference | undefined;
  /** Whether health checks test keys out of service; otherwise only the end of a cooldown brings one back. */
  readonly hasHealthChecks: boolean;
  /** Slow start: a key that has come back gets its full share of traffic after this long. Milliseconds; 0: at once. */
  readonly rampMs: number;
  readonly now: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** A request for a key of a provider; the rest comes from its configuration. */
export function choiceRequest(
  { policy, config }: Provider,
  model: string | undefined,
  rest: Pick<ChoiceRequest, 'tried' | 'excludedDomains' | 'preference' | 'now' | 'random'>,
): ChoiceRequest {
  return {
    ...rest,
    model: model ?? ANY_MODEL,
    strategy: policy.recordsOutcomes ? config.choice : 'random',
    rampMs: config.failover.returnRamp,
    hasHealthChecks: config.failover.healthCheckModel !== undefined,
  };
}

/** A key to use, or the reason that there is none. */
export type Choice =
  | {
      readonly kind: 'key';
      /** Undefined for a provider that has no keys. */
      readonly pooled: PooledKey | undefined;
      /** Of the record by which it was chosen: the attempt's event carries it back. */
      readonly epoch: number;
      /** No key was usable, and this one is out or held for an ambiguous reason. */
      readonly lastResort: boolean;
    }
  | {
      readonly kind: 'none';
      /** When the first key is due back; undefined where none returns by itself, or this was not determined. */
      readonly returnsAt: number | undefined;
    };

const NONE: Choice = { kind: 'none', returnsAt: undefined };

/** Random picks before a scan of all keys: enough where one in a few is usable. */
const MAX_PICKS = 12;
/** Picks for a second key beside the first. */
const MAX_SECOND_PICKS = 3;
/** The share of its traffic that a key gets when it has just come back. */
const MIN_SHARE = 0.1;

/**
 * Picks a usable key. Reads nothing but the pool; O(1), with weights O(log n), unless most keys are unusable. Where none
 * is usable, `chooseLastResort` says which one is tried nevertheless, or when one is due back.
 */
export function choose(pool: Pool, request: ChoiceRequest): Choice {
  const preferred = request.preference === undefined ? undefined : prefer(pool, request);
  if (preferred !== undefined) return use(preferred);
  const first = pick(pool, request);
  if (first === undefined) return NONE;
  if (request.strategy === 'random') return use(first);
  const second = pickSecond(pool, first, request);
  return use(second !== undefined && isBetter(second, first, request) ? second : first);
}

/** The one key that a request is pinned to, in whatever state: where it is refused, the client needs the provider's error. */
export function choosePinned(pooled: PooledKey, now: number): Choice {
  return use(pooled, settle(pooled.record, now).epoch, true);
}

function use(pooled: PooledKey, epoch = pooled.record.epoch, isLastResort = false): Choice {
  return { kind: 'key', pooled, epoch, lastResort: isLastResort };
}

function isBetter(a: PooledKey, b: PooledKey, { model, now }: ChoiceRequest): boolean {
  const isScarce = a.headroom.isScarce(model, now);
  if (isScarce !== b.headroom.isScarce(model, now)) return !isScarce;
  return a.inFlight / a.key.weight < b.inFlight / b.key.weight;
}

/**
 * Why a key cannot be used for a request. `tried`: the request has tried it, or excludes its quota domain; `domain-held`:
 * another key of its quota domain was throttled or is out of credit.
 */
export type Obstacle = 'tried' | 'other-models' | 'out-of-service' | 'disabled' | 'held' | 'domain-held';

/**
 * Why `pooled` cannot be used for a request; undefined where it can. The record counts as it is: call `Pool.inService`
 * before, so that cooldowns that are over have ended.
 */
export function obstacleTo(pooled: PooledKey, request: ChoiceRequest): Obstacle | undefined {
  const { key, record, domain } = pooled;
  const { model, now } = request;
  if (isExcluded(pooled, request)) return 'tried';
  if (!mayServe(key, model)) return 'other-models';
  if (record.state !== 'in-service') return record.state;
  if (heldUntil(pooled, model, now) !== undefined) return 'held';
  return domain?.heldUntil(model, now) === undefined ? undefined : 'domain-held';
}

/** Prefers the usable key that answered last: the likeliest one where all may be bad. O(n). */
export function preferLastAnswered(pool: Pool): KeyPreference {
  return (isUsableKey) => {
    let last: PooledKey | undefined;
    for (const pooled of pool.all()) {
      if (pooled.lastSuccessAt > (last?.lastSuccessAt ?? 0) && isUsableKey(pooled)) last = pooled;
    }
    return last;
  };
}

/** How many keys are usable for a model. @param limit - no more are counted */
export function countUsable(pool: Pool, model: string, now: number, limit: number): number {
  let count = 0;
  for (const pooled of pool.inService(now)) {
    const { key, record, domain } = pooled;
    if (count === limit) break;
    if (!mayServe(key, model) || record.state !== 'in-service') continue;
    if (heldUntil(pooled, model, now) === undefined && domain?.heldUntil(model, now) === undefined) count++;
  }
  return count;
}

function isUsable(pooled: PooledKey, request: ChoiceRequest): boolean {
  return obstacleTo(pooled, request) === undefined;
}

/** Whether the request has tried it, or excludes its quota domain. */
function isExcluded({ key, domain }: PooledKey, { tried, excludedDomains }: ChoiceRequest): boolean {
  return tried.has(key.id) || (domain !== undefined && excludedDomains?.has(domain) === true);
}

function prefer(pool: Pool, request: ChoiceRequest): PooledKey | undefined {
  // First: ends cooldowns that are over, also that of the preferred key.
  pool.inService(request.now);
  return request.preference?.((pooled) => isUsable(pooled, request));
}

/** A request without a model is served by every key. */
function mayServe(key: Key, model: string): boolean {
  return model === ANY_MODEL || key.serves(model);
}

/** A random usable key, weighted; undefined where there is none. */
function pick(pool: Pool, request: ChoiceRequest): PooledKey | undefined {
  for (let i = 0; i < MAX_PICKS; i++) {
    const candidate = pool.draw(request.random(), request.now);
    if (candidate === undefined) return undefined;
    if (isUsable(candidate, request) && isAdmitted(candidate, request)) return candidate;
  }
  return pickByScan(pool.inService(request.now), request);
}

/** Another key to compare with the first. Where the first one's headroom is scarce, more picks are made for one that is not. */
function pickSecond(pool: Pool, first: PooledKey, request: ChoiceRequest): PooledKey | undefined {
  const { model, now } = request;
  const isScarce = first.headroom.isScarce(model, now);
  let other: PooledKey | undefined;
  for (let i = 0; i < (isScarce ? MAX_PICKS : MAX_SECOND_PICKS); i++) {
    const candidate = pick(pool, request);
    if (candidate === first || candidate === undefined) continue;
    if (!isScarce || !candidate.headroom.isScarce(model, now)) return candidate;
    other ??= candidate;
  }
  return other;
}

/**
 * The share of its traffic that a key gets: a tenth when it has just come back, growing to all of it at the end of the
 * ramp. A key that was never out has all of it.
 */
export function rampShare(
  { record }: Pick<PooledKey, 'record'>,
  { now, rampMs }: Pick<ChoiceRequest, 'now' | 'rampMs'>,
): number {
  if (record.epoch === 0 || rampMs <= 0) return 1;
  const ageMs = now - record.since;
  return ageMs >= rampMs ? 1 : Math.max(MIN_SHARE, ageMs / rampMs);
}

function isAdmitted(candidate: PooledKey, request: ChoiceRequest): boolean {
  const share = rampShare(candidate, request);
  return share === 1 || request.random() < share;
}

/** After random picks found none: a weighted pick among all usable keys. O(n). */
function pickByScan(keys: readonly PooledKey[], request: ChoiceRequest): PooledKey | undefined {
  let total = 0;
  let chosen: PooledKey | undefined;
  for (const candidate of keys) {
    if (!isUsable(candidate, request)) continue;
    const weight = candidate.key.weight * rampShare(candidate, request);
    total += weight;
    if (request.random() * total < weight) chosen = candidate;
  }
  return chosen;
}

/**
 * The choice where no key is usable: the one due back soonest among those that are out for ambiguous failures (they may
 * be over), denied the model (the client gets the provider's error), or overdue for a health check (nothing else would
 * find out whether it works). Keys that are dead, out of credit, throttled or disabled are not tried; the client gets
 * `returnsAt` as `retry-after`. O(n).
 */
export function chooseLastResort(pool: Pool, request: ChoiceRequest): Choice {
  let best: { pooled: PooledKey; epoch: number; dueAt: number } | undefined;
  let returnsAt = Infinity;
  for (const pooled of pool.all()) {
    if (!mayServe(pooled.key, request.model)) continue;
    const unavailability = unavailabilityOf(pooled, request);
    if (unavailability === undefined) continue;
    returnsAt = Math.min(returnsAt, unavailability.dueAt);
    if (!unavailability.ambiguous || isExcluded(pooled, request)) continue;
    if (best === undefined || unavailability.dueAt < best.dueAt) {
      best = { pooled, epoch: unavailability.epoch, dueAt: unavailability.dueAt };
    }
  }
  if (best !== undefined) return use(best.pooled, best.epoch, true);
  return { kind: 'none', returnsAt: returnsAt === Infinity ? undefined : returnsAt };
}

/** When the first key that is unusable for a model is due back; Infinity where none is. O(n). */
export function soonestReturn({ pool, config }: Provider, model: string, now: number): number {
  const hasHealthChecks = config.failover.healthCheckModel !== undefined;
  let soonest = Infinity;
  for (const pooled of pool.all()) {
    const unavailability = mayServe(pooled.key, model)
      ? unavailabilityOf(pooled, { model, now, hasHealthChecks })
      : undefined;
    if (unavailability !== undefined) soonest = Math.min(soonest, unavailability.dueAt);
  }
  return soonest;
}
