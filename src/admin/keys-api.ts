import type { KeyBook } from '../keys/book.ts';
import type { Key } from '../keys/key.ts';
import type { Prober } from '../probe/prober.ts';
import type { CheckReport } from '../probe/run-check.ts';
import type { Provider } from '../providers/provider.ts';
import type { AdminErrorCode } from './errors.ts';
import { viewKey } from './key-view.ts';
import type { KeyView } from './key-view.ts';

/** What the admin API works on. */
export interface KeysApiOptions {
  /** The configuration as it runs now. */
  readonly runtime: () => { readonly providers: ReadonlyMap<string, Provider> };
  readonly book: KeyBook;
  readonly prober: Pick<Prober, 'check'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A change the operator asked for. */
export interface Changed {
  readonly key: KeyView;
  /** False where the store is away: it counts here, and is written when the store is back. */
  readonly stored: boolean;
}

/** What the admin API can do with keys, apart from how it is asked over HTTP. */
export class KeysApi {
  readonly #options: KeysApiOptions;

  constructor(options: KeysApiOptions) {
    this.#options = options;
  }

  /** Every key of one provider or of all. Made as it is read, each key as it is at that moment. */
  list(providerId: string | undefined): Iterable<KeyView> | AdminErrorCode {
    const { providers } = this.#options.runtime();
    if (providerId === undefined) return this.#views(providers.values());
    const provider = providers.get(providerId);
    return provider === undefined ? 'unknown_provider' : this.#views([provider]);
  }

  show(id: string): KeyView | AdminErrorCode {
    const found = this.#find(id);
    return found === undefined ? 'unknown_key' : this.#view(found.provider, found.key);
  }

  /** Takes a key out of service until `enable`, or puts it back whatever its state. */
  async change(id: string, type: 'disabled' | 'enabled'): Promise<Changed | AdminErrorCode> {
    const found = this.#find(id);
    if (found === undefined) return 'unknown_key';
    const { provider, key } = found;
    const { book, now } = this.#options;
    book.apply(key, { type, at: now() }, provider.keyPolicy);
    await book.flushed();
    return { key: this.#view(provider, key), stored: !book.storeFailed };
  }

  /** Checks a key now, whatever its state. */
  async probe(id: string): Promise<CheckReport | AdminErrorCode> {
    const found = this.#find(id);
    if (found === undefined) return 'unknown_key';
    const report = await this.#options.prober.check(found.provider, id);
    if (report === 'unknown-key') return 'unknown_key';
    if (report === 'no-health-check') return 'no_health_check';
    await this.#options.book.flushed();
    return report;
  }

  *#views(providers: Iterable<Provider>): Generator<KeyView> {
    for (const provider of providers) {
      for (const { key } of provider.pool.all()) yield this.#view(provider, key);
    }
  }

  #view(provider: Provider, key: Key): KeyView {
    const { book, now } = this.#options;
    const isChecked = provider.config.failover.healthCheckModel !== undefined;
    return viewKey(key, book.record(key), provider.pool.get(key.id)?.domain?.name, isChecked, now());
  }

  /** Ids of keys are unique over providers. */
  #find(id: string): { readonly provider: Provider; readonly key: Key } | undefined {
    for (const provider of this.#options.runtime().providers.values()) {
      const pooled = provider.pool.get(id);
      if (pooled !== undefined) return { provider, key: pooled.key };
    }
    return undefined;
  }
}
