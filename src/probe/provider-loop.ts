import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import type { CheckBudget } from './check-budget.ts';
import type { CheckSpec, CheckKind } from './check-spec.ts';
import type { Checker } from './checker.ts';
import { checksOf, checksOfKey } from './due-checks.ts';
import type { DueCheck, DueContext } from './due-checks.ts';
import { HoldTimes } from './hold-times.ts';
import { KeyShare } from './key-share.ts';
import type { Share } from './key-share.ts';
import type { CheckReport } from './run-check.ts';

/** What the prober needs. */
export interface ProberOptions {
  readonly store: Store;
  readonly tools: AttemptTools;
  /** Names this process in leases. */
  readonly holder: string;
  readonly onCheck: (provider: Provider, keyId: string, report: CheckReport) => void;
  /** Paid checks wait until then. Called once a day. Milliseconds since the epoch. */
  readonly onBudgetSpent: (provider: Provider, until: number) => void;
  /** An exception, that is a bug: the check has no result. */
  readonly onDefect: (error: unknown) => void;
  /** The store does not answer. Called once until it answers the checks of all providers again; every round tries again. */
  readonly onStoreFailure: (error: unknown) => void;
}

/** What the checks of one provider need: they tell each failure of the store, and that it answers. */
export interface LoopOptions extends ProberOptions {
  readonly onStoreAnswer: () => void;
}

/** A scheduled check, as it is shown. */
export interface CheckPlan {
  /** When it is due; never in the past. Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: CheckKind;
  /** As the provider names it; undefined where no model is called. */
  readonly model: string | undefined;
  /** Done by this process; otherwise by the one that probes the key. */
  readonly here: boolean;
  /** It is paid, and the budget here is used up until then. Milliseconds since the epoch. */
  readonly spentUntil: number | undefined;
  readonly why: DueCheck['why'];
}

/** Checks in flight at once for one provider. */
const MAX_AT_ONCE = 10;
/** Between rounds at most, however long the interval. Milliseconds. */
const MAX_ROUND_MS = 30_000;
const MIN_ROUND_MS = 50;
/** When a prober dies, another takes over within three intervals, within these bounds. Milliseconds. */
const MIN_TAKEOVER_MS = 5_000;
const MAX_TAKEOVER_MS = 60_000;
/** Requests of one check at most, each with its own time limit. */
const REQUESTS_A_CHECK = 3;
/** Attempts per round to acquire a lease that another node holds. */
const ACQUIRES_A_ROUND = 3;
/**
 * The share of a day's budget that checks of keys in service may use, for holds and doubts: the rest is for keys that are
 * out.
 */
const IN_SERVICE_SHARE = 0.5;

/** Probes this node's share of one provider's keys, when their checks are due. */
export class ProviderLoop {
  readonly #provider: Provider;
  readonly #options: LoopOptions;
  readonly #checker: Checker;
  readonly #roundMs: number;
  readonly #acquireMs: number;
  readonly #stopped = new AbortController();
  readonly #inFlight = new Map<string, Promise<CheckReport | undefined>>();
  readonly #holdTimes = new HoldTimes();
  readonly #budget: CheckBudget;
  readonly #keyShare: KeyShare;
  #share: Share | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #notifiedSpentUntil = 0;

  /** @param budget - of paid checks; the same after a reload */
  constructor(provider: Provider, options: LoopOptions, checker: Checker, budget: CheckBudget) {
    this.#provider = provider;
    this.#options = options;
    this.#checker = checker;
    const { healthCheckInterval, healthCheckTimeout } = provider.config.failover;
    this.#budget = budget;
    this.#roundMs = Math.min(healthCheckInterval, MAX_ROUND_MS);
    this.#acquireMs = Math.max(this.#roundMs / ACQUIRES_A_ROUND, MIN_ROUND_MS);
    const takeoverMs = Math.min(Math.max(3 * healthCheckInterval, MIN_TAKEOVER_MS), MAX_TAKEOVER_MS);
    // The next holder may try to acquire it so long after it has expired.
    this.#keyShare = new KeyShare({
      store: options.store,
      providerId: provider.id,
      keyIds: Array.from(provider.pool.all(), ({ key }) => key.id),
      holder: options.holder,
      leaseMs: takeoverMs - this.#acquireMs,
      checkMs: REQUESTS_A_CHECK * healthCheckTimeout,
    });
    this.#schedule(0);
  }

  /** Whether this node probes the provider as a whole, and not only keys that other nodes do not have. */
  get holdsLease(): boolean {
    return this.#share?.rank === 0;
  }

  /** Whether it probes only keys that the nodes which probe the others do not have. */
  get holdsRest(): boolean {
    return this.#share !== undefined && !this.holdsLease;
  }

  /** Of paid checks; circuit trials use it, too. */
  get budget(): CheckBudget {
    return this.#budget;
  }

  plan(pooled: PooledKey): readonly CheckPlan[] {
    const now = this.#options.tools.now();
    return checksOfKey(this.#provider, pooled, this.#context(now)).map(
      ({ spec: { kind, model }, at, why }) => ({
        at: Math.max(at, now),
        kind,
        model,
        here: this.#isOurs(pooled),
        spentUntil: kind === 'list' ? undefined : this.#budget.spentUntil(now, shareOf(why)),
        why,
      }),
    );
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.allSettled(this.#inFlight.values());
    await this.#keyShare.release().catch(this.#options.onStoreFailure);
  }

  #isOurs({ key }: PooledKey): boolean {
    return this.#share?.has(key.id) === true;
  }

  /** One check of a key at a time: calls in the meantime get its report. */
  check(pooled: PooledKey, spec: CheckSpec): Promise<CheckReport | undefined> {
    return this.#startOnce(pooled, (signal) => this.#checker.run(this.#provider, pooled, spec, signal));
  }

  /** Waits for the check of a key that is in flight. */
  async settled(keyId: string): Promise<void> {
    await Promise.allSettled([this.#inFlight.get(keyId)]);
  }

  #context(now: number): DueContext {
    return { ...this.#checker.context(now), holdTimes: this.#holdTimes };
  }

  /** Does nothing during a round: the next one follows as soon as anything is due. */
  checkSoon(): void {
    if (this.#timer === undefined || this.#share === undefined) return;
    clearTimeout(this.#timer);
    this.#schedule(MIN_ROUND_MS);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#round = this.#runRound()
        .catch(this.#options.onStoreFailure)
        .finally(() => this.#schedule(this.#nextRoundMs()));
    }, delayMs);
  }

  async #runRound(): Promise<void> {
    await this.#holdShare();
    if (this.#share === undefined || this.#stopped.signal.aborted) return;
    // Only now: in the meantime a key may have been disabled, or have come back.
    for (const due of this.#dueNow()) {
      if (this.#inFlight.size >= MAX_AT_ONCE) return;
      if (!this.#inFlight.has(due.pooled.key.id)) this.#start(due);
    }
  }

  /** Longest due first; keys that are out or in doubt before those with holds. */
  #dueNow(): readonly DueCheck[] {
    const now = this.#options.tools.now();
    const due = [...checksOf(this.#provider, this.#context(now))].filter(
      ({ at, pooled }) => at <= now && this.#isOurs(pooled),
    );
    return due.toSorted((a, b) => Number(a.why === 'hold') - Number(b.why === 'hold') || a.at - b.at);
  }

  async #holdShare(): Promise<void> {
    try {
      this.#share = await this.#keyShare.hold();
    } catch (error) {
      this.#share = undefined;
      this.#keyShare.lost();
      throw error;
    }
    this.#options.onStoreAnswer();
  }

  #startOnce(
    { key: { id } }: PooledKey,
    check: (signal: AbortSignal) => Promise<CheckReport | undefined>,
  ): Promise<CheckReport | undefined> {
    const inFlight = this.#inFlight.get(id);
    if (inFlight !== undefined) return inFlight;
    const started = check(this.#stopped.signal).finally(() => this.#inFlight.delete(id));
    this.#inFlight.set(id, started);
    return started;
  }

  #start(due: DueCheck): void {
    const { onCheck, onDefect } = this.#options;
    this.#startOnce(due.pooled, (signal) => this.#checkWithin(due, signal)).then((report) => {
      if (report !== undefined) onCheck(this.#provider, due.pooled.key.id, report);
    }, onDefect);
  }

  /** Within the budget, where it turns out to be paid. */
  async #checkWithin({ pooled, spec, why }: DueCheck, signal: AbortSignal): Promise<CheckReport | undefined> {
    const { now: clock } = this.#options.tools;
    const before = settle(pooled.record, clock());
    // The epoch alone is not enough: two nodes may have taken the key out at once, one of them by the operator's act.
    const isWanted = (): boolean => {
      const { epoch, state } = settle(pooled.record, clock());
      return epoch === before.epoch && state === before.state;
    };
    const settled = await this.#checker.settle(this.#provider, spec, signal);
    if (!isWanted()) return undefined;
    const now = clock();
    if (settled !== undefined && settled.kind !== 'list' && !this.#budget.take(now, shareOf(why))) {
      this.#notifySpent(now);
      return undefined;
    }
    if (why === 'hold' && spec.model !== undefined) this.#holdTimes.checked(pooled.key.id, spec.model, now);
    return this.#checker.run(this.#provider, pooled, spec, signal, isWanted);
  }

  #notifySpent(now: number): void {
    const until = this.#budget.spentUntil(now);
    if (until === undefined || until === this.#notifiedSpentUntil) return;
    this.#notifiedSpentUntil = until;
    this.#options.onBudgetSpent(this.#provider, until);
  }

  /**
   * Until the next check is due; never longer than the interval of a key that is taken out meanwhile. Without a share,
   * until the next attempt to acquire one.
   */
  #nextRoundMs(): number {
    if (this.#share === undefined) return this.#acquireMs;
    const now = this.#options.tools.now();
    let delayMs = this.#roundMs;
    // What is due and cannot be checked, for want of a place or of budget, waits for the next round like any other.
    const isFull = this.#inFlight.size >= MAX_AT_ONCE;
    for (const { pooled, at, why } of checksOf(this.#provider, this.#context(now))) {
      if (this.#inFlight.has(pooled.key.id) || !this.#isOurs(pooled)) continue;
      const isKeptWaiting = at <= now && (isFull || !this.#budget.has(now, shareOf(why)));
      if (!isKeptWaiting) delayMs = Math.min(delayMs, at - now);
    }
    return Math.max(delayMs, MIN_ROUND_MS);
  }
}

function shareOf(why: DueCheck['why']): number {
  return why === 'return' ? 1 : IN_SERVICE_SHARE;
}
