import { ANY_MODEL, settle } from '../keys/record/record.ts';
import type { Key } from '../keys/key.ts';
import type { KeyPreference } from '../routing/key-preference.ts';
import type { QuotaDomain } from '../keys/pool/quota-domain.ts';
import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { heldUntil, unavailabilityOf } from './unavailability.ts';

/**
 * `balanced`: the less busy of two random keys, unless little is left of that one's limits and enough of the
 * other's. `random`: any one. Both honour weights.
 */
export type Strategy = 'balanced' | 'random';

/** What a key is wanted for. */
export interface ChoiceRequest {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  /** Ids of keys this request has already tried: a retry never uses a key twice. */
  readonly tried: ReadonlySet<string>;
  /** Domains of which no key will do for this request. */
  readonly excludedDomains?: ReadonlySet<QuotaDomain>;
  readonly strategy: Strategy;
  /** The key it would rather have than what the strategy picks. */
  readonly preference?: KeyPreference | undefined;
  /** Whether keys out of service are tested; otherwise only the end of a cooldown brings one back. */
  readonly hasHealthChecks: boolean;
  /** A key that has come back gets its full share of the traffic after this long. Milliseconds; 0: at once. */
  readonly rampMs: number;
  readonly now: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What a request wants of any provider's keys; `choice` and `returnRamp` of the configuration say the rest. */
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
      /** Of the record it was chosen by: goes back with the attempt's result. */
      readonly epoch: number;
      /** True where nothing was in service, and this key's trouble was ambiguous. */
      readonly lastResort: boolean;
    }
  | {
      readonly kind: 'none';
      /** When the first key is due back; undefined where none will come back by itself, or nobody has looked. */
      readonly returnsAt: number | undefined;
    };

const NONE: Choice = { kind: 'none', returnsAt: undefined };

/** Random picks before a scan: enough to find a key wherever one in a few can be used. */
const MAX_PICKS = 12;
/** Picks for a second key beside the first. */
const MAX_SECOND_PICKS = 3;
/** The part of its traffic that a key gets when it has just come back. */
const MIN_SHARE = 0.1;

/**
 * Picks a key in service. Touches nothing but the pool; O(1), with weights O(log n), unless most of the pool cannot be
 * used. Where none can, `chooseLastResort` says which one is tried all the same, or when one is due back.
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

/**
 * The choice of the one key that will do, in whatever state it is: where that says no, its provider's own words
 * are what the client needs.
 */
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
 * What keeps a key from a request. `tried`: this request has met it, or the limits that it shares; `domain-held`: the trouble is another key's, with which
 * it shares its limits.
 */
export type Obstacle = 'tried' | 'other-models' | 'out-of-service' | 'disabled' | 'held' | 'domain-held';

/**
 * What keeps `pooled` from a request; undefined where it may be chosen. The record counts as it stands, so that
 * a cooldown is over only where `Pool.inService` was asked before.
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

/** Prefers the key that was the last to answer, where one has: of keys that may all be in trouble the likeliest. O(n). */
export function preferLastAnswered(pool: Pool): KeyPreference {
  return (isUsableKey) => {
    let last: PooledKey | undefined;
    for (const pooled of pool.all()) {
      if (pooled.answeredAt > (last?.answeredAt ?? 0) && isUsableKey(pooled)) last = pooled;
    }
    return last;
  };
}

/** How many keys may be used for a model: in service, held from nothing. @param limit - no more are counted */
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

/** Whether this request has no further use for it. */
function isExcluded({ key, domain }: PooledKey, { tried, excludedDomains }: ChoiceRequest): boolean {
  return tried.has(key.id) || (domain !== undefined && excludedDomains?.has(domain) === true);
}

function prefer(pool: Pool, request: ChoiceRequest): PooledKey | undefined {
  // A preference may be for a key whose cooldown is over, and which nobody has looked at since.
  pool.inService(request.now);
  return request.preference?.((pooled) => isUsable(pooled, request));
}

/** A list of models says nothing of a request that has none. */
function mayServe(key: Key, model: string): boolean {
  return model === ANY_MODEL || key.serves(model);
}

/** A usable key at random, each as likely as its weight; undefined where there is none. */
function pick(pool: Pool, request: ChoiceRequest): PooledKey | undefined {
  for (let i = 0; i < MAX_PICKS; i++) {
    const candidate = pool.draw(request.random(), request.now);
    if (candidate === undefined) return undefined;
    if (isUsable(candidate, request) && isAdmitted(candidate, request)) return candidate;
  }
  return pickByScan(pool.inService(request.now), request);
}

/**
 * A second key to hold beside the first: the same one again would be no choice. Where little is left of the first
 * one's limits, it is looked for harder, and should have enough.
 */
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
 * The part of its traffic that a key gets: a tenth when it has just come back, and more from then on until the
 * ramp is over. A key that was never out has all of it.
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

/** Where random picks found nothing: looks at every key, and still honours weights. */
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
 * Where nothing can be used. The key due back soonest is tried all the same if its trouble was ambiguous or a
 * denial of the model: the first may be over, the second gives the client the provider's own words. A key
 * that is definitely dead, out of credit, throttled or disabled is not: the client is told when to return. But one that
 * should have been checked long ago, and was not, is: nobody else will find out whether it works again. O(n).
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

/** When the first key that cannot be used for a model now is due back; Infinity where none is. O(n). */
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
