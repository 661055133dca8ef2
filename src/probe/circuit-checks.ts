import { Attempt } from '../failover/attempt.ts';
import type { AttemptTools } from '../failover/attempt.ts';
import { choiceRequest, choose, lastToAnswer } from '../failover/choose.ts';
import { isChecked } from '../failover/outage/circuits.ts';
import type { CircuitMark } from '../keys/circuit-mark.ts';
import type { PooledKey } from '../keys/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { Taken } from '../providers/take.ts';
import { CheckBudget } from './check-budget.ts';
import { completionCall } from './check-call.ts';

/** What checks of circuits are given by whoever wires them. */
export interface CircuitCheckOptions {
  readonly tools: AttemptTools;
  /** Whether this process tests the keys of a provider, by its id: then it tests its circuits, too. */
  readonly isProbing: (providerId: string) => boolean;
  readonly onCheck: (provider: Provider, model: string, verdict: string, rule: string) => void;
  /** A defect of ours: the check came to nothing. */
  readonly onDefect: (error: unknown) => void;
}

/** How often circuits are looked through for what is due. Milliseconds. */
const ROUND_MS = 250;
/** An answer to a check is small. Bytes. */
const HOLD_BYTES = 64 * 1024;
const UNTRIED: ReadonlySet<string> = new Set();

/**
 * Tries models that are down when they are due, with a short chat by a key in service, so that no request has to wait
 * to find out whether a provider is back. One node does it: the one that tests the provider's keys. What cannot be
 * tested so (no chat failed, no key is in service, the day's budget is spent) is left to requests.
 */
export class CircuitChecks {
  readonly #options: CircuitCheckOptions;
  readonly #budgets = new Map<Provider, CheckBudget>();
  readonly #underWay = new Set<Promise<void>>();
  #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CircuitCheckOptions) {
    this.#options = options;
  }

  /** Watches over these providers from now on, and over no others. */
  async watch(providers: Iterable<Provider>): Promise<void> {
    await this.stop();
    this.#stopped = new AbortController();
    for (const provider of providers)
      this.#budgets.set(provider, new CheckBudget(provider.config.failover.healthCheckBudget));
    this.#timer = setInterval(() => this.#round(), ROUND_MS);
  }

  /** Ends checks under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#budgets.clear();
    this.#stopped.abort();
    await Promise.all(this.#underWay);
  }

  #round(): void {
    const { tools, isProbing, onDefect } = this.#options;
    const now = tools.now();
    for (const [provider, budget] of this.#budgets) {
      if (budget.isSpent(now)) continue;
      for (const mark of tools.recorder.circuitsOf(provider).open(provider, now)) {
        if (now < mark.until || !isChecked(provider, mark) || !isProbing(provider.id)) continue;
        const check: Promise<void> = this.#check(provider, budget, mark)
          .catch(onDefect)
          .finally(() => this.#underWay.delete(check));
        this.#underWay.add(check);
      }
    }
  }

  async #check(provider: Provider, budget: CheckBudget, mark: CircuitMark): Promise<void> {
    const { tools, onCheck } = this.#options;
    const { model } = mark;
    const { signal } = this.#stopped;
    const taken = await provider.take(completionCall(provider, model, tools.now(), signal), model);
    if (taken.kind === 'refused') return;
    const attempt = await this.#try(provider, budget, mark, taken);
    taken.retelling?.drop();
    if (attempt === undefined || attempt.cancelled) return;
    onCheck(provider, model, attempt.verdict.class, attempt.verdict.rule);
  }

  async #try(
    provider: Provider,
    budget: CheckBudget,
    mark: CircuitMark,
    { call }: Extract<Taken, { readonly kind: 'taken' }>,
  ): Promise<Attempt | undefined> {
    const { tools } = this.#options;
    const now = tools.now();
    const key = keyFor(provider, mark.model, tools);
    // As it is now: while the call was put into the provider's form, another check may have set out.
    if (key === undefined || !tools.recorder.circuitsOf(provider).isDue(provider, mark.model, now))
      return undefined;
    if (!budget.take(now)) return undefined;
    tools.recorder.circuitsOf(provider).try(provider, { mark }, now);
    const { healthCheckTimeout } = provider.config.failover;
    const limits = {
      firstOutputMs: healthCheckTimeout,
      aliveMs: healthCheckTimeout,
      idleMs: healthCheckTimeout,
      stallMs: healthCheckTimeout,
      holdBytes: HOLD_BYTES,
      resends: true,
    };
    const plan = { provider, ...key, model: mark.model, check: 'circuit', limits } as const;
    const attempt = await Attempt.start(call, plan, tools);
    if (attempt.opening.kind === 'open')
      await attempt.relay({ write: () => true, onDrain: (resume) => resume() });
    return attempt;
  }
}

function keyFor(
  provider: Provider,
  model: string,
  { now, random }: AttemptTools,
): { readonly pooled: PooledKey; readonly epoch: number } | undefined {
  const wishes = { tried: UNTRIED, preference: lastToAnswer(provider.pool), now: now(), random };
  const choice = choose(provider.pool, choiceRequest(provider, model, wishes));
  if (choice.kind === 'none' || choice.pooled === undefined) return undefined;
  return { pooled: choice.pooled, epoch: choice.epoch };
}
