import type { Call } from '../dialects/call.ts';
import type { Dialect } from '../dialects/operation.ts';
import type { AttemptEnded, Effect } from '../keys/event.ts';
import type { PooledKey } from '../keys/pool.ts';
import { ANY_MODEL } from '../keys/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { CredentialTrouble } from '../providers/wire.ts';
import type { ExchangeLimits, Opening, Sink } from '../upstream/exchange.ts';
import type { AnyExchange } from '../upstream/settled-exchange.ts';
import type { UpstreamRequest } from '../upstream/transport.ts';
import type { Standing } from './doubt.ts';
import { effectFor, effectUnder } from './key-effect.ts';
import { judge } from './judge.ts';
import { learn } from './learn.ts';
import { openExchange } from './open-exchange.ts';
import { outcomeOfEnding, outcomeOfOpening } from './observe.ts';
import type { Answered, Faulted } from './outcome.ts';
import type { Recorder } from './recorder.ts';
import type { ProviderError } from './rules/error-fields.ts';
import { readError } from './rules/provider-error.ts';
import type { Verdict } from './verdict.ts';

/** What every attempt needs and none owns. */
export interface AttemptTools {
  readonly recorder: Recorder;
  /** Names this process in what it writes down of keys. */
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** One try: a provider, a key, and how long it may take. */
export interface AttemptPlan {
  readonly provider: Provider;
  /** Undefined for a provider that has no keys. */
  readonly pooled: PooledKey | undefined;
  /** Of the key's record when it was chosen. */
  readonly epoch: number;
  readonly model: string | undefined;
  /**
   * What a health check is to show; undefined for a client's request. For `key` any answer to a known caller
   * will do, even one that finds fault with the question; for `credit` only a good one.
   */
  readonly check: 'key' | 'credit' | undefined;
  readonly limits: ExchangeLimits;
}

/** A line of a request's story, for its log. */
export interface AttemptNote {
  readonly provider: string;
  readonly key: string;
  readonly verdict: Verdict['class'] | 'cancelled';
  readonly rule: string;
  /** Of the provider's answer; absent where none began. */
  readonly status?: number;
  /** What happened on the wire, where it broke. */
  readonly detail?: string;
  readonly ms: number;
}

/** A shorter text is no credential, and may stand anywhere by chance. */
const MIN_QUOTE_LENGTH = 8;

const NOT_JUDGED: Verdict = { class: 'ok', scope: 'none', retry: 'none', rule: 'cancelled' };

/**
 * One request to one provider with one key. Live traffic and health checks both go through here and differ
 * only in data, so that a check passes exactly where a client's request would.
 *
 * It is judged when the gate opens or the exchange ends before it, and a relayed answer once more when its
 * body ends. What it means for the key is recorded once: at the end, when all is known.
 */
export class Attempt {
  readonly plan: AttemptPlan;
  /** When it was sent. Milliseconds since the epoch. */
  readonly startedAt: number;
  /** True once cancelled: nobody is to blame and nothing is recorded. */
  cancelled = false;
  /** True once what is left of its answer was given up. */
  abandoned = false;
  verdict: Verdict = NOT_JUDGED;
  /** What it meant for its key, once that is recorded. */
  effect: Effect = { kind: 'none' };
  /** How far its verdict is believed, and what was written down of it, once it is recorded. */
  standing: Standing = 'certain';
  ended: AttemptEnded | undefined;
  readonly #call: Call;
  readonly #tools: AttemptTools;
  readonly #exchange: AnyExchange;
  /** Empty where nothing could be sent. */
  readonly #sentHeaders: readonly string[];
  readonly #onAbort: () => void;
  #opening: Opening = { kind: 'cancelled' };
  #outcome: Answered | Faulted | undefined;
  #recorded = false;
  #endedAt: number | undefined;

  /** Sends the request, and resolves when there is a verdict on how it began. */
  static async start(call: Call, plan: AttemptPlan, tools: AttemptTools): Promise<Attempt> {
    const startedAt = tools.now();
    const { provider, pooled, model } = plan;
    if (pooled !== undefined) pooled.inFlight++;
    const building = provider.build(call, pooled?.key, model);
    // Where a credential has to be fetched first; for most there is nothing to wait for.
    const request = building instanceof Promise ? await building : building;
    const attempt = new Attempt(call, plan, tools, startedAt, request);
    await attempt.#judgeOpening();
    return attempt;
  }

  private constructor(
    call: Call,
    plan: AttemptPlan,
    tools: AttemptTools,
    startedAt: number,
    request: UpstreamRequest | CredentialTrouble,
  ) {
    this.plan = plan;
    this.#call = call;
    this.#tools = tools;
    this.startedAt = startedAt;
    this.#sentHeaders = 'headers' in request ? request.headers : [];
    this.#exchange = openExchange(call, plan, request);
    this.#onAbort = () => this.#exchange.cancel();
    if (call.signal.aborted) this.#exchange.cancel();
    else call.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** How the answer began. */
  get opening(): Opening {
    return this.#opening;
  }

  /** The answer as far as it has come, before any of it is relayed: all of a whole one, else its beginning. */
  get head(): Buffer {
    return this.#opening.kind === 'whole' ? this.#opening.body : this.#exchange.held;
  }

  /** From dispatch to first output. Milliseconds; undefined before. */
  get firstOutputMs(): number | undefined {
    return this.#exchange.firstOutputMs;
  }

  /** True where the provider may have done what was asked although no answer came. */
  get mayHaveActed(): boolean {
    if (this.#outcome?.kind !== 'faulted') return false;
    const { fault } = this.#outcome;
    return fault === 'maybe-sent' || (fault === 'no-output' && !this.#call.stream);
  }

  /** Where the provider's error stood; undefined where it never answered. */
  get errorWhere(): Answered['where'] | undefined {
    return this.#outcome?.kind === 'answered' ? this.#outcome.where : undefined;
  }

  /** What was spoken with the provider: the client's dialect, or what its call was put into. */
  get dialect(): Dialect {
    return this.#call.target.operation.dialect;
  }

  /** The provider's error as it reads, for a client to whom it has to be told anew; undefined where there is none. */
  get told(): Pick<ProviderError, 'message' | 'code'> | undefined {
    if (this.#outcome?.kind !== 'answered' || this.#outcome.where === 'none' || this.quotesKey)
      return undefined;
    return readError(this.#outcome.errorText, this.#outcome.headers);
  }

  /** True where a provider's error says the key back. */
  get quotesKey(): boolean {
    const secret = this.plan.pooled?.key.secret.reveal();
    if (secret === undefined || secret.length < MIN_QUOTE_LENGTH) return false;
    return this.#outcome?.kind === 'answered' && this.#outcome.errorText.includes(secret);
  }

  /** What broke on the wire, if something did. */
  get fault(): Faulted['fault'] | undefined {
    return this.#outcome?.kind === 'faulted' ? this.#outcome.fault : undefined;
  }

  /** True where the provider was given up on rather than broke off. */
  get timedOut(): boolean {
    return this.#outcome?.kind === 'faulted' && this.#outcome.detail.endsWith('-timeout');
  }

  /** The status of a plain answer that was judged a failure; undefined where a status says nothing. */
  get failedByStatus(): number | undefined {
    const outcome = this.#outcome;
    return outcome?.kind === 'answered' && outcome.status >= 300 ? outcome.status : undefined;
  }

  /** How it was judged, in a word for logs. */
  get judged(): AttemptNote['verdict'] {
    return this.cancelled ? 'cancelled' : this.verdict.class;
  }

  get note(): AttemptNote {
    const { provider, pooled } = this.plan;
    const status = this.#outcome?.status;
    return {
      provider: provider.id,
      key: pooled?.key.id ?? '',
      verdict: this.judged,
      rule: this.verdict.rule,
      ms: (this.#endedAt ?? this.#tools.now()) - this.startedAt,
      ...(status !== undefined && { status }),
      ...(this.#outcome?.kind === 'faulted' && { detail: this.#outcome.detail }),
    };
  }

  /**
   * Passes an open answer on to `sink` and judges it once more when it ends.
   * @returns true where the answer was whole, or carried the provider's own error: the client has the end of it
   */
  async relay(sink: Sink): Promise<boolean> {
    const ending = await this.#exchange.relay(sink);
    const outcome = outcomeOfEnding(this.#opening, ending);
    if (outcome === undefined) {
      this.#cancel();
      return false;
    }
    if (!this.#recorded) {
      this.#judge(outcome);
      this.#record(outcome);
    }
    return outcome.kind === 'answered';
  }

  /** Ends an answer that is not wanted: another key will be tried. */
  abandon(): void {
    this.abandoned = true;
    this.#exchange.cancel();
  }

  async #judgeOpening(): Promise<void> {
    this.#opening = await this.#exchange.opening;
    const outcome = outcomeOfOpening(this.#opening);
    if (outcome === undefined) {
      this.#cancel();
      return;
    }
    this.#judge(outcome);
    if (this.#opening.kind !== 'open' || this.verdict.class !== 'ok') this.#record(outcome);
    // After it is recorded: what is known of a key that is in trouble is worth telling with the trouble.
    if ('headers' in this.#opening) learn(this.plan, this.#opening.headers, this.#tools);
  }

  #judge(outcome: Answered | Faulted): void {
    this.#outcome = outcome;
    this.verdict = judge(outcome, {
      providerType: this.plan.provider.type,
      now: this.#tools.now(),
      operation: this.#call.target.operation.name,
      ownRules: this.plan.provider.config.verdicts,
    });
  }

  #record(outcome: Answered | Faulted): void {
    this.#recorded = true;
    this.#release();
    const { provider, pooled, epoch, model, check } = this.plan;
    if (outcome.status === 401 && pooled !== undefined) provider.refused(pooled.key, this.#sentHeaders);
    if (pooled === undefined || !provider.policy.remembers) return;
    const { verdict } = this;
    this.effect = effectFor(check, effectUnder(provider.policy, outcome, verdict), verdict);
    this.ended = {
      type: 'attempt',
      epoch,
      startedAt: this.startedAt,
      at: this.#endedAt ?? this.startedAt,
      model: model ?? ANY_MODEL,
      effect: this.effect,
      rule: verdict.rule,
      ...(verdict.scope === 'quota_domain' && { wide: true }),
      ...(verdict.waitMs !== undefined && { waitMs: verdict.waitMs }),
      ...(outcome.status !== undefined && { status: outcome.status }),
      ...(check === undefined && { requestId: this.#call.id }),
      node: this.#tools.node,
      check: check !== undefined,
      jitter: this.#tools.random(),
    };
    this.standing = this.#tools.recorder.record(provider, pooled, this.ended);
  }

  #cancel(): void {
    this.cancelled = true;
    this.#release();
  }

  #release(): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = this.#tools.now();
    this.#call.signal.removeEventListener('abort', this.#onAbort);
    if (this.plan.pooled !== undefined) this.plan.pooled.inFlight--;
  }
}
