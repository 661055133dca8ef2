import type { TestContext } from 'node:test';
import type { Attempt } from '../../../src/failover/attempt/attempt.ts';
import type { AttemptPlan } from '../../../src/failover/attempt/attempt-plan.ts';
import { choiceRequest, choose, obstacleTo } from '../../../src/failover/choose.ts';
import type { Choice, ChoiceRequest } from '../../../src/failover/choose.ts';
import { judge } from '../../../src/verdict/judge.ts';
import { effectUnder } from '../../../src/failover/attempt/judge-attempt.ts';
import type { Answered } from '../../../src/verdict/outcome.ts';
import { confirmVerdicts } from '../../../src/failover/outlier-detection/confirm-verdicts.ts';
import { Recorder } from '../../../src/failover/recorder.ts';
import type { ProviderNotice } from '../../../src/failover/provider-notice.ts';
import { OK } from '../../../src/verdict/verdict.ts';
import { KeyBook } from '../../../src/keys/book/book.ts';
import type { AttemptEnded } from '../../../src/keys/record/event.ts';
import type { PooledKey } from '../../../src/keys/pool/pool.ts';
import { ANY_MODEL, settle } from '../../../src/keys/record/record.ts';
import { CheckForms } from '../../../src/probe/check-form.ts';
import { checksOf } from '../../../src/probe/due-checks.ts';
import { HoldTimes } from '../../../src/probe/hold-times.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { openMemoryStore } from '../../../src/store/memory.ts';
import { seededRandom } from '../../keys/tools.ts';
import { providerAt } from '../attempts.ts';

/** The models that clients ask for. */
export const MODELS = ['gpt-5', 'gpt-5-mini'] as const;

/** Judged as an answer of a provider of that type. */
export interface Refusal {
  readonly providerType: string;
  readonly outcome: Answered;
}

/** A credential that the provider knows no more. */
export const DEAD: Refusal = {
  providerType: 'openai',
  outcome: {
    kind: 'answered',
    status: 401,
    headers: {},
    errorText: '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}',
    where: 'body',
  },
};

export interface WorldOptions {
  readonly keys: number;
  readonly failureThreshold?: number;
  /** The quota domain of a key; undefined for one of its own. */
  readonly domainOf?: (n: number) => string | undefined;
  /** How long a check that is due takes to show something. Milliseconds. */
  readonly checkMs?: number;
  /** False: there are no health checks. */
  readonly checked?: boolean;
}

type Tried = Pick<Attempt, 'plan' | 'effect' | 'confidence' | 'ended'>;

/**
 * A pool under a clock of its own: requests walk over its keys as they do in `serve`, with the real choice, the real
 * judge and the real records. What the wire would bring is made up here.
 */
export class DoubtWorld {
  readonly notices: ProviderNotice[] = [];
  readonly keys: readonly PooledKey[];
  readonly book: KeyBook;
  /** Ids of keys that the provider refuses, whoever asks. */
  readonly dead = new Set<string>();
  now = 1_700_000_000_000;
  readonly #recorder: Recorder;
  readonly #provider: Provider;
  readonly #checkMs: number;
  readonly #random = seededRandom(1);
  readonly #learned = {
    forms: new CheckForms(),
    listAccess: { known: () => undefined },
    holdTimes: new HoldTimes(),
  };
  readonly #met = new Map<string, number>();
  #requests = 0;

  static async open(t: TestContext, options: WorldOptions): Promise<DoubtWorld> {
    const book = await KeyBook.open({ store: openMemoryStore(() => 0), onNotice: () => {} });
    const apiTokens = Array.from({ length: options.keys }, (_, n) => {
      const quotaDomain = options.domainOf?.(n);
      return { key: `sk-number-${n}-0123456789abc`, ...(quotaDomain !== undefined && { quotaDomain }) };
    });
    const failover = {
      enabled: true,
      failureThreshold: options.failureThreshold ?? 3,
      ...(options.checked === false ? { cooldownDuration: '1h' } : { healthCheckModel: MODELS[0] }),
    };
    return new DoubtWorld(providerAt(t, 'http://127.0.0.1:9', { apiTokens, failover }, book), book, options);
  }

  private constructor(provider: Provider, book: KeyBook, { checkMs = 0 }: WorldOptions) {
    this.#provider = provider;
    this.book = book;
    this.#checkMs = checkMs;
    this.#recorder = new Recorder(book, (notice) => this.notices.push(notice));
    this.keys = [...provider.pool.all()];
  }

  async close(): Promise<void> {
    await this.book.close();
  }

  /** Every key answers a request for every model. */
  everyKeyAnswers(): void {
    for (const model of MODELS) for (const pooled of this.keys) this.#end(pooled, model, undefined);
  }

  /** Time goes on, and what is due is checked. */
  wait(ms: number): void {
    this.now += ms;
    if (this.#provider.config.failover.healthCheckModel === undefined) return;
    // What a check shows changes what is due.
    const checks = [...checksOf(this.#provider, { ...this.#learned, now: this.now })];
    for (const { pooled, spec, at } of checks) {
      if (at + this.#checkMs > this.now) continue;
      const { model = ANY_MODEL } = spec;
      this.#end(pooled, model, this.dead.has(pooled.key.id) ? DEAD : undefined, { check: true });
    }
  }

  /** A request of the client whose words are refused, whatever key it meets. @returns how many it met */
  attack(refusal: Refusal, model: string, attempts: number): number {
    return this.#walk(model, attempts, () => refusal).length;
  }

  /** A request of somebody else. @returns whether it was answered */
  ask(model: string, attempts = 4): boolean {
    return this.#walk(model, attempts, ({ key }) => (this.dead.has(key.id) ? DEAD : undefined)).answered;
  }

  /** How many requests have met a key. */
  requestsOf(keyId: string): number {
    return this.#met.get(keyId) ?? 0;
  }

  /** How many keys others could use for a model now. */
  usable(model: string): number {
    const request = this.#request(model, new Set());
    this.#provider.pool.inService(this.now);
    return this.keys.filter((pooled) => obstacleTo(pooled, request) === undefined).length;
  }

  isThrottle({ providerType, outcome }: Refusal): boolean {
    const verdict = judge(outcome, { providerType, now: this.now });
    return (
      outcome.status === 429 && effectUnder(this.#provider.policy, outcome, verdict).kind === 'throttles'
    );
  }

  #walk(
    model: string,
    attempts: number,
    says: (pooled: PooledKey) => Refusal | undefined,
  ): { readonly length: number; readonly answered: boolean } {
    const id = `req_${this.#requests++}`;
    const tried = new Set<string>();
    const failed: Tried[] = [];
    while (tried.size < attempts) {
      const choice: Choice = choose(this.#provider.pool, this.#request(model, tried));
      if (choice.kind === 'none' || choice.pooled === undefined) break;
      const { id: keyId } = choice.pooled.key;
      tried.add(keyId);
      this.#met.set(keyId, this.requestsOf(keyId) + 1);
      const attempt = this.#end(choice.pooled, model, says(choice.pooled), { requestId: id });
      if (attempt.effect.kind === 'succeeds') {
        confirmVerdicts(attempt, failed, this.#recorder);
        return { length: tried.size, answered: true };
      }
      failed.push(attempt);
      if (choice.lastResort) break;
    }
    confirmVerdicts(undefined, failed, this.#recorder);
    return { length: tried.size, answered: false };
  }

  #request(model: string, tried: ReadonlySet<string>): ChoiceRequest {
    return choiceRequest(this.#provider, model, {
      tried,
      preference: undefined,
      now: this.now,
      random: this.#random,
    });
  }

  /** An attempt that began and ended now. @param refusal - undefined where it was answered */
  #end(
    pooled: PooledKey,
    model: string,
    refusal: Refusal | undefined,
    more: Partial<AttemptEnded> = {},
  ): Tried {
    const provider = this.#provider;
    const { epoch } = settle(pooled.record, this.now);
    const verdict =
      refusal === undefined
        ? OK
        : judge(refusal.outcome, { providerType: refusal.providerType, now: this.now });
    const outcome = refusal?.outcome ?? ANSWER;
    const effect = effectUnder(provider.policy, outcome, verdict);
    const ended: AttemptEnded = {
      type: 'attempt',
      epoch,
      startedAt: this.now,
      at: this.now,
      model,
      effect,
      rule: verdict.rule,
      status: outcome.status,
      ...(verdict.scope === 'quota_domain' && { domainWide: true }),
      ...(verdict.waitMs !== undefined && { waitMs: verdict.waitMs }),
      check: false,
      jitter: 0,
      ...more,
    };
    const confidence = this.#recorder.record(provider, pooled, ended);
    const limits: AttemptPlan['limits'] = {
      firstOutputMs: 1,
      aliveMs: 1,
      idleMs: 1,
      stallMs: 1,
      holdBytes: 1,
      resends: false,
    };
    return { plan: { provider, pooled, epoch, model, check: undefined, limits }, effect, confidence, ended };
  }
}

const ANSWER: Answered = { kind: 'answered', status: 200, headers: {}, errorText: '', where: 'none' };
