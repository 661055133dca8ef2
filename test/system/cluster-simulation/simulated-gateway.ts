import type { AttemptTools } from '../../../src/failover/attempt/attempt-plan.ts';
import { Recorder } from '../../../src/failover/recorder.ts';
import { ServeTrace } from '../../../src/failover/answer/serve-trace.ts';
import { serve } from '../../../src/failover/serve.ts';
import { KeyBook } from '../../../src/keys/book/book.ts';
import type { BookNotice } from '../../../src/keys/book/book-options.ts';
import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { recordId } from '../../../src/keys/key.ts';
import { PoolUpdates } from '../../../src/keys/pool/pool-updates.ts';
import { Pool } from '../../../src/keys/pool/pool.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import { Prober } from '../../../src/probe/prober.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { Dice } from './dice.ts';
import type { OutageWatch } from './outage-watch.ts';
import type { Network, Path } from './network.ts';
import type { ProviderSide } from './provider-side.ts';
import type { Template } from './providers.ts';
import type { NodeSettings } from './settings.ts';
import { StoreClient } from './store-client.ts';
import type { StoreServer } from './store-server.ts';
import { BEGINNING } from './time.ts';
import type { Owner, VirtualTime } from './time.ts';
import type { Trace } from './trace.ts';

/** Something that was counted in a process. */
export interface Applied {
  readonly key: NamedId;
  readonly event: KeyEvent;
  /** What the process went by before and after. */
  readonly before: KeyRecord;
  readonly after: KeyRecord;
  /** Events on this key that were applied here before, and are not known to be in the store. */
  readonly unwritten: number;
}

type NamedId = Parameters<KeyBook['apply']>[0];

/** The world around a process. */
export interface Environment {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly trace: Trace;
  readonly server: StoreServer;
  readonly network: Network;
  readonly providerSide: ProviderSide;
  readonly templates: readonly Template[];
  readonly outage: OutageWatch;
  readonly onApplied: (process: SimulatedGateway, applied: Applied) => void;
  /** A process goes by another record of a key. */
  readonly onChanged: (process: SimulatedGateway, id: string, record: KeyRecord) => void;
  /** A process heard that its write is in the store. */
  readonly onWritten: (revision: number) => void;
}

const LIMITS = { holdBytes: 64 * 1024, stallMs: 1_000 };
/** Share of clients that go away before they have their answer. */
const IMPATIENT = 0.05;

/** A gateway: the real book, pools, prober and failover, in one simulated process with its own clock. */
export class SimulatedGateway implements Owner {
  readonly name: string;
  readonly rate: number;
  alive = true;
  /** Undefined until the store has told what is known. */
  book: KeyBook | undefined;
  providers: readonly Provider[] = [];
  requestsUnderWay = 0;
  /** Ids of keys that its configuration does not have. */
  #removed: ReadonlySet<string>;
  readonly #startedAt: number;
  /** Of keys that came into its configuration later. */
  readonly #hasSince = new Map<string, number>();
  readonly #skewMs: number;
  readonly #path: Path;
  readonly #world: Environment;
  readonly #applied = new Map<string, number>();
  readonly #written = new Map<string, number>();
  #requests = 0;
  #tools: AttemptTools | undefined;
  #prober: Prober | undefined;
  #store: StoreClient | undefined;
  #pools: PoolUpdates | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(
    name: string,
    { skewMs, rate }: NodeSettings,
    path: Path,
    removed: ReadonlySet<string>,
    world: Environment,
  ) {
    this.name = name;
    this.#removed = removed;
    this.rate = rate;
    this.#skewMs = skewMs;
    this.#path = path;
    this.#world = world;
    this.#startedAt = world.time.now;
  }

  hasKey(id: string): boolean {
    return !this.#removed.has(id);
  }

  /** Since when, where it does. True time. */
  hasSince(id: string): number {
    return this.#hasSince.get(id) ?? this.#startedAt;
  }

  clock(trueMs: number): number {
    return Math.round(BEGINNING + (trueMs - BEGINNING) * this.rate + this.#skewMs);
  }

  /** Events applied here under this id that are not known to be in the store. */
  unwritten(id: string): number {
    return this.applied(id) - this.written(id);
  }

  applied(id: string): number {
    return this.#applied.get(id) ?? 0;
  }

  written(id: string): number {
    return this.#written.get(id) ?? 0;
  }

  /** Runs until it is killed. */
  async run(): Promise<void> {
    const { time, dice, server, network, trace, onWritten } = this.#world;
    const path = this.#path;
    const asked = new Map<string, number>();
    const store = new StoreClient({
      server,
      network,
      path,
      time,
      dice,
      owner: this,
      onWrite: (id) => asked.set(id, this.applied(id)),
      onAnswer: (id, { written, current }) => {
        if (!written) return;
        this.#written.set(id, asked.get(id) ?? 0);
        onWritten(current.revision);
      },
    });
    this.#store = store;
    const now = (): number => this.clock(time.now);
    const book = (this.book = this.#watched(
      await KeyBook.open({
        store,
        now,
        onNotice: (notice) => this.#notice(notice),
        isConfigured: (id) => this.hasKey(id),
      }),
    ));
    this.providers = this.#assemble(book);
    this.#tools = {
      recorder: new Recorder(book, () => {}),
      node: this.name,
      now,
      random: dice.random,
    };
    this.#prober = new Prober({
      store,
      tools: this.#tools,
      holder: this.name,
      onCheck: (provider, keyId, { passed, rule }) =>
        trace.add(this.name, () => `checked ${provider.id} ${keyId}: ${passed ? 'passed' : rule}`),
      onBudgetSpent: () => undefined,
      onDefect: (error) => {
        throw error;
      },
      onStoreFailure: () => trace.add(this.name, () => 'the prober has no answer from the store'),
    });
    await (this.#reloading = this.#prober.watch(this.providers));
  }

  /** One client's request, for a model that every provider serves. */
  async request(): Promise<void> {
    const { time, dice, templates, outage } = this.#world;
    const [template] = templates;
    if (this.#tools === undefined || template === undefined) return;
    this.requestsUnderWay++;
    const id = `${this.name}-${++this.#requests}`;
    const expected = outage.requestBegins(this);
    const gone = new AbortController();
    if (dice.chance(IMPATIENT)) time.after(dice.between(0, 500), this, () => gone.abort());
    const call = { ...template.call, id, acceptedAt: this.clock(time.now), signal: gone.signal };
    const order = dice.chance(0.5) ? this.providers : this.providers.toReversed();
    const targets = order.map((provider) => ({ provider, model: 'm' }));
    const tries = new ServeTrace();
    const answer = await serve(call, targets, this.#tools, LIMITS, tries);
    if (expected !== undefined) {
      const failedAt = tries.failed.map(({ provider }) => provider);
      outage.requestEnds(this, expected, { kind: answer.kind, failedAt });
    }
    if (answer.kind === 'answer' && answer.body.kind === 'stream') {
      await answer.body.relay({ write: () => true, onDrain: (resume) => resume() });
    }
    if (answer.kind === 'provider-error' && answer.body.kind === 'stream') answer.body.discard();
    this.requestsUnderWay--;
  }

  apply(key: NamedId, event: KeyEvent, policy: KeyPolicy): void {
    this.book?.apply(key, event, policy);
  }

  /** Takes another configuration over, as a gateway does at a reload. */
  async reload(removed: ReadonlySet<string>): Promise<void> {
    for (const id of this.#removed) if (!removed.has(id)) this.#hasSince.set(id, this.#world.time.now);
    this.#removed = removed;
    const { book } = this;
    // It begins with it.
    if (book === undefined || this.#prober === undefined) return;
    const providers = (this.providers = this.#assemble(book));
    // One after another, as a gateway does.
    const last = this.#reloading;
    await (this.#reloading = Promise.allSettled([last]).then(() => this.#follow(book, providers)));
  }

  /** Ends it at once. What it has sent is still under way. */
  kill(): void {
    this.alive = false;
    this.#store?.disconnect();
  }

  /** Gives its leases back and writes what is unwritten, as far as the store lets it. It does not live on. */
  async stop(): Promise<void> {
    await this.stopProber();
    await this.book?.close();
    this.kill();
  }

  async stopProber(): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled([this.#reloading]);
    await this.#prober?.stop();
  }

  async #follow(book: KeyBook, providers: readonly Provider[]): Promise<void> {
    if (!this.#isStopping) await this.#prober?.watch(providers);
    for (const { id } of providers) await book.forget(id, (keyId) => this.hasKey(keyId));
  }

  #assemble(book: KeyBook): readonly Provider[] {
    const { templates, providerSide } = this.#world;
    const providers = templates.map(({ provider, keys }) => ({
      ...provider,
      pool: new Pool(
        keys.filter(({ id }) => this.hasKey(id)),
        (key) => book.record(key),
      ),
      transport: providerSide.transport(provider.id, this),
    }));
    this.#pools ??= this.#following(book);
    this.#pools.add(providers.map(({ pool }) => pool));
    return providers;
  }

  #following(book: KeyBook): PoolUpdates {
    book.subscribe((id, record) => this.#world.onChanged(this, id, record));
    return new PoolUpdates(book);
  }

  #notice({ kind }: BookNotice): void {
    this.#world.trace.add(this.name, () => `book: ${kind}`);
  }

  /** The same book, with an eye on what is applied. */
  #watched(book: KeyBook): KeyBook {
    const apply = book.apply.bind(book);
    book.apply = (key, event, policy) => {
      const id = recordId(key);
      const unwritten = this.unwritten(id);
      const before = book.record(key);
      apply(key, event, policy);
      const after = book.record(key);
      if (after !== before) this.#applied.set(id, this.applied(id) + 1);
      this.#world.onApplied(this, { key, event, before, after, unwritten });
    };
    return book;
  }
}
