import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { checkSpecFor } from './check-spec.ts';
import type { CheckSpec } from './check-spec.ts';
import { CheckBudget } from './check-budget.ts';
import { Checker } from './checker.ts';
import { ProviderLoop } from './provider-loop.ts';
import type { CheckPlan, LoopOptions, ProberOptions } from './provider-loop.ts';
import type { CheckReport } from './run-check.ts';

/**
 * Active health checks: of keys that are out of service or in doubt, and of long holds of keys in service. A key that
 * passes comes back. For each provider one node does them, the holder of the provider's lease. The lease only saves
 * duplicate checks: two nodes that check at once for a moment do no harm, since records change by compare-and-set.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #checker: Checker;
  readonly #loops = new Map<string, ProviderLoop>();
  /** Ids of the providers whose checks the store does not answer. */
  readonly #withoutStore = new Set<string>();
  #storeAwaySince: number | undefined;
  readonly #budgets = new Map<string, CheckBudget>();

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#checker = new Checker(options.store, options.tools);
  }

  /** Replaces the providers that are watched. */
  async watch(providers: Iterable<Provider>): Promise<void> {
    await this.stop();
    for (const provider of providers) {
      const { enabled, healthCheckModel } = provider.config.failover;
      // Without a model there is no health check: keys come back when their cooldown is over.
      if (!enabled || healthCheckModel === undefined || provider.pool.size === 0) continue;
      this.#loops.set(
        provider.id,
        new ProviderLoop(provider, this.#loopOptions(provider), this.#checker, this.#budgetFor(provider)),
      );
    }
  }

  /** A key of the provider is due sooner than before: its check does not wait for the next round. */
  checkSoon(providerId: string): void {
    this.#loops.get(providerId)?.checkSoon();
  }

  /** The check budget of a provider whose keys are probed here and not on another node. */
  budgetOf(providerId: string): CheckBudget | undefined {
    const loop = this.#loops.get(providerId);
    return loop?.holdsLease === true ? loop.budget : undefined;
  }

  /** Providers probed here whose budget is used up, and when it is renewed. */
  spentBudgets(now: number): readonly (readonly [providerId: string, until: number])[] {
    return [...this.#loops].flatMap(([id, loop]) => {
      const until = loop.holdsLease || loop.holdsRest ? loop.budget.spentUntil(now) : undefined;
      return until === undefined ? [] : [[id, until] as const];
    });
  }

  #loopOptions({ id }: Provider): LoopOptions {
    return {
      ...this.#options,
      onStoreFailure: (error) => {
        const isTold = this.#withoutStore.size > 0;
        this.#withoutStore.add(id);
        if (isTold) return;
        this.#storeAwaySince = this.#options.tools.now();
        this.#options.onStoreFailure(error);
      },
      onStoreAnswer: () => this.#storeAnswered(id),
    };
  }

  #storeAnswered(providerId: string): void {
    this.#withoutStore.delete(providerId);
    if (this.#withoutStore.size === 0) this.#storeAwaySince = undefined;
  }

  /** Since when the store does not answer some of the checks; undefined while it does. Milliseconds since the epoch. */
  get storeAwaySince(): number | undefined {
    return this.#storeAwaySince;
  }

  /** A reload does not renew the budget. */
  #budgetFor({ id, config }: Provider): CheckBudget {
    const { healthCheckBudget } = config.failover;
    let budget = this.#budgets.get(id);
    if (budget?.perDay !== healthCheckBudget) {
      budget = new CheckBudget(healthCheckBudget);
      this.#budgets.set(id, budget);
    }
    return budget;
  }

  /** Ids of the providers whose keys are probed here and not on another node. */
  get probing(): readonly string[] {
    return [...this.#loops].filter(([, loop]) => loop.holdsLease).map(([id]) => id);
  }

  /** Ids of the providers of which only keys are probed here that other nodes do not have. */
  get probingRest(): readonly string[] {
    return [...this.#loops].filter(([, loop]) => loop.holdsRest).map(([id]) => id);
  }

  /** The scheduled checks of a key; undefined where its provider is not watched. */
  plan(provider: Provider, pooled: PooledKey): readonly CheckPlan[] | undefined {
    return this.#loops.get(provider.id)?.plan(pooled);
  }

  /** Ends checks in flight, and releases the leases so that another node can take over at once. */
  async stop(): Promise<void> {
    const loops = [...this.#loops.values()];
    this.#loops.clear();
    await Promise.all(loops.map((loop) => loop.stop()));
    this.#withoutStore.clear();
    this.#storeAwaySince = undefined;
  }

  /**
   * Checks one key now, whatever its state; the result counts. Where a check of it is in flight, its result is returned,
   * unless a model is named.
   * @param model - as clients name it; undefined: by its record, which for a held key is the held model
   */
  async check(
    provider: Provider,
    keyId: string,
    model?: string,
  ): Promise<CheckReport | 'no-health-check' | 'unknown-key'> {
    const pooled = provider.pool.get(keyId);
    if (pooled === undefined) return 'unknown-key';
    const now = this.#options.tools.now();
    const spec: CheckSpec | undefined =
      model === undefined
        ? checkSpecFor(provider, settle(pooled.record, now), this.#checker.context(now))
        : { kind: 'purchase', model: provider.mapModel(model) };
    if (spec === undefined) return 'no-health-check';
    const loop = this.#loops.get(provider.id);
    if (model !== undefined) await loop?.settled(keyId);
    const report = await (loop === undefined
      ? this.#checker.run(provider, pooled, spec, new AbortController().signal)
      : loop.check(pooled, spec));
    return report ?? 'unknown-key';
  }
}
