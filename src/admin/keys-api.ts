import { pinnedTarget } from '../routing/route.ts';
import type { Route, RouteTarget } from '../routing/route.ts';
import type { RouteQuery } from '../routing/route-conditions.ts';
import type { KeyBook } from '../keys/book/book.ts';
import { checkDueAt } from '../keys/record/check-due.ts';
import type { OperatorLifted, Said } from '../keys/record/event.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Prober } from '../probe/prober.ts';
import type { Provider } from '../providers/provider.ts';
import type {
  CheckReportView,
  ChoiceView,
  Explanation,
  FoundKeysView,
  KeyView,
  LiftedHoldsView,
  OutageView,
} from './contract.ts';
import type { AdminErrorCode } from './errors.ts';
import { viewChoice } from './choice-view.ts';
import { explainKey } from './explain-view.ts';
import { viewKey } from './key-view.ts';
import { meantBy } from './meant-keys.ts';
import { viewOutages } from './outage-view.ts';
import { holdOfDomain, isWanted, standingOf } from './standing.ts';
import type { KeyFilter } from './standing.ts';
import type { Viewpoint } from './viewpoint.ts';

/** What the admin API works on. */
export interface KeysApiOptions {
  /** The configuration as it runs now. */
  readonly runtime: () => {
    readonly providers: ReadonlyMap<string, Provider>;
    readonly route: (query: RouteQuery) => Route;
  };
  readonly book: KeyBook;
  readonly prober: Pick<Prober, 'check' | 'plan'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** What this process can know. */
  readonly viewpoint: () => Viewpoint;
  /** The operator ended holds. */
  readonly onLift: (lift: Lift) => void;
}

/** Holds that the operator ended, who and why. */
export interface Lift extends Said {
  readonly provider: string;
  /** As it was asked for; undefined: all. */
  readonly model: string | undefined;
  /** Ids. */
  readonly keys: readonly string[];
}

/** A route refuses such requests, in words of the configuration. */
interface Refused {
  readonly clientsAreTold: string;
}

/** Keys shown of those that a text may mean. */
const MAX_FOUND = 10;

interface Found {
  readonly provider: Provider;
  readonly pooled: PooledKey;
}

/** A change the operator asked for, as it is answered. */
export interface OperatorChange<Answer> {
  readonly answer: Answer;
  /** False where the store is away: it counts here, and is written when the store is back. */
  readonly stored: boolean;
}

/** The operations of the admin API on keys, without HTTP. */
export class KeysApi {
  readonly #options: KeysApiOptions;

  constructor(options: KeysApiOptions) {
    this.#options = options;
  }

  /**
   * The keys that are wanted, of one provider or of all. Made as it is read, each key as it is at that moment; undefined
   * stands for one that is not wanted.
   */
  list(filter: KeyFilter): Iterable<KeyView | undefined> | AdminErrorCode {
    const { providers } = this.#options.runtime();
    if (filter.provider === undefined) return this.#views(providers.values(), filter);
    const provider = providers.get(filter.provider);
    return provider === undefined ? 'unknown_provider' : this.#views([provider], filter);
  }

  /** The keys that a text means: see `meantBy`. The first few of them are shown. */
  find(text: string): FoundKeysView {
    const meant = meantBy(text, this.#all());
    const keys = meant.slice(0, MAX_FOUND).map(({ provider, pooled }) => this.#view(provider, pooled));
    return { count: meant.length, keys };
  }

  show(id: string): KeyView | AdminErrorCode {
    const found = this.#find(id);
    return found === undefined ? 'unknown_key' : this.#view(found.provider, found.pooled);
  }

  /** Why a key is as it is, who decided that, and what comes next. */
  explain(id: string): Explanation | AdminErrorCode {
    const found = this.#find(id);
    if (found === undefined) return 'unknown_key';
    const { provider, pooled } = found;
    const { prober, viewpoint, now } = this.#options;
    const at = now();
    const plans = prober.plan(provider, pooled) ?? [];
    return explainKey(provider, pooled, this.#view(provider, pooled), plans, viewpoint(), at);
  }

  /**
   * Which key a request would get now, and why not the others.
   * @param providerId - that provider alone; undefined: all that its route leads to
   */
  choice(providerId: string | undefined, query: RouteQuery): ChoiceView | Refused | AdminErrorCode {
    const { model } = query;
    const targets = this.#targets(providerId, query);
    if (typeof targets === 'string' || 'clientsAreTold' in targets) return targets;
    const { viewpoint, now, random } = this.#options;
    return viewChoice(model, targets, viewpoint(), now(), random);
  }

  /** What providers are down for. */
  outages(): readonly OutageView[] {
    const { runtime, viewpoint, now } = this.#options;
    const { circuitsOf } = viewpoint();
    return [...runtime().providers.values()].flatMap((provider) => viewOutages(provider, circuitsOf, now()));
  }

  /** Takes a key out of service until `enable`, or puts it back whatever its state and whatever it is held from. */
  async change(
    id: string,
    type: 'disabled' | 'enabled',
    said: Said,
  ): Promise<OperatorChange<KeyView> | AdminErrorCode> {
    const found = this.#find(id);
    if (found === undefined) return 'unknown_key';
    const { provider, pooled } = found;
    const { book, now } = this.#options;
    book.apply(pooled.key, { type, at: now(), ...said }, provider.keyPolicy);
    await book.flushed();
    return { answer: this.#view(provider, pooled), stored: !book.storeFailed };
  }

  /**
   * Ends the holds of all keys of a provider, on every node.
   * @param model - as clients or the provider name it; undefined: whatever they are held from
   */
  async liftHolds(
    providerId: string,
    model: string | undefined,
    said: Said,
  ): Promise<OperatorChange<LiftedHoldsView> | AdminErrorCode> {
    const provider = this.#options.runtime().providers.get(providerId);
    return provider === undefined
      ? 'unknown_provider'
      : this.#lift(provider, provider.pool.all(), model, said);
  }

  /** The same for one key. */
  async liftHoldsOf(
    id: string,
    model: string | undefined,
    said: Said,
  ): Promise<OperatorChange<LiftedHoldsView> | AdminErrorCode> {
    const found = this.#find(id);
    return found === undefined ? 'unknown_key' : this.#lift(found.provider, [found.pooled], model, said);
  }

  async #lift(
    provider: Provider,
    pool: Iterable<PooledKey>,
    model: string | undefined,
    said: Said,
  ): Promise<OperatorChange<LiftedHoldsView>> {
    const { book, now, onLift } = this.#options;
    const at = now();
    const models = model === undefined ? undefined : new Set([model, provider.mapModel(model)]);
    const keys: string[] = [];
    for (const pooled of pool) {
      const held = heldModels(pooled, at).filter((each) => models?.has(each) !== false);
      if (held.length === 0) continue;
      keys.push(pooled.key.id);
      for (const event of liftEvents(held, models === undefined, at))
        book.apply(pooled.key, { ...event, ...said }, provider.keyPolicy);
    }
    if (keys.length > 0) onLift({ provider: provider.id, model, keys, ...said });
    await book.flushed();
    return { answer: { provider: provider.id, keys }, stored: !book.storeFailed };
  }

  /**
   * Checks a key now, whatever its state.
   * @param model - as clients name it; undefined: as its trouble wants it, which for a held key is the held model
   */
  async probe(id: string, model: string | undefined): Promise<CheckReportView | AdminErrorCode> {
    const found = this.#find(id);
    if (found === undefined) return 'unknown_key';
    const report = await this.#options.prober.check(found.provider, id, model);
    if (report === 'unknown-key') return 'unknown_key';
    if (report === 'no-health-check') return 'no_health_check';
    await this.#options.book.flushed();
    return report;
  }

  #targets(
    providerId: string | undefined,
    query: RouteQuery,
  ): readonly RouteTarget[] | Refused | AdminErrorCode {
    const { providers, route } = this.#options.runtime();
    if (providerId === undefined) {
      const found = route(query);
      if (found.kind === 'targets') return found.targets;
      return found.message === undefined ? 'no_route' : { clientsAreTold: found.message };
    }
    const provider = providers.get(providerId);
    return provider === undefined
      ? 'unknown_provider'
      : [pinnedTarget(provider, undefined, query.model, providers)];
  }

  *#views(providers: Iterable<Provider>, filter: KeyFilter): Generator<KeyView | undefined> {
    const { now } = this.#options;
    const holdOf = holdOfDomain(now());
    for (const provider of providers) {
      for (const pooled of provider.pool.all()) {
        const stands = standingOf(pooled, now(), holdOf);
        yield isWanted(stands, filter) ? this.#view(provider, pooled, stands) : undefined;
      }
    }
  }

  *#all(): Generator<Found> {
    for (const provider of this.#options.runtime().providers.values()) {
      for (const pooled of provider.pool.all()) yield { provider, pooled };
    }
  }

  /** By the record that counts: where failover is off that is the operator's word alone, whatever is stored. */
  #view(provider: Provider, pooled: PooledKey, stands = standingOf(pooled, this.#options.now())): KeyView {
    return viewKey(pooled, stands, this.#checkAt(provider, pooled), this.#options.now());
  }

  /** Undefined where nothing is checked but a hold, which keeps it from one model alone. */
  #checkAt(provider: Provider, pooled: PooledKey): number | undefined {
    const dueAt = checkDueAt(settle(pooled.record, this.#options.now()));
    if (dueAt === undefined) return undefined;
    const plans = this.#options.prober.plan(provider, pooled);
    if (plans === undefined)
      return provider.config.failover.healthCheckModel === undefined
        ? undefined
        : Math.max(dueAt, this.#options.now());
    const times = plans
      .filter(({ why }) => why !== 'hold')
      .map(({ at, spentUntil = 0 }) => Math.max(at, spentUntil));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Ids of keys are unique over providers. */
  #find(id: string): Found | undefined {
    for (const provider of this.#options.runtime().providers.values()) {
      const pooled = provider.pool.get(id);
      if (pooled !== undefined) return { provider, pooled };
    }
    return undefined;
  }
}

function heldModels({ record }: PooledKey, now: number): readonly string[] {
  const settled = settle(record, now);
  if (settled.state !== 'in-service') return [];
  return settled.holds.filter(({ until }) => until > now).map(({ model }) => model);
}

/** All at once in one event, or one for each model. */
function liftEvents(held: readonly string[], isAll: boolean, at: number): readonly OperatorLifted[] {
  return isAll ? [{ type: 'lifted', at }] : held.map((model) => ({ type: 'lifted', at, model }));
}
