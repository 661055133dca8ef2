import type { KeyBook } from '../keys/book/book.ts';
import type { CircuitStatus } from '../keys/record/circuit-status.ts';
import { isUnproven } from '../keys/record/doubt.ts';
import type { KeyHint, AttemptEnded } from '../keys/record/event.ts';
import type { Key } from '../keys/key.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { hasUnversionedUrl } from '../providers/unversioned-url.ts';
import { ContextWindows } from './context-windows.ts';
import { isOfUnknownPath } from './outlier-detection/unknown-path.ts';
import { doubtedEvent } from './outlier-detection/verdict-doubt.ts';
import type { VerdictConfidence } from './outlier-detection/verdict-doubt.ts';
import type { Circuits } from './circuit/circuits.ts';
import type { ProviderNotice } from './provider-notice.ts';
import { newProviderHealth } from './provider-health.ts';
import type { ProviderHealth } from './provider-health.ts';
import type { RetryBudget } from './retry-budget.ts';
import { RateLimiter } from './rate-limiter.ts';
import { FirstOutputStats } from './first-output-stats.ts';
import type { UnreadableReasoning } from './unreadable-reasoning.ts';

/** Hints written per second at most, so that verdicts do not queue behind them. */
const MAX_HINTS_PER_SECOND = 100;

/**
 * Applies the results of attempts to the records of their keys, through the key book, after comparing them with those of
 * other keys: an ambiguous failure that all keys share is the provider's, one that a request meets with every key is the
 * request's.
 */
export class Recorder {
  readonly book: KeyBook;
  readonly firstOutputStats = new FirstOutputStats();
  readonly contextWindows = new ContextWindows();
  readonly #onNotice: (notice: ProviderNotice) => void;
  readonly #health = new Map<string, ProviderHealth>();
  /** The base URLs without a version that were reported, by provider. */
  readonly #unversioned = new Map<string, string>();
  readonly #hintLimiter = new RateLimiter(MAX_HINTS_PER_SECOND);

  constructor(book: KeyBook, onNotice: (notice: ProviderNotice) => void) {
    this.book = book;
    this.#onNotice = onNotice;
  }

  /** The clock was set back: counts within time windows begin anew, since the windows would last too long. */
  reset(): void {
    this.#health.clear();
  }

  /** The retries that a provider's requests may still make. */
  retryBudgetOf(provider: Provider): RetryBudget {
    return this.#healthOf(provider).retryBudget;
  }

  /** The circuit breakers of a provider's models. */
  circuitsOf(provider: Provider): Circuits {
    return this.#healthOf(provider).circuits;
  }

  /** What a provider has refused to read of conversations. */
  unreadableReasoningOf(provider: Provider): UnreadableReasoning {
    return this.#healthOf(provider).unreadableReasoning;
  }

  /** A request that was signed anew by the provider's clock was accepted. Said once for each difference. */
  reportSigningClock({ id, signingClock }: Provider): void {
    const aheadMs = signingClock?.confirm();
    if (aheadMs !== undefined) this.#onNotice({ kind: 'vendor-clock-differs', provider: id, aheadMs });
  }

  /** A provider has nothing at the path of an operation. Said once where its base URL is probably why. */
  reportNoEndpoint({ id, config }: Provider, operation: string): void {
    const { baseUrl } = config;
    if (this.#unversioned.get(id) === baseUrl || !hasUnversionedUrl(config)) return;
    this.#unversioned.set(id, baseUrl);
    this.#onNotice({ kind: 'url-unversioned', provider: id, operation, baseUrl });
  }

  /** An attempt with a key has ended; a health check is about its key alone. @returns how far its verdict is believed */
  record(provider: Provider, pooled: PooledKey, event: AttemptEnded): VerdictConfidence {
    const succeeds = event.effect.kind === 'succeeds';
    if (!event.check && succeeds) {
      pooled.succeeded(event.at);
      const { correlatedFailures, verdictDoubt } = this.#healthOf(provider);
      correlatedFailures.recordSuccess(event.at);
      verdictDoubt.recordSuccess(event.model, event.at);
      pooled.unknownModels.recordSuccess(pooled.key.id, event.model);
    }
    if (isOfUnknownPath(pooled, event)) {
      this.#checkCondemned(provider, pooled, event);
      return 'in-doubt';
    }
    if (this.#isOfUnknownModel(provider, pooled, event)) {
      pooled.unknownModels.recordDenial(pooled.key.id, event.model, event.at);
      // Where another key answers the request, `confirm` records this like any other denial.
      return 'unproven';
    }
    const counts = event.effect.kind === 'counts' && !event.check;
    if (counts && this.#isProviderFailure(provider, pooled, event)) return 'certain';
    const confidence = event.check || succeeds ? 'certain' : this.#assess(provider, pooled, event);
    if (confidence === 'in-doubt') return confidence;
    const recorded = confidence === 'unproven' ? { ...event, unproven: true as const } : event;
    this.book.apply(pooled.key, recorded, provider.keyPolicy);
    if (event.unknownPath === true) this.#checkCondemned(provider, pooled, event);
    return confidence;
  }

  /** Another key of the pool answered the request of `event`: its verdict is confirmed. */
  confirm({ keyPolicy }: Provider, pooled: PooledKey, event: AttemptEnded): void {
    const { key, record } = pooled;
    // The other key's plan may have what this one lacks.
    if (isOfUnknownPath(pooled, event)) return;
    if (isUnproven(record)) {
      this.book.apply(key, { type: 'proven', at: event.at }, keyPolicy);
    } else if (
      record.epoch === event.epoch ||
      (record.state === 'in-service' && record.doubt !== undefined)
    ) {
      this.book.apply(key, { ...event, epoch: record.epoch }, keyPolicy);
    }
  }

  /** Has a key checked at once that a path of no operation was refused with: the check is believed. */
  #checkCondemned(provider: Provider, pooled: PooledKey, event: AttemptEnded): void {
    const { keyPolicy, config } = provider;
    if (event.effect.kind !== 'condemns' || event.waitMs !== undefined) return;
    if (config.failover.healthCheckModel === undefined) return;
    const { key, record } = pooled;
    const { verdictDoubt } = this.#healthOf(provider);
    if (!verdictDoubt.mayTriggerCheck(pooled, event.at, { keyPolicy, hasHealthChecks: true })) return;
    this.book.apply(key, doubtedEvent(record, event), keyPolicy);
  }

  /** Schedules an immediate check of a key that `event` took out. */
  requestCheck({ keyPolicy }: Provider, { key, record }: PooledKey, event: AttemptEnded): void {
    if (record.state === 'out-of-service') this.book.apply(key, doubtedEvent(record, event), keyPolicy);
  }

  /** Writes a hint into the record of a key. @returns false where the limit per second is reached */
  shareHint(provider: Provider, key: Key, hint: KeyHint): boolean {
    if (!this.#hintLimiter.tryAcquire(hint.at)) return false;
    this.book.apply(key, hint, provider.keyPolicy);
    return true;
  }

  /** Takes back failures that were counted against keys and were not theirs. */
  pardon(provider: Provider, keyIds: Iterable<string>, since: number, now: number): void {
    for (const id of keyIds) {
      const pooled = provider.pool.get(id);
      if (pooled !== undefined)
        this.book.apply(pooled.key, { type: 'pardoned', at: now, since }, provider.keyPolicy);
    }
  }

  /** The denied model may be a name that a client made up. Health checks use known models. */
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
      !isHeld &&
      !isConfigured(provider, model) &&
      !this.#healthOf(provider).verdictDoubt.hasAnsweredModel(model)
    );
  }

  #isProviderFailure(provider: Provider, { key }: PooledKey, { rule, at }: AttemptEnded): boolean {
    const { pool } = provider;
    const view = { size: pool.size, lastSuccessAt: (id: string) => pool.get(id)?.lastSuccessAt ?? 0 };
    const correlation = this.#healthOf(provider).correlatedFailures.recordFailure(key.id, rule, view, at);
    if (correlation.kind === 'began') {
      this.pardon(provider, correlation.keys, correlation.since, at);
      this.#onNotice({ kind: 'ejection-frozen', provider: provider.id, rule, keys: correlation.keys.length });
    }
    return correlation.kind !== 'isolated';
  }

  #assess(provider: Provider, pooled: PooledKey, event: AttemptEnded): VerdictConfidence {
    const { pool, keyPolicy, id } = provider;
    const hasHealthChecks = provider.config.failover.healthCheckModel !== undefined;
    const { verdictDoubt } = this.#healthOf(provider);
    const { confidence, doubted, began } = verdictDoubt.assess(
      { pool, keyPolicy, hasHealthChecks },
      pooled,
      event,
    );
    for (const { key, record } of doubted) this.book.apply(key, doubtedEvent(record, event), keyPolicy);
    if (began) {
      const { rule, requestId } = event;
      this.#onNotice({ kind: 'verdicts-doubted', provider: id, rule, keys: doubted.length, requestId });
    }
    return confidence;
  }

  /** A provider without keys, or without failover, has no record to share it in. */
  #shareCircuit(provider: Provider, keyId: string | undefined, status: CircuitStatus): void {
    const pooled = keyId === undefined ? undefined : provider.pool.get(keyId);
    if (pooled === undefined || !provider.policy.recordsOutcomes) return;
    this.shareHint(provider, pooled.key, { type: 'circuit', at: status.at, status });
  }

  #healthOf({ id }: Provider): ProviderHealth {
    let health = this.#health.get(id);
    if (health === undefined) {
      health = newProviderHealth({
        share: (provider, keyId, status) => this.#shareCircuit(provider, keyId, status),
        onNotice: this.#onNotice,
      });
      this.#health.set(id, health);
    }
    return health;
  }
}

/** Whether the configuration names the model. */
function isConfigured({ config }: Provider, model: string): boolean {
  const { modelMapping, failover } = config;
  return model === failover.healthCheckModel || Object.values(modelMapping).includes(model);
}
