import type { AttemptEnded, Doubted } from '../../keys/record/event.ts';
import type { Pool, PooledKey } from '../../keys/pool/pool.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import type { Doubt, InService, KeyRecord } from '../../keys/record/record.ts';
import type { KeyPolicy } from '../../keys/record/reducer.ts';

/**
 * How far a verdict on a key is believed:
 * - `certain`: it takes effect
 * - `unproven`: it takes effect, and is taken back where another key of the pool gets such a verdict before it is
 *   confirmed
 * - `in-doubt`: it has no effect, and the key is checked
 */
export type VerdictConfidence = 'certain' | 'unproven' | 'in-doubt';

/** What is needed of the provider. */
interface DoubtContext {
  readonly pool: Pool;
  readonly keyPolicy: KeyPolicy;
  /** The provider has health checks, which settle doubts. */
  readonly hasHealthChecks: boolean;
}

/** How far a verdict is believed, and what follows. */
interface DoubtResult {
  readonly confidence: VerdictConfidence;
  /** Keys whose records get a `doubted` event. */
  readonly doubted: readonly PooledKey[];
  /** It begins a period of doubt. */
  readonly began: boolean;
}

/**
 * How long a period of doubt lasts after its newest verdict, and how long a doubt protects a key where neither a check
 * nor an answer settles it. Milliseconds.
 */
const DOUBT_MS = 60_000;
/** Longer throttles are daily quotas, or provoked by one request. Milliseconds. */
const LONG_THROTTLE_MS = 10 * 60_000;
/** Models known to have been answered. Verdicts on further models are not doubted. */
const MAX_MODELS = 1_000;

const CERTAIN: DoubtResult = Object.freeze({
  confidence: 'certain',
  doubted: Object.freeze([]),
  began: false,
});
const UNPROVEN: DoubtResult = Object.freeze({ ...CERTAIN, confidence: 'unproven' });

/**
 * Protects keys from requests that provoke errors. A client can make its request fail with any key, with an error that
 * reads like a dead key, an empty account or a denied model. So the definite verdict of one request on a key that has
 * answered before is unproven. It is confirmed when another key answers that request or a health check fails. Where a
 * second key of the pool gets such a verdict before that, both verdicts are in doubt: the first is taken back, the second
 * has no effect, and both keys are checked; the results of the checks are believed.
 *
 * One for each provider and process; what is unproven or in doubt is in the records of the keys, so all processes share
 * it. Times are milliseconds since the epoch.
 *
 * Who pays: a key that is truly dead may be tried once more by each request, until its check has failed or another key
 * has answered one. These attempts count towards `attempts` and the retry budget.
 *
 * Not promised: detection of a request that fails with one key and is answered with the next, each time anew; anything
 * for keys that have never answered this process, outside of a period of doubt; at most one key out for each process,
 * where several get such verdicts before their records have reached each other.
 */
export class VerdictDoubt {
  #doubtUntil = 0;
  /** When the pool last answered a client's request here. */
  #lastSuccessAt = 0;
  readonly #models = new Set<string>();
  /** When the next doubt of a key may trigger a check, so that clients cannot use up the budget of checks. */
  readonly #checkBackoff = new Map<string, { readonly nextAt: number; readonly delayMs: number }>();

  /** A client's request was answered. Costs one look-up. */
  recordSuccess(model: string, at: number): void {
    this.#lastSuccessAt = at;
    if (!this.#models.has(model) && this.#models.size < MAX_MODELS) this.#models.add(model);
  }

  /** Whether a client's request for the model was ever answered here; `MAX_MODELS` are known at most. */
  hasAnsweredModel(model: string): boolean {
    return this.#models.has(model);
  }

  /** Assesses the verdict of an attempt with a client's request before it is applied to the record. */
  assess(
    { pool, keyPolicy, hasHealthChecks }: DoubtContext,
    pooled: PooledKey,
    event: AttemptEnded,
  ): DoubtResult {
    const { record } = pooled;
    const { at } = event;
    if (record.state !== 'in-service' || event.epoch !== record.epoch || pool.size === 1) return CERTAIN;
    if (!takesOutOrHolds(record, event, keyPolicy)) return CERTAIN;
    const { doubt } = record;
    // A doubt that was not settled for a minute no longer protects.
    if (doubt !== undefined && at - doubt.since >= DOUBT_MS) return CERTAIN;
    // Without health checks only answers of the pool support a doubt: without any since, the verdict is believed.
    if (doubt !== undefined && !hasHealthChecks && this.#lastSuccessAt <= doubt.since) return CERTAIN;

    const others = [...pool.unconfirmed()].filter((other) => other !== pooled && isUnconfirmed(other, at));
    if (at < this.#doubtUntil || others.length > 0 || doubt !== undefined) {
      return this.#doubt(pooled, others, at, { keyPolicy, hasHealthChecks });
    }
    return this.#hasAnswered(pooled, record, event) ? UNPROVEN : CERTAIN;
  }

  #doubt(
    pooled: PooledKey,
    others: readonly PooledKey[],
    at: number,
    of: Pick<DoubtContext, 'keyPolicy' | 'hasHealthChecks'>,
  ): DoubtResult {
    const began = at >= this.#doubtUntil;
    if (began) this.#checkBackoff.clear();
    this.#doubtUntil = at + DOUBT_MS;
    const reprieved = others.filter(({ record }) => unprovenCause(record, at) !== undefined);
    const mayCheck = this.mayTriggerCheck(pooled, at, of);
    return { confidence: 'in-doubt', doubted: mayCheck ? [pooled, ...reprieved] : reprieved, began };
  }

  /**
   * Whether a doubt is written to a key's record, which triggers a check. For a key that is doubted again and again the
   * interval doubles.
   */
  mayTriggerCheck(
    { key, record }: PooledKey,
    at: number,
    { keyPolicy: policy, hasHealthChecks }: Pick<DoubtContext, 'keyPolicy' | 'hasHealthChecks'>,
  ): boolean {
    if (record.state === 'in-service' && record.doubt !== undefined) return false;
    if (!hasHealthChecks) return true;
    const backoff = this.#checkBackoff.get(key.id);
    if (backoff !== undefined && at < backoff.nextAt) return false;
    const delayMs =
      backoff === undefined
        ? policy.checkIntervalMs
        : Math.min(backoff.delayMs * 2, Math.max(policy.checkMaxIntervalMs, policy.checkIntervalMs));
    this.#checkBackoff.set(key.id, { nextAt: at + delayMs, delayMs });
    return true;
  }

  /**
   * Whether the key has answered before; where the verdict is on its quota domain, whether any key of that has. For a
   * verdict on one model also whether the model was answered, and the key has no hold on it: only a success removes one,
   * so a hold that is over means that the key has not answered since.
   */
  #hasAnswered(
    pooled: PooledKey,
    { holds }: InService,
    { effect, model, domainWide }: AttemptEnded,
  ): boolean {
    const isOnDomain = domainWide === true || (effect.kind === 'condemns' && effect.cause === 'billing');
    const domainAnsweredAt = isOnDomain ? (pooled.domain?.lastSuccessAt ?? 0) : 0;
    if (Math.max(pooled.lastSuccessAt, domainAnsweredAt) === 0) return false;
    if (effect.kind !== 'throttles' && effect.kind !== 'denies') return true;
    const isHeld = holds.some((held) => held.model === model && held.unproven !== true);
    return this.#models.has(model) && !isHeld;
  }
}

/**
 * Whether a verdict takes the key out or holds it, and may have been provoked by a request's content. Not so: a short
 * throttle under 429, which no content is needed for; failures of servers and connections.
 */
function takesOutOrHolds(
  { failures }: InService,
  { effect, status, model, waitMs = 0 }: AttemptEnded,
  policy: KeyPolicy,
): boolean {
  if (status === undefined) return false;
  switch (effect.kind) {
    case 'condemns':
      return true;
    case 'throttles':
      return status < 500 && (status !== 429 || waitMs > LONG_THROTTLE_MS);
    case 'denies':
      return status < 500 && model !== ANY_MODEL;
    case 'counts':
      return status < 500 && failures + 1 >= policy.failureThreshold;
    case 'succeeds':
    case 'none':
      return false;
  }
}

function isUnconfirmed({ record }: PooledKey, now: number): boolean {
  if (unprovenCause(record, now) !== undefined) return true;
  return record.state === 'in-service' && record.doubt !== undefined && now - record.doubt.since < DOUBT_MS;
}

/** The unproven cause for which a key is out or held, if any. */
function unprovenCause(record: KeyRecord, now: number): Pick<Doubt, 'cause' | 'model' | 'rule'> | undefined {
  switch (record.state) {
    case 'disabled':
      return undefined;
    case 'out-of-service':
      return record.unproven === undefined
        ? undefined
        : { cause: record.cause, model: ANY_MODEL, rule: record.rule };
    case 'in-service':
      return record.holds.find(({ unproven, until }) => unproven === true && until > now);
  }
}

/** The event for the record of a key that is doubted because of `event`, which may be of another key. */
export function doubtedEvent(record: KeyRecord, event: AttemptEnded): Doubted {
  const { cause, model, rule } = unprovenCause(record, event.at) ?? causeOf(event);
  const { at, status, requestId, node } = event;
  return {
    type: 'doubted',
    at,
    cause,
    model,
    rule,
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
    ...(node !== undefined && { node }),
  };
}

function causeOf({ effect, model, rule }: AttemptEnded): Pick<Doubt, 'cause' | 'model' | 'rule'> {
  switch (effect.kind) {
    case 'condemns':
      return { cause: effect.cause, model: ANY_MODEL, rule };
    case 'throttles':
      return { cause: 'throttled', model, rule };
    case 'denies':
      return { cause: 'denied', model, rule };
    case 'counts':
    case 'succeeds':
    case 'none':
      return { cause: 'failures', model: ANY_MODEL, rule };
  }
}
