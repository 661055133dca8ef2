import type { Duplex } from 'node:stream';
import type { TokenUsage } from '../../base/token-usage.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Dialect, ErrorForm } from '../../dialects/operations/operation.ts';
import type { AttemptEnded, Effect } from '../../keys/record/event.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import { tellsOwnUsage } from '../../dialects/watch/whole-usage.ts';
import { redactorFor } from '../../keys/redaction/redactor.ts';
import type { CredentialFailure } from '../../providers/adapter.ts';
import { CANCELLED, NOTHING_SENT } from '../../upstream/exchange.ts';
import type { Exchange, UpstreamResult, Sink } from '../../upstream/exchange.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import type { AttemptLogEntry, AttemptPlan, AttemptTools } from './attempt-plan.ts';
import { effectFor, effectUnder, judgeAttempt } from './judge-attempt.ts';
import { classifyMalformed, buildRequest } from './build-request.ts';
import type { VerdictConfidence } from '../outlier-detection/verdict-doubt.ts';
import { learnFromHeaders } from './learn-from-headers.ts';
import { mayHaveActed } from './may-have-acted.ts';
import { openExchange } from './open-exchange.ts';
import { isRefused, isSignedOutOfDate } from './signed-out-of-date.ts';
import { isEmptyAnswer, isErrorUnreported, outcomeOfEnding, outcomeOfOpening } from './observed-outcome.ts';
import { recordProviderOutcome } from '../circuit/record-provider-outcome.ts';
import type { Answered, Faulted } from '../../verdict/outcome.ts';
import type { ProviderError } from '../../verdict/provider-error/error-fields.ts';
import { readError } from '../../verdict/provider-error/read-error.ts';
import { InFlight } from './in-flight.ts';
import { NOT_JUDGED } from '../../verdict/verdict.ts';
import type { Verdict } from '../../verdict/verdict.ts';

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
  /** True once cancelled: there is no verdict, and nothing is recorded. */
  cancelled = false;
  /** True once what is left of its answer was given up. */
  abandoned = false;
  verdict: Verdict = NOT_JUDGED;
  /** What it meant for its key, once recorded. */
  effect: Effect = { kind: 'none' };
  /** How far its verdict is believed, and what was written down of it, once it is recorded. */
  confidence: VerdictConfidence = 'certain';
  ended: AttemptEnded | undefined;
  readonly #call: Call;
  readonly #tools: AttemptTools;
  readonly #inFlight: InFlight;
  #exchange: Exchange = NOTHING_SENT;
  /** Empty where nothing could be sent. */
  #sentHeaders: readonly string[] = [];
  #signedAt: number | undefined;
  #opening: UpstreamResult = CANCELLED;
  #outcome: Answered | Faulted | undefined;
  #recorded = false;
  #endedAt: number | undefined;

  /**
   * Sends the request, and resolves when there is a verdict on how it began. What it takes up is given back once,
   * whatever happens: when it ends, when its client leaves, when something in here throws.
   */
  static async start(call: Call, plan: AttemptPlan, tools: AttemptTools): Promise<Attempt> {
    const attempt = new Attempt(call, plan, tools);
    try {
      const building = buildRequest(call, plan);
      attempt.#send(building instanceof Promise ? await building : building);
      if (attempt.#signedAt !== undefined) await attempt.#signAnewIfOutOfDate();
      await attempt.#judgeOpening();
      return attempt;
    } catch (error) {
      attempt.#cancel();
      throw error;
    }
  }

  private constructor(call: Call, plan: AttemptPlan, tools: AttemptTools) {
    this.plan = plan;
    this.#call = call;
    this.#tools = tools;
    this.startedAt = tools.now();
    // Of an answer that is open and not read yet nothing else would notice that the client has gone.
    this.#inFlight = new InFlight(plan.pooled, call.signal, () => this.#giveUp());
  }

  /** How the answer began. */
  get opening(): UpstreamResult {
    return this.#opening;
  }

  /** The answer as far as it has come, before any of it is relayed: all of a whole one, else its beginning. */
  get head(): Buffer {
    return this.#opening.kind === 'whole' ? this.#opening.body : this.#exchange.held;
  }

  /** True where what was passed on so far ends in the middle of a frame. */
  get isMidFrame(): boolean {
    return this.#exchange.isMidFrame;
  }

  /** From dispatch to first output. Milliseconds; undefined before. */
  get firstOutputMs(): number | undefined {
    return this.#exchange.firstOutputMs;
  }

  /** The tokens that the provider has told so far; undefined where it told none, or those of another request. */
  get tokens(): TokenUsage | undefined {
    return tellsOwnUsage(this.#call.target.operation) ? this.#exchange.watch?.usage : undefined;
  }

  /** True where the provider may have done what was asked although no good answer came. */
  get mayHaveActed(): boolean {
    return this.#outcome !== undefined && mayHaveActed(this.#outcome, this.#call);
  }

  /** Where the provider's error stood; undefined where it never answered. */
  get errorWhere(): Answered['where'] | undefined {
    return this.#outcome?.kind === 'answered' ? this.#outcome.where : undefined;
  }

  /** True where the provider itself answered. */
  get hasResponse(): boolean {
    return this.#sentHeaders.length > 0 && this.#outcome?.kind === 'answered';
  }

  /** The dialect that was spoken with the provider: the client's, or the one its call was translated to. */
  get dialect(): Dialect {
    return this.#call.target.operation.dialect;
  }

  /** How the clients of what was asked of the provider read errors. */
  get errorForm(): ErrorForm {
    return this.#call.target.operation.errorForm;
  }

  /** The provider's error as it was read, for a client that cannot read its bytes; undefined where there is none. */
  get providerError(): Pick<ProviderError, 'message' | 'code'> | undefined {
    if (this.#outcome?.kind !== 'answered' || this.#outcome.where === 'none') return undefined;
    // What came encoded was not redacted on its way.
    const redactor = this.plan.pooled && redactorFor(this.plan.pooled.key.secret);
    const { errorText, headers } = this.#outcome;
    return readError(redactor?.text(errorText) ?? errorText, headers);
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
  get verdictLabel(): AttemptLogEntry['verdict'] {
    return this.cancelled ? 'cancelled' : this.verdict.class;
  }

  get logEntry(): AttemptLogEntry {
    const { provider, pooled } = this.plan;
    const status = this.#outcome?.status;
    const { tokens } = this;
    return {
      provider: provider.id,
      key: pooled?.key.id ?? '',
      ...(pooled !== undefined && pooled.key.name !== '' && { keyName: pooled.key.name }),
      verdict: this.verdictLabel,
      rule: this.verdict.rule,
      ms: (this.#endedAt ?? this.#tools.now()) - this.startedAt,
      ...(status !== undefined && { status }),
      ...(this.#outcome?.kind === 'faulted' && { detail: this.#outcome.detail }),
      ...(tokens !== undefined && { tokens }),
    };
  }

  /**
   * Passes an open answer on to `sink` and judges it once more when it ends.
   * @returns true where the client has the end of it: of a whole answer, or an error of the provider's that it sees
   */
  async relay(sink: Sink): Promise<boolean> {
    using _ = this.#inFlight;
    const ending = await this.#exchange.relay(sink);
    const outcome = outcomeOfEnding(this.#opening, ending);
    if (outcome === undefined) {
      this.#cancel();
      return false;
    }
    if (!this.#recorded) {
      this.#judge(outcome);
      if (this.verdict.class !== 'ok') recordProviderOutcome(this.#call, this.plan, this, this.#tools);
      this.#record(outcome);
    }
    return outcome.kind === 'answered' && !isErrorUnreported(this.#opening);
  }

  /** Passes an upgraded connection to who speaks on it, until that resolves. */
  async join(speak: (socket: Duplex) => Promise<void>): Promise<void> {
    using _ = this.#inFlight;
    if (this.#opening.kind === 'upgraded') await speak(this.#opening.socket);
  }

  /** Ends an answer that is being relayed and turned out to hold more than its reader can take. */
  endAsTooLarge(): void {
    this.#exchange.cancel({ kind: 'fault', fault: 'too-large', detail: 'too-large' });
  }

  /** Ends an answer that is not wanted: another key will be tried. */
  abandon(): void {
    this.abandoned = true;
    this.#giveUp();
  }

  #send(request: UpstreamRequest | CredentialFailure): void {
    if (this.#call.signal.aborted) return;
    if ('headers' in request) {
      this.#sentHeaders = request.headers;
      this.#signedAt = request.signedAt;
    }
    this.#exchange = openExchange(this.#call, this.plan, request);
  }

  /**
   * Where the time of a signature was the reason of a refusal, by the provider's clock, the same key signs anew, once, and
   * nothing is recorded of what was refused.
   */
  async #signAnewIfOutOfDate(): Promise<void> {
    const { provider } = this.plan;
    // It cannot be sent again, and what is not tried at once is not learned.
    if (this.#call.body.kind === 'streamed') return;
    if (!isSignedOutOfDate(await this.#exchange.result, this.#signedAt, provider)) return;
    this.#exchange = NOTHING_SENT;
    this.#send(await buildRequest(this.#call, this.plan));
    const again = await this.#exchange.result;
    if (isRefused(again)) provider.signingClock?.forget();
    else if ('headers' in again) this.#tools.recorder.reportSigningClock(provider);
  }

  async #judgeOpening(): Promise<void> {
    const opening = await this.#exchange.result;
    this.#opening = classifyMalformed(opening, this.#sentHeaders, this.#call);
    const outcome = outcomeOfOpening(this.#opening);
    if (outcome === undefined) {
      this.#cancel();
      return;
    }
    this.#judge(outcome);
    const { recorder, now } = this.#tools;
    recorder.firstOutputStats.record(this.plan, this.#call, outcome, this.firstOutputMs, now());
    recordProviderOutcome(this.#call, this.plan, this, this.#tools);
    if (this.#opening.kind !== 'open' || this.verdict.class !== 'ok') this.#record(outcome);
    // After it is recorded: hints are shared of keys that have a record.
    if ('headers' in this.#opening && !this.#call.target.operation.isCount)
      learnFromHeaders(this.plan, this.#opening.headers, this.#tools);
  }

  #judge(outcome: Answered | Faulted): void {
    this.#outcome = outcome;
    this.verdict = judgeAttempt(outcome, this.#call, this.plan.provider, this.#tools);
  }

  #record(outcome: Answered | Faulted): void {
    this.#recorded = true;
    this.#endedAt ??= this.#tools.now();
    // A connection that speaks something else from now on is still under way.
    if (this.#opening.kind !== 'upgraded') this.#release();
    const { provider, pooled, epoch, model, check, willTryOtherForm } = this.plan;
    if (isEmptyAnswer(this)) provider.emptyAnswers++;
    if (outcome.status === 401 && pooled !== undefined)
      provider.invalidateCredential(pooled.key, this.#sentHeaders);
    // Counting tokens has limits and permissions of its own: it shows nothing of what else the key can do.
    if (pooled === undefined || this.#call.target.operation.isCount) return;
    const { verdict } = this;
    if (!provider.policy.recordsOutcomes) {
      // It has no record, and this process knows that it answers all the same.
      if (verdict.class === 'ok') pooled.succeeded(this.#endedAt);
      return;
    }
    if (willTryOtherForm?.(verdict) === true) return;
    this.effect = effectFor(check, effectUnder(provider.policy, outcome, verdict), verdict, model);
    this.ended = {
      type: 'attempt',
      epoch,
      startedAt: this.startedAt,
      at: this.#endedAt ?? this.startedAt,
      model: model ?? ANY_MODEL,
      chat: this.#call.target.operation.isChat,
      effect: this.effect,
      rule: verdict.rule,
      ...(verdict.scope === 'quota_domain' && { domainWide: true }),
      ...(verdict.waitMs !== undefined && { waitMs: verdict.waitMs }),
      ...(outcome.status !== undefined && { status: outcome.status }),
      ...(this.#call.target.operation.isPassthrough && { unknownPath: true }),
      ...(check === undefined && { requestId: this.#call.id }),
      node: this.#tools.node,
      check: check !== undefined,
      jitter: this.#tools.random(),
    };
    this.confidence = this.#tools.recorder.record(provider, pooled, this.ended);
  }

  /** Nobody is to blame, and nothing is recorded. */
  #cancel(): void {
    this.cancelled = true;
    this.#giveUp();
  }

  #giveUp(): void {
    this.#exchange.cancel();
    if (this.#opening.kind === 'upgraded') this.#opening.socket.destroy();
    this.#release();
  }

  #release(): void {
    this.#inFlight[Symbol.dispose]();
    this.#endedAt ??= this.#tools.now();
  }
}
