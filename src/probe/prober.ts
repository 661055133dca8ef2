import type { AttemptTools } from '../failover/attempt.ts';
import type { PooledKey } from '../keys/pool.ts';
import { dueCheck } from '../keys/doubt.ts';
import { settle } from '../keys/record.ts';
import type { KeyRecord } from '../keys/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { Lease, Store } from '../store/contract.ts';
import { CheckBudget } from './check-budget.ts';
import { checkKind, runCheck } from './run-check.ts';
import type { CheckKind, CheckReport } from './run-check.ts';

/** What the prober is given by whoever wires it. */
export interface ProberOptions {
  readonly store: Store;
  readonly tools: AttemptTools;
  /** Names this process in leases. */
  readonly holder: string;
  readonly onCheck: (provider: Provider, keyId: string, report: CheckReport) => void;
  /** A defect of ours: the check came to nothing. */
  readonly onDefect: (error: unknown) => void;
  /** The store did not answer: told once for each provider, until it has answered again. Every round tries again. */
  readonly onStoreFailure: (error: unknown) => void;
}

/** How a key that is out of service is tested, when it is due. */
export interface CheckPlan {
  readonly kind: CheckKind;
  /** This process does it; otherwise whichever holds the provider's lease. */
  readonly here: boolean;
  /** It costs something and the day's budget is spent here, until then. Milliseconds since the epoch. */
  readonly spentUntil: number | undefined;
}

/** Checks under way at once for one provider. */
const MAX_AT_ONCE = 10;
/** Rounds of the loop are no further apart than this, however long the interval. Milliseconds. */
const MAX_ROUND_MS = 30_000;
const MIN_ROUND_MS = 50;
/** A provider whose prober has died is probed again within three intervals, within these bounds. Milliseconds. */
const MIN_TAKEOVER_MS = 5_000;
const MAX_TAKEOVER_MS = 60_000;
/** How often in a round's time a node asks for a lease that another one holds. */
const ASKS_A_ROUND = 3;

/**
 * Tests keys that are out of service, or in doubt, when they are due, and with that puts back those that pass. For each
 * provider one node does it: the one that holds the provider's lease. A lease saves the cost of double
 * checks; that two nodes may check at once for a moment is harmless, since records change by compare-and-set.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #loops = new Map<string, ProviderLoop>();

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** Watches over these providers from now on, and over no others. */
  async watch(providers: Iterable<Provider>): Promise<void> {
    await this.stop();
    for (const provider of providers) {
      const { enabled, healthCheckModel } = provider.config.failover;
      // Without a model there is no health check: keys come back when their cooldown is over.
      if (!enabled || healthCheckModel === undefined || provider.pool.size === 0) continue;
      this.#loops.set(provider.id, new ProviderLoop(provider, this.#options));
    }
  }

  /** A key of the provider has become due sooner than was known: it is not left waiting for the next round. */
  hurry(providerId: string): void {
    this.#loops.get(providerId)?.hurry();
  }

  /** Ids of the providers whose keys are tested here and not on another node. */
  get probing(): readonly string[] {
    return [...this.#loops].filter(([, loop]) => loop.holdsLease).map(([id]) => id);
  }

  /** How a key is tested; undefined where its provider's keys are not. */
  plan(provider: Provider, record: KeyRecord): CheckPlan | undefined {
    return this.#loops.get(provider.id)?.plan(record);
  }

  /** Ends checks under way, and gives the leases back so that another node can take over at once. */
  async stop(): Promise<void> {
    const loops = [...this.#loops.values()];
    this.#loops.clear();
    await Promise.all(loops.map((loop) => loop.stop()));
  }

  /**
   * Checks one key now, whatever its state, because somebody asked. What it shows counts. Where a check of it is
   * under way, that one answers.
   */
  async check(provider: Provider, keyId: string): Promise<CheckReport | 'no-health-check' | 'unknown-key'> {
    const pooled = provider.pool.get(keyId);
    if (pooled === undefined) return 'unknown-key';
    const { healthCheckModel } = provider.config.failover;
    if (healthCheckModel === undefined) return 'no-health-check';
    const loop = this.#loops.get(provider.id);
    const report = await (loop === undefined
      ? runCheck(provider, pooled, healthCheckModel, this.#options.tools, new AbortController().signal)
      : loop.check(pooled, healthCheckModel));
    return report ?? 'unknown-key';
  }
}

class ProviderLoop {
  readonly #provider: Provider;
  readonly #options: ProberOptions;
  readonly #roundMs: number;
  readonly #askMs: number;
  readonly #leaseMs: number;
  readonly #stopped = new AbortController();
  readonly #underWay = new Map<string, Promise<CheckReport | undefined>>();
  readonly #budget: CheckBudget;
  #lease: Lease | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #storeFailed = false;

  constructor(provider: Provider, options: ProberOptions) {
    this.#provider = provider;
    this.#options = options;
    const { healthCheckInterval, healthCheckBudget } = provider.config.failover;
    this.#budget = new CheckBudget(healthCheckBudget);
    this.#roundMs = Math.min(healthCheckInterval, MAX_ROUND_MS);
    this.#askMs = Math.max(this.#roundMs / ASKS_A_ROUND, MIN_ROUND_MS);
    const takeoverMs = Math.min(Math.max(3 * healthCheckInterval, MIN_TAKEOVER_MS), MAX_TAKEOVER_MS);
    // Whoever takes over may ask so long after it has expired.
    this.#leaseMs = takeoverMs - this.#askMs;
    this.#schedule(0);
  }

  get holdsLease(): boolean {
    return this.#lease !== undefined;
  }

  plan(record: KeyRecord): CheckPlan {
    const kind = checkKind(this.#provider, record);
    const spentUntil = kind === 'list' ? undefined : this.#budget.spentUntil(this.#options.tools.now());
    return { kind, here: this.holdsLease, spentUntil };
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.allSettled(this.#underWay.values());
    if (this.#lease === undefined) return;
    await this.#options.store.releaseLease(this.#lease).catch(this.#options.onStoreFailure);
  }

  /** While a round is under way it does nothing: the next one follows as soon as anything is due. */
  hurry(): void {
    if (this.#timer === undefined || this.#lease === undefined) return;
    clearTimeout(this.#timer);
    this.#schedule(MIN_ROUND_MS);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#round = this.#runRound()
        .catch((error: unknown) => this.#tellFailure(error))
        .finally(() => this.#schedule(this.#nextRoundMs()));
    }, delayMs);
  }

  async #runRound(): Promise<void> {
    const isOurs = await this.#holdLease();
    if (!isOurs || this.#stopped.signal.aborted) return;
    // Only now: while the store was asked, a key may have been disabled, or have come back.
    for (const pooled of this.#dueKeys()) {
      if (this.#underWay.size >= MAX_AT_ONCE) return;
      this.#start(pooled);
    }
  }

  /** In order of what has been due for longest. */
  #dueKeys(): PooledKey[] {
    const now = this.#options.tools.now();
    const due: { pooled: PooledKey; at: number }[] = [];
    for (const pooled of this.#provider.pool.tested(now)) {
      const at = dueCheck(settle(pooled.record, now))?.nextCheckAt ?? Infinity;
      if (at <= now && !this.#underWay.has(pooled.key.id)) due.push({ pooled, at });
    }
    return due.toSorted((a, b) => a.at - b.at).map(({ pooled }) => pooled);
  }

  async #holdLease(): Promise<boolean> {
    const { store, holder } = this.#options;
    try {
      this.#lease = await store.acquireLease(`probe/${this.#provider.id}`, holder, this.#leaseMs);
    } catch (error) {
      this.#lease = undefined;
      throw error;
    }
    this.#storeFailed = false;
    return this.#lease !== undefined;
  }

  /** One check of a key at a time: whoever asks meanwhile gets its report. */
  check(pooled: PooledKey, model: string): Promise<CheckReport | undefined> {
    const { id } = pooled.key;
    const underWay = this.#underWay.get(id);
    if (underWay !== undefined) return underWay;
    const check = runCheck(this.#provider, pooled, model, this.#options.tools, this.#stopped.signal).finally(
      () => this.#underWay.delete(id),
    );
    this.#underWay.set(id, check);
    return check;
  }

  #start(pooled: PooledKey): void {
    const { healthCheckModel } = this.#provider.config.failover;
    if (healthCheckModel === undefined) return;
    const isFree = checkKind(this.#provider, pooled.record) === 'list';
    if (!isFree && !this.#budget.take(this.#options.tools.now())) return;
    const { onCheck, onDefect } = this.#options;
    this.check(pooled, healthCheckModel).then((report) => {
      if (report !== undefined) onCheck(this.#provider, pooled.key.id, report);
    }, onDefect);
  }

  #tellFailure(error: unknown): void {
    if (!this.#storeFailed) this.#options.onStoreFailure(error);
    this.#storeFailed = true;
  }

  /**
   * Until the next key is due; never so long that a key taken out meanwhile would wait past its interval. Where
   * another node holds the lease, or the store does not answer, what is due here is no reason to hurry.
   */
  #nextRoundMs(): number {
    if (this.#lease === undefined) return this.#askMs;
    const now = this.#options.tools.now();
    let delayMs = this.#roundMs;
    // What is due and cannot be checked, for want of a place or of budget, waits for the next round like any other.
    const isFull = this.#underWay.size >= MAX_AT_ONCE;
    for (const { record, key } of this.#provider.pool.tested(now)) {
      const at = dueCheck(record)?.nextCheckAt;
      if (at === undefined || this.#underWay.has(key.id)) continue;
      const isKeptWaiting = at <= now && (isFull || this.#budget.isSpent(now));
      if (!isKeptWaiting) delayMs = Math.min(delayMs, at - now);
    }
    return Math.max(delayMs, MIN_ROUND_MS);
  }
}
