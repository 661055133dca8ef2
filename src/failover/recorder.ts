import type { KeyBook } from '../keys/book/book.ts';
import type { CircuitStatus } from '../keys/record/circuit-status.ts';
import { isUnproven } from '../keys/record/doubt.ts';
import type { KeyHint, AttemptEnded } from '../keys/record/event.ts';
import type { Key } from '../keys/key.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { ContextWindows } from './context-windows.ts';
import { doubtedEvent } from './outlier-detection/verdict-doubt.ts';
import type { VerdictConfidence } from './outlier-detection/verdict-doubt.ts';
import type { Circuits } from './circuit/circuits.ts';
import type { ProviderNotice } from './provider-notice.ts';
import { newProviderHealth } from './provider-health.ts';
import type { ProviderHealth } from './provider-health.ts';
import type { RetryBudget } from './retry-budget.ts';
import { RateLimiter } from './rate-limiter.ts';
import { FirstOutputStats } from './first-output-stats.ts';

/** Asides written in a second, whatever there is to tell: what takes a key out must not have to wait behind them. */
const MAX_HINTS_PER_SECOND = 100;

/**
 * Writes down what attempts mean for their keys, with an eye on what the others' mean: an ambiguous failure
 * that all keys share is the provider's, and one that a request meets with every key is the request's.
 */
export class Recorder {
  readonly book: KeyBook;
  readonly firstOutputStats = new FirstOutputStats();
  readonly contextWindows = new ContextWindows();
  readonly #onNotice: (notice: ProviderNotice) => void;
  readonly #watched = new Map<string, ProviderHealth>();
  readonly #asides = new RateLimiter(MAX_HINTS_PER_SECOND);

  constructor(book: KeyBook, onNotice: (notice: ProviderNotice) => void) {
    this.book = book;
    this.#onNotice = onNotice;
  }

  /** Times went back: what was counted within windows of time begins anew, since they would not end for as long. */
  reset(): void {
    this.#watched.clear();
  }

  /** The extra tries that a provider's requests may still have. */
  retryBudgetOf(provider: Provider): RetryBudget {
    return this.#watch(provider).retryBudget;
  }

  /** Which models of a provider are down. */
  circuitsOf(provider: Provider): Circuits {
    return this.#watch(provider).circuits;
  }

  /** An attempt with a key is over. A health check speaks of its key alone. @returns how far its verdict is believed */
  record(provider: Provider, pooled: PooledKey, event: AttemptEnded): VerdictConfidence {
    const succeeds = event.effect.kind === 'succeeds';
    if (!event.check && succeeds) {
      pooled.answeredAt = event.at;
      if (pooled.domain !== undefined) pooled.domain.answeredAt = event.at;
      const { correlatedFailures, verdictDoubt } = this.#watch(provider);
      correlatedFailures.recordAnswer(event.at);
      verdictDoubt.recordAnswer(event.model, event.at);
      pooled.unknownModels.recordAnswer(pooled.key.id, event.model);
    }
    if (this.#isOfUnknownModel(provider, pooled, event)) {
      pooled.unknownModels.recordDenial(pooled.key.id, event.model, event.at);
      // Where another key answers the request, that is told like any other denial.
      return 'unproven';
    }
    const counts = event.effect.kind === 'counts' && !event.check;
    if (counts && this.#isProviders(provider, pooled, event)) return 'certain';
    const standing = event.check || succeeds ? 'certain' : this.#weigh(provider, pooled, event);
    if (standing === 'in-doubt') return standing;
    const recorded = standing === 'unproven' ? { ...event, unproven: true as const } : event;
    this.book.apply(pooled.key, recorded, provider.keyPolicy);
    return standing;
  }

  /** Another key of the pool answered the request that `event` ended: what it said of its key was true. */
  confirm({ keyPolicy }: Provider, { key, record }: PooledKey, event: AttemptEnded): void {
    if (isUnproven(record)) {
      this.book.apply(key, { type: 'proven', at: event.at }, keyPolicy);
    } else if (
      record.epoch === event.epoch ||
      (record.state === 'in-service' && record.doubt !== undefined)
    ) {
      this.book.apply(key, { ...event, epoch: record.epoch }, keyPolicy);
    }
  }

  /** Has a key that `event` took out checked at once. */
  requestCheck({ keyPolicy }: Provider, { key, record }: PooledKey, event: AttemptEnded): void {
    if (record.state === 'out-of-service') this.book.apply(key, doubtedEvent(record, event), keyPolicy);
  }

  /** Writes down what an answer said beside itself. @returns false where too much is being told already */
  shareHint(provider: Provider, key: Key, hint: KeyHint): boolean {
    if (!this.#asides.tryAcquire(hint.at)) return false;
    this.book.apply(key, hint, provider.keyPolicy);
    return true;
  }

  /** Takes back what was counted against keys for what was not theirs. */
  pardon(provider: Provider, keyIds: Iterable<string>, since: number, now: number): void {
    for (const id of keyIds) {
      const pooled = provider.pool.get(id);
      if (pooled !== undefined)
        this.book.apply(pooled.key, { type: 'pardoned', at: now, since }, provider.keyPolicy);
    }
  }

  /** What a client asks for may be no model at all. Health checks ask for what is known. */
  #isOfUnknownModel(
    provider: Provider,
    { record }: PooledKey,
    { effect, check, epoch, model }: AttemptEnded,
  ): boolean {
    if (
      effect.kind !== 'denies' ||
      check ||
      !provider.policy.recordsOutcomes ||
      epoch !== record.epoch ||
      record.state !== 'in-service'
    )
      return false;
    const isHeld = record.holds.some((held) => held.model === model);
    return (
      !isHeld && !isConfigured(provider, model) && !this.#watch(provider).verdictDoubt.hasAnsweredModel(model)
    );
  }

  #isProviders(provider: Provider, { key }: PooledKey, { rule, at }: AttemptEnded): boolean {
    const { pool } = provider;
    const fleet = { size: pool.size, answeredAt: (id: string) => pool.get(id)?.answeredAt ?? 0 };
    const correlation = this.#watch(provider).correlatedFailures.recordFailure(key.id, rule, fleet, at);
    if (correlation.kind === 'began') {
      this.pardon(provider, correlation.keys, correlation.since, at);
      this.#onNotice({ kind: 'ejection-frozen', provider: provider.id, rule, keys: correlation.keys.length });
    }
    return correlation.kind !== 'alone';
  }

  #weigh(provider: Provider, pooled: PooledKey, event: AttemptEnded): VerdictConfidence {
    const { pool, keyPolicy, id } = provider;
    const isChecked = provider.config.failover.healthCheckModel !== undefined;
    const { verdictDoubt } = this.#watch(provider);
    const { confidence, doubted, began } = verdictDoubt.assess({ pool, keyPolicy, isChecked }, pooled, event);
    for (const { key, record } of doubted) this.book.apply(key, doubtedEvent(record, event), keyPolicy);
    if (began) {
      const { rule, requestId } = event;
      this.#onNotice({ kind: 'verdicts-doubted', provider: id, rule, keys: doubted.length, requestId });
    }
    return confidence;
  }

  /** A provider without keys, or without failover, has no record that others would read it in. */
  #tellCircuit(provider: Provider, keyId: string | undefined, status: CircuitStatus): void {
    const pooled = keyId === undefined ? undefined : provider.pool.get(keyId);
    if (pooled === undefined || !provider.policy.recordsOutcomes) return;
    this.shareHint(provider, pooled.key, { type: 'circuit', at: status.at, status });
  }

  #watch({ id }: Provider): ProviderHealth {
    let watched = this.#watched.get(id);
    if (watched === undefined) {
      watched = newProviderHealth({
        share: (provider, keyId, mark) => this.#tellCircuit(provider, keyId, mark),
        onNotice: this.#onNotice,
      });
      this.#watched.set(id, watched);
    }
    return watched;
  }
}

/** Whether the operator has named the model, so that it is none that a client made up. */
function isConfigured({ config }: Provider, model: string): boolean {
  const { modelMapping, failover } = config;
  return model === failover.healthCheckModel || Object.values(modelMapping).includes(model);
}
