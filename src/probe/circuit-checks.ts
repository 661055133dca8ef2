import { Attempt } from '../failover/attempt/attempt.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { choiceRequest, choose } from '../failover/choose.ts';
import { hasHealthCheck, keyForTrial } from '../failover/circuit/circuits.ts';
import type { CircuitStatus } from '../keys/record/circuit-status.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { PreparedCall } from '../providers/prepare.ts';
import type { CheckBudget } from './check-budget.ts';
import { completionCall } from './check-call.ts';
import { checkLimits, drain } from './check-limits.ts';

/** What checks of circuits are given by whoever wires them. */
export interface CircuitCheckOptions {
  readonly tools: AttemptTools;
  /** What tests of a provider may cost, by its id, where this process tests its keys: then it tests its circuits, too. */
  readonly budgetOf: (providerId: string) => CheckBudget | undefined;
  readonly onCheck: (provider: Provider, model: string, verdict: string, rule: string) => void;
  /** A defect of ours: the check came to nothing. */
  readonly onDefect: (error: unknown) => void;
}

/** How often circuits are looked through for what is due. Milliseconds. */
const ROUND_MS = 250;
/** Of a day's budget, what they may use up in an outage that lasts: the rest is for keys that are out. */
const BUDGET_SHARE = 0.5;
const UNTRIED: ReadonlySet<string> = new Set();

/**
 * Tries models that are down when they are due, with a short chat by a key in service, so that no request has to wait
 * to find out whether a provider is back. One node does it: the one that tests the provider's keys. What cannot be
 * tested so (no chat failed, no key is in service, the day's budget is spent) is left to requests.
 */
export class CircuitChecks {
  readonly #options: CircuitCheckOptions;
  #watched: readonly Provider[] = [];
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
    this.#watched = [...providers];
    this.#timer = setInterval(() => this.#round(), ROUND_MS);
  }

  /** Ends checks under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#watched = [];
    this.#stopped.abort();
    await Promise.all(this.#underWay);
  }

  #round(): void {
    const { tools, budgetOf, onDefect } = this.#options;
    const now = tools.now();
    for (const provider of this.#watched) {
      const budget = budgetOf(provider.id);
      if (budget?.has(now, BUDGET_SHARE) !== true) continue;
      for (const mark of tools.recorder.circuitsOf(provider).open(provider, now)) {
        if (now < mark.until || !hasHealthCheck(provider, mark)) continue;
        const check: Promise<void> = this.#check(provider, budget, mark)
          .catch(onDefect)
          .finally(() => this.#underWay.delete(check));
        this.#underWay.add(check);
      }
    }
  }

  async #check(provider: Provider, budget: CheckBudget, mark: CircuitStatus): Promise<void> {
    const { tools, onCheck } = this.#options;
    const { model } = mark;
    const { signal } = this.#stopped;
    const taken = await provider.prepareInternal(completionCall(provider, model, tools.now(), signal), model);
    if (taken.kind === 'refused') return;
    const attempt = await this.#try(provider, budget, mark, taken);
    taken.translator?.drop();
    if (attempt === undefined || attempt.cancelled) return;
    onCheck(provider, model, attempt.verdict.class, attempt.verdict.rule);
  }

  async #try(
    provider: Provider,
    budget: CheckBudget,
    status: CircuitStatus,
    { call }: PreparedCall,
  ): Promise<Attempt | undefined> {
    const { tools } = this.#options;
    const now = tools.now();
    const key = keyFor(provider, status, tools);
    // As it is now: while the call was put into the provider's form, another check may have set out.
    if (key === undefined || !tools.recorder.circuitsOf(provider).isDue(provider, status.model, now))
      return undefined;
    if (!budget.take(now, BUDGET_SHARE)) return undefined;
    tools.recorder.circuitsOf(provider).beginTrial(provider, { status }, now);
    const limits = checkLimits(provider);
    const plan = { provider, ...key, model: status.model, check: 'circuit', limits } as const;
    const attempt = await Attempt.start(call, plan, tools);
    await drain(attempt);
    return attempt;
  }
}

function keyFor(
  provider: Provider,
  mark: CircuitStatus,
  { now, random }: AttemptTools,
): { readonly pooled: PooledKey; readonly epoch: number } | undefined {
  const wishes = { tried: UNTRIED, preference: keyForTrial(provider, mark), now: now(), random };
  const choice = choose(provider.pool, choiceRequest(provider, mark.model, wishes));
  if (choice.kind === 'none' || choice.pooled === undefined) return undefined;
  return { pooled: choice.pooled, epoch: choice.epoch };
}
