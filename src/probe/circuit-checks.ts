import type { Attempt } from '../failover/attempt/attempt.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { choiceRequest, choose } from '../failover/choose.ts';
import { hasHealthCheck, keyForTrial } from '../failover/circuit/circuits.ts';
import type { CircuitStatus } from '../keys/record/circuit-status.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { PreparedCall } from '../providers/prepare.ts';
import type { CheckBudget } from './check-budget.ts';
import { completionCall } from './check-call.ts';
import { attemptCheck } from './check-attempt.ts';

/** What trials of circuits need. */
export interface CircuitCheckOptions {
  readonly tools: AttemptTools;
  /** The check budget of a provider, by id, where this process probes its keys: then it probes its circuits, too. */
  readonly budgetOf: (providerId: string) => CheckBudget | undefined;
  readonly onCheck: (provider: Provider, model: string, verdict: string, rule: string) => void;
  /** An exception, that is a bug: the check has no result. */
  readonly onDefect: (error: unknown) => void;
}

/** How often circuits are searched for due trials. Milliseconds. */
const ROUND_MS = 250;
/** The share of a day's budget that they may use: the rest is for keys that are out. */
const BUDGET_SHARE = 0.5;
const UNTRIED: ReadonlySet<string> = new Set();

/**
 * Does the half-open trials of circuits when they are due, with a short chat by a key in service, so that no client's
 * request has to. One node does it: the one that probes the provider's keys. Where this is not possible (no chat failed,
 * no key is in service, the day's budget is spent), requests do the trial.
 */
export class CircuitChecks {
  readonly #options: CircuitCheckOptions;
  #watched: readonly Provider[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CircuitCheckOptions) {
    this.#options = options;
  }

  /** Replaces the providers that are watched. */
  async watch(providers: Iterable<Provider>): Promise<void> {
    await this.stop();
    this.#stopped = new AbortController();
    this.#watched = [...providers];
    this.#timer = setInterval(() => this.#runRound(), ROUND_MS);
  }

  /** Ends checks in flight. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#watched = [];
    this.#stopped.abort();
    await Promise.all(this.#inFlight);
  }

  #runRound(): void {
    const { tools, budgetOf, onDefect } = this.#options;
    const now = tools.now();
    for (const provider of this.#watched) {
      const budget = budgetOf(provider.id);
      if (budget?.has(now, BUDGET_SHARE) !== true) continue;
      for (const status of tools.recorder.circuitsOf(provider).open(provider, now)) {
        if (now < status.until || !hasHealthCheck(provider, status)) continue;
        const check: Promise<void> = this.#checkModel(provider, budget, status)
          .catch(onDefect)
          .finally(() => this.#inFlight.delete(check));
        this.#inFlight.add(check);
      }
    }
  }

  async #checkModel(provider: Provider, budget: CheckBudget, status: CircuitStatus): Promise<void> {
    const { tools, onCheck } = this.#options;
    const { model } = status;
    const { signal } = this.#stopped;
    const prepared = await provider.prepareInternal(
      completionCall(provider, model, tools.now(), signal),
      model,
    );
    if (prepared.kind === 'refused') return;
    const attempt = await this.#tryModel(provider, budget, status, prepared);
    prepared.translator?.drop();
    if (attempt === undefined || attempt.cancelled) return;
    onCheck(provider, model, attempt.verdict.class, attempt.verdict.rule);
  }

  async #tryModel(
    provider: Provider,
    budget: CheckBudget,
    status: CircuitStatus,
    { call }: PreparedCall,
  ): Promise<Attempt | undefined> {
    const { tools } = this.#options;
    const now = tools.now();
    const key = keyFor(provider, status, tools);
    // Looked up again: while the call was prepared, another trial may have begun.
    if (key === undefined || !tools.recorder.circuitsOf(provider).isDue(provider, status.model, now))
      return undefined;
    if (!budget.take(now, BUDGET_SHARE)) return undefined;
    tools.recorder.circuitsOf(provider).beginTrial(provider, { status }, now);
    return attemptCheck(call, { provider, ...key, model: status.model, check: 'circuit' }, tools);
  }
}

function keyFor(
  provider: Provider,
  status: CircuitStatus,
  { now, random }: AttemptTools,
): { readonly pooled: PooledKey; readonly epoch: number } | undefined {
  const preference = keyForTrial(provider, status);
  const request = choiceRequest(provider, status.model, { tried: UNTRIED, preference, now: now(), random });
  const choice = choose(provider.pool, request);
  if (choice.kind === 'none' || choice.pooled === undefined) return undefined;
  return { pooled: choice.pooled, epoch: choice.epoch };
}
