import type { AttemptEnded, Doubted } from '../../keys/record/event.ts';
import type { Pool, PooledKey } from '../../keys/pool/pool.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import type { Doubt, InService, KeyRecord } from '../../keys/record/record.ts';
import type { KeyPolicy } from '../../keys/record/reducer.ts';

/**
 * How far a verdict on a key is believed:
 * - `certain`: it acts, and stands
 * - `unproven`: it acts, and is taken back where another key of the pool meets the like before it is proven
 * - `in-doubt`: it does not act, and the key is checked
 */
export type VerdictConfidence = 'certain' | 'unproven' | 'in-doubt';

/** What must be known of a provider to doubt what is said of its keys. */
export interface DoubtContext {
  readonly pool: Pool;
  readonly keyPolicy: KeyPolicy;
  /** Health checks settle a doubt. */
  readonly isChecked: boolean;
}

/** What is to be made of a verdict. */
export interface DoubtResult {
  readonly confidence: VerdictConfidence;
  /** Keys that are to be told that they are doubted. */
  readonly doubted: readonly PooledKey[];
  /** It is the first one of its kind after a while. */
  readonly began: boolean;
}

/**
 * How long verdicts of clients' requests stay in doubt after the newest one that was, and how long a key's own doubt
 * protects it where neither a check nor an answer has settled it. Milliseconds.
 */
const DOUBT_MS = 60_000;
/** A throttle that lasts longer is a day's quota, or what one request has brought about. Milliseconds. */
const LONG_THROTTLE_MS = 10 * 60_000;
/** Models remembered as answered. A provider that has more answers for them, too, and is doubted less. */
const MAX_MODELS = 1_000;

const CERTAIN: DoubtResult = Object.freeze({
  confidence: 'certain',
  doubted: Object.freeze([]),
  began: false,
});
const UNPROVEN: DoubtResult = Object.freeze({ ...CERTAIN, confidence: 'unproven' });

/**
 * The guard that needs no list of words. One client's request can be made to fail with words that sound like a dead
 * key, an empty account or a denied model, with every key that it meets. So a key that has answered before is believed
 * to be at fault on one request's word only as long as it is the only one: where a second key of its pool meets the
 * like before another key has answered the first one's request, or a check has failed, the words are doubted, and not
 * the keys. What the first one lost is given back, and both are checked by requests of our own, whose answers count.
 *
 * One for each provider and process; what is unproven or in doubt stands in the records of the keys, so that all
 * processes share it. Times are milliseconds since the epoch.
 *
 * Who pays: a key that is truly dead may get one more try for each request that meets it, until its check is over or
 * another key has answered that request. Those tries come out of `attempts` and of the retry budget.
 *
 * Not promised: to see through a request that fails with one key and is answered with the next, each time anew;
 * anything for keys that have never answered this process, while nothing is in doubt; more than one key out for each
 * process where several of them meet such requests within the time that a record takes to travel.
 */
export class VerdictDoubt {
  #doubtingUntil = 0;
  /** When the pool last answered a client's request here. */
  #answeredAt = 0;
  readonly #models = new Set<string>();
  /** When a key that was doubted may be checked for the next doubt: what clients say must not use up the checks. */
  readonly #paces = new Map<string, { readonly nextAt: number; readonly delayMs: number }>();

  /** A client's request was answered. Costs one look-up. */
  recordAnswer(model: string, at: number): void {
    this.#answeredAt = at;
    if (!this.#models.has(model) && this.#models.size < MAX_MODELS) this.#models.add(model);
  }

  /** Whether a client's request of the model was ever answered here; nobody remembers more than `MAX_MODELS`. */
  hasAnsweredModel(model: string): boolean {
    return this.#models.has(model);
  }

  /** An attempt with a client's request is about to be written down. */
  assess({ pool, keyPolicy, isChecked }: DoubtContext, pooled: PooledKey, event: AttemptEnded): DoubtResult {
    const { record } = pooled;
    const { at } = event;
    if (record.state !== 'in-service' || event.epoch !== record.epoch || pool.size === 1) return CERTAIN;
    if (!takesOutOrHolds(record, event, keyPolicy)) return CERTAIN;
    const { doubt } = record;
    // Nothing has shown for a minute that the doubt was right.
    if (doubt !== undefined && at - doubt.since >= DOUBT_MS) return CERTAIN;
    // Where no check will settle it, answers of the pool must: with none since the doubt, it is believed.
    if (doubt !== undefined && !isChecked && this.#answeredAt <= doubt.since) return CERTAIN;

    const others = [...pool.questioned()].filter((other) => other !== pooled && isQuestioned(other, at));
    if (at < this.#doubtingUntil || others.length > 0 || doubt !== undefined) {
      return this.#doubt(pooled, others, at, { keyPolicy, isChecked });
    }
    return this.#hasAnswered(pooled, record, event) ? UNPROVEN : CERTAIN;
  }

  #doubt(
    pooled: PooledKey,
    others: readonly PooledKey[],
    at: number,
    of: Pick<DoubtContext, 'keyPolicy' | 'isChecked'>,
  ): DoubtResult {
    const began = at >= this.#doubtingUntil;
    if (began) this.#paces.clear();
    this.#doubtingUntil = at + DOUBT_MS;
    const reprieved = others.filter(({ record }) => unprovenCause(record, at) !== undefined);
    const isTold = this.#mayBeTold(pooled, at, of);
    return { confidence: 'in-doubt', doubted: isTold ? [pooled, ...reprieved] : reprieved, began };
  }

  /**
   * Whether a key is told that it is doubted, which has it checked. One that keeps being accused and keeps passing its
   * checks is checked less and less often.
   */
  #mayBeTold(
    { key, record }: PooledKey,
    at: number,
    { keyPolicy: policy, isChecked }: Pick<DoubtContext, 'keyPolicy' | 'isChecked'>,
  ): boolean {
    if (record.state === 'in-service' && record.doubt !== undefined) return false;
    if (!isChecked) return true;
    const pace = this.#paces.get(key.id);
    if (pace !== undefined && at < pace.nextAt) return false;
    const delayMs =
      pace === undefined
        ? policy.checkIntervalMs
        : Math.min(pace.delayMs * 2, Math.max(policy.checkMaxIntervalMs, policy.checkIntervalMs));
    this.#paces.set(key.id, { nextAt: at + delayMs, delayMs });
    return true;
  }

  /**
   * Whether answers speak for the key: its own, or those of its domain where it is the domain that is accused. For a
   * verdict on one model the model was answered, and is none that the key is known to be kept from: a success ends a
   * hold, so that one that is over still says that the key has not answered since.
   */
  #hasAnswered(pooled: PooledKey, { holds }: InService, { effect, model, wide }: AttemptEnded): boolean {
    const accusesDomain = wide === true || (effect.kind === 'condemns' && effect.cause === 'billing');
    const domainAnsweredAt = accusesDomain ? (pooled.domain?.answeredAt ?? 0) : 0;
    if (Math.max(pooled.answeredAt, domainAnsweredAt) === 0) return false;
    if (effect.kind !== 'throttles' && effect.kind !== 'denies') return true;
    const isKept = holds.some((held) => held.model === model && held.unproven !== true);
    return this.#models.has(model) && !isKept;
  }
}

/**
 * Whether it is a verdict that words can bring about, and that takes a key out or holds it. A throttle under its own
 * status is none, unless it is to last: whoever asks too much is told so with any words. Nor are failures of servers and
 * connections.
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

function isQuestioned({ record }: PooledKey, now: number): boolean {
  if (unprovenCause(record, now) !== undefined) return true;
  return record.state === 'in-service' && record.doubt !== undefined && now - record.doubt.since < DOUBT_MS;
}

/** What keeps a key back, and is unproven. */
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

/** What the record of a key is told that is doubted because of `event`, which another key may have met. */
export function doubtedEvent(record: KeyRecord, event: AttemptEnded): Doubted {
  const { cause, model, rule } = unprovenCause(record, event.at) ?? accusation(event);
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

function accusation({ effect, model, rule }: AttemptEnded): Pick<Doubt, 'cause' | 'model' | 'rule'> {
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
