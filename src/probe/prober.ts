import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { checkSpecFor } from './check-spec.ts';
import type { CheckSpec } from './check-spec.ts';
import { CheckBudget } from './check-budget.ts';
import { Checker } from './checker.ts';
import type { ProberOptions } from './prober-options.ts';
import { ProviderLoop } from './provider-loop.ts';
import type { CheckPlan } from './provider-loop.ts';
import type { CheckReport } from './run-check.ts';

export type { CheckPlan } from './provider-loop.ts';
export type { ProberOptions } from './prober-options.ts';

/**
 * Tests keys that are out of service, or in doubt, when they are due, and with that puts back those that pass; and the
 * models that keys in service are held from for long. For each provider one node does it: the one that holds the provider's
 * lease. A lease saves the cost of double checks; that two nodes may check at once for a moment is harmless, since
 * records change by compare-and-set.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #checker: Checker;
  readonly #loops = new Map<string, ProviderLoop>();
  readonly #budgets = new Map<string, CheckBudget>();

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#checker = new Checker(options.store, options.tools);
  }

  /** Watches over these providers from now on, and over no others. */
  async watch(providers: Iterable<Provider>): Promise<void> {
    await this.stop();
    for (const provider of providers) {
      const { enabled, healthCheckModel } = provider.config.failover;
      // Without a model there is no health check: keys come back when their cooldown is over.
      if (!enabled || healthCheckModel === undefined || provider.pool.size === 0) continue;
      this.#loops.set(
        provider.id,
        new ProviderLoop(provider, this.#options, this.#checker, this.#budgetFor(provider)),
      );
    }
  }

  /** A key of the provider has become due sooner than was known: it is not left waiting for the next round. */
  checkSoon(providerId: string): void {
    this.#loops.get(providerId)?.checkSoon();
  }

  /** What tests of a provider may cost in a day, where its keys are tested here and not on another node. */
  budgetOf(providerId: string): CheckBudget | undefined {
    const loop = this.#loops.get(providerId);
    return loop?.holdsLease === true ? loop.budget : undefined;
  }

  /** Providers of which keys are tested here, and for which the checks of a day are used up, with the time of the next. */
  spentBudgets(now: number): readonly (readonly [providerId: string, until: number])[] {
    return [...this.#loops].flatMap(([id, loop]) => {
      const until = loop.holdsLease || loop.holdsRest ? loop.budget.spentUntil(now) : undefined;
      return until === undefined ? [] : [[id, until] as const];
    });
  }

  /** A reload gives nobody another day's checks. */
  #budgetFor({ id, config }: Provider): CheckBudget {
    const { healthCheckBudget } = config.failover;
    let budget = this.#budgets.get(id);
    if (budget?.perDay !== healthCheckBudget) {
      budget = new CheckBudget(healthCheckBudget);
      this.#budgets.set(id, budget);
    }
    return budget;
  }

  /** Ids of the providers whose keys are tested here and not on another node. */
  get probing(): readonly string[] {
    return [...this.#loops].filter(([, loop]) => loop.holdsLease).map(([id]) => id);
  }

  /** Ids of the providers of which keys are tested here that the nodes which test the others do not know. */
  get probingRest(): readonly string[] {
    return [...this.#loops].filter(([, loop]) => loop.holdsRest).map(([id]) => id);
  }

  /** The checks that a key is to have; undefined where its provider's keys are not watched over. */
  plan(provider: Provider, pooled: PooledKey): readonly CheckPlan[] | undefined {
    return this.#loops.get(provider.id)?.plan(pooled);
  }

  /** Ends checks under way, and gives the leases back so that another node can take over at once. */
  async stop(): Promise<void> {
    const loops = [...this.#loops.values()];
    this.#loops.clear();
    await Promise.all(loops.map((loop) => loop.stop()));
  }

  /**
   * Checks one key now, whatever its state, because somebody asked. What it shows counts. Where a check of it is
   * under way, that one answers, unless a model is named.
   * @param model - as clients name it; undefined: as its trouble wants it, which for a held key is the held model
   */
  async check(
    provider: Provider,
    keyId: string,
    model?: string,
  ): Promise<CheckReport | 'no-health-check' | 'unknown-key'> {
    const pooled = provider.pool.get(keyId);
    if (pooled === undefined) return 'unknown-key';
    const now = this.#options.tools.now();
    const ask: CheckSpec | undefined =
      model === undefined
        ? checkSpecFor(provider, settle(pooled.record, now), this.#checker.context(now))
        : { kind: 'purchase', model: provider.mapModel(model) };
    if (ask === undefined) return 'no-health-check';
    const loop = this.#loops.get(provider.id);
    if (model !== undefined) await loop?.settled(keyId);
    const report = await (loop === undefined
      ? this.#checker.run(provider, pooled, ask, new AbortController().signal)
      : loop.check(pooled, ask));
    return report ?? 'unknown-key';
  }
}
