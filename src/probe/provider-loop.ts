import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { CheckBudget } from './check-budget.ts';
import type { CheckSpec, CheckKind } from './check-spec.ts';
import type { Checker } from './checker.ts';
import { checksOf, checksOfKey } from './due-checks.ts';
import type { DueCheck, DueContext } from './due-checks.ts';
import { HoldTimes } from './hold-times.ts';
import { KeyShare } from './key-share.ts';
import type { Share } from './key-share.ts';
import type { ProberOptions } from './prober-options.ts';
import type { CheckReport } from './run-check.ts';

/** A check that a key is to have. */
export interface CheckPlan {
  /** When it is due; never in the past. Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: CheckKind;
  /** Of whom an answer is asked, as the provider names it; undefined where none is. */
  readonly model: string | undefined;
  /** This process does it; otherwise whichever looks after the key. */
  readonly here: boolean;
  /** It costs something and the day's budget is spent here, until then. Milliseconds since the epoch. */
  readonly spentUntil: number | undefined;
  readonly why: DueCheck['why'];
}

/** Checks under way at once for one provider. */
const MAX_AT_ONCE = 10;
/** Rounds of the loop are no further apart than this, however long the interval. Milliseconds. */
const MAX_ROUND_MS = 30_000;
const MIN_ROUND_MS = 50;
/** A provider whose prober has died is probed again within three intervals, within these bounds. Milliseconds. */
const MIN_TAKEOVER_MS = 5_000;
const MAX_TAKEOVER_MS = 60_000;
/** From a check's beginning to its end, in its own time limit: it may take more than one request. */
const REQUESTS_A_CHECK = 3;
/** How often in a round's time a node asks for a lease that another one holds. */
const ASKS_A_ROUND = 3;
/**
 * Of a day's budget, what checks of keys in service may use up, for a hold or for what a client's request said of them:
 * the rest is for keys that serve nobody.
 */
const IN_SERVICE_SHARE = 0.5;

/** Tests those keys of one provider that this node looks after, when they are due. */
export class ProviderLoop {
  readonly #provider: Provider;
  readonly #options: ProberOptions;
  readonly #checker: Checker;
  readonly #roundMs: number;
  readonly #askMs: number;
  readonly #stopped = new AbortController();
  readonly #underWay = new Map<string, Promise<CheckReport | undefined>>();
  readonly #holdTimes = new HoldTimes();
  readonly #budget: CheckBudget;
  readonly #keyShare: KeyShare;
  #share: Share | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #storeFailed = false;
  #toldSpentUntil = 0;

  /** @param budget - what costs something; the same after a reload */
  constructor(provider: Provider, options: ProberOptions, checker: Checker, budget: CheckBudget) {
    this.#provider = provider;
    this.#options = options;
    this.#checker = checker;
    const { healthCheckInterval, healthCheckTimeout } = provider.config.failover;
    this.#budget = budget;
    this.#roundMs = Math.min(healthCheckInterval, MAX_ROUND_MS);
    this.#askMs = Math.max(this.#roundMs / ASKS_A_ROUND, MIN_ROUND_MS);
    const takeoverMs = Math.min(Math.max(3 * healthCheckInterval, MIN_TAKEOVER_MS), MAX_TAKEOVER_MS);
    // Whoever takes over may ask so long after it has expired.
    this.#keyShare = new KeyShare({
      store: options.store,
      providerId: provider.id,
      keyIds: Array.from(provider.pool.all(), ({ key }) => key.id),
      holder: options.holder,
      leaseMs: takeoverMs - this.#askMs,
      checkMs: REQUESTS_A_CHECK * healthCheckTimeout,
    });
    this.#schedule(0);
  }

  /** Whether this node looks after the provider as a whole, and not only after keys that other nodes do not know. */
  get holdsLease(): boolean {
    return this.#share?.rank === 0;
  }

  /** Whether it looks after keys alone that the nodes which look after the others do not know. */
  get holdsRest(): boolean {
    return this.#share !== undefined && !this.holdsLease;
  }

  /** Of what costs something: what else tests the provider spends of it, too. */
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
    await Promise.allSettled(this.#underWay.values());
    await this.#keyShare.release().catch(this.#options.onStoreFailure);
  }

  #isOurs({ key }: PooledKey): boolean {
    return this.#share?.has(key.id) === true;
  }

  /** One check of a key at a time: whoever asks for any meanwhile gets its report. */
  check(pooled: PooledKey, ask: CheckSpec): Promise<CheckReport | undefined> {
    return this.#begin(pooled, (signal) => this.#checker.run(this.#provider, pooled, ask, signal));
  }

  /** Waits for what is under way with a key. */
  async settled(keyId: string): Promise<void> {
    await Promise.allSettled([this.#underWay.get(keyId)]);
  }

  #context(now: number): DueContext {
    return { ...this.#checker.context(now), holdTimes: this.#holdTimes };
  }

  /** While a round is under way it does nothing: the next one follows as soon as anything is due. */
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
        .catch((error: unknown) => this.#tellFailure(error))
        .finally(() => this.#schedule(this.#nextRoundMs()));
    }, delayMs);
  }

  async #runRound(): Promise<void> {
    await this.#holdShare();
    if (this.#share === undefined || this.#stopped.signal.aborted) return;
    // Only now: while the store was asked, a key may have been disabled, or have come back.
    for (const due of this.#dueNow()) {
      if (this.#underWay.size >= MAX_AT_ONCE) return;
      if (!this.#underWay.has(due.pooled.key.id)) this.#start(due);
    }
  }

  /** In order of what has been due for longest; keys that are out or in doubt before those that are held from a model. */
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
    this.#storeFailed = false;
  }

  #begin(
    { key: { id } }: PooledKey,
    check: (signal: AbortSignal) => Promise<CheckReport | undefined>,
  ): Promise<CheckReport | undefined> {
    const underWay = this.#underWay.get(id);
    if (underWay !== undefined) return underWay;
    const begun = check(this.#stopped.signal).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, begun);
    return begun;
  }

  #start(due: DueCheck): void {
    const { onCheck, onDefect } = this.#options;
    this.#begin(due.pooled, (signal) => this.#checkWithin(due, signal)).then((report) => {
      if (report !== undefined) onCheck(this.#provider, due.pooled.key.id, report);
    }, onDefect);
  }

  /** Within the day's budget, where it turns out to cost something. */
  async #checkWithin({ pooled, spec, why }: DueCheck, signal: AbortSignal): Promise<CheckReport | undefined> {
    const { now: clock } = this.#options.tools;
    const before = settle(pooled.record, clock());
    // The epoch alone does not tell: two nodes may have taken the key out at once, one by the operator's word.
    const isWanted = (): boolean => {
      const { epoch, state } = settle(pooled.record, clock());
      return epoch === before.epoch && state === before.state;
    };
    const asked = await this.#checker.settle(this.#provider, spec, signal);
    if (!isWanted()) return undefined;
    const now = clock();
    if (asked !== undefined && asked.kind !== 'list' && !this.#budget.take(now, shareOf(why))) {
      this.#tellSpent(now);
      return undefined;
    }
    if (why === 'hold' && spec.model !== undefined) this.#holdTimes.checked(pooled.key.id, spec.model, now);
    return this.#checker.run(this.#provider, pooled, spec, signal, isWanted);
  }

  #tellSpent(now: number): void {
    const until = this.#budget.spentUntil(now);
    if (until === undefined || until === this.#toldSpentUntil) return;
    this.#toldSpentUntil = until;
    this.#options.onBudgetSpent(this.#provider, until);
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
    if (this.#share === undefined) return this.#askMs;
    const now = this.#options.tools.now();
    let delayMs = this.#roundMs;
    // What is due and cannot be checked, for want of a place or of budget, waits for the next round like any other.
    const isFull = this.#underWay.size >= MAX_AT_ONCE;
    for (const { pooled, at, why } of checksOf(this.#provider, this.#context(now))) {
      if (this.#underWay.has(pooled.key.id) || !this.#isOurs(pooled)) continue;
      const isKeptWaiting = at <= now && (isFull || !this.#budget.has(now, shareOf(why)));
      if (!isKeptWaiting) delayMs = Math.min(delayMs, at - now);
    }
    return Math.max(delayMs, MIN_ROUND_MS);
  }
}

function shareOf(why: DueCheck['why']): number {
  return why === 'return' ? 1 : IN_SERVICE_SHARE;
}
