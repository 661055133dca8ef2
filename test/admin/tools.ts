import type { TestContext } from 'node:test';
import { startAdmin } from '../../src/admin/admin.ts';
import type { Admin } from '../../src/admin/admin.ts';
import type { Lift } from '../../src/admin/keys-api.ts';
import type { StateStatus } from '../../src/admin/state-view.ts';
import type { WorkerStatus } from '../../src/admin/worker-view.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { parseConfig } from '../../src/config/load/load.ts';
import { Recorder } from '../../src/failover/recorder.ts';
import { router } from '../../src/routing/route.ts';
import { KeyBook } from '../../src/keys/book/book.ts';
import type { AttemptEnded, Effect } from '../../src/keys/record/event.ts';
import type { Key } from '../../src/keys/key.ts';
import { Secret } from '../../src/base/secret.ts';
import { Prober } from '../../src/probe/prober.ts';
import { openProvider } from '../../src/providers/provider.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open.ts';
import { ask } from '../support/http.ts';
import type { HttpAnswer } from '../support/http.ts';
import { seededRandom } from '../keys/tools.ts';

/** An admin listener over real keys, without a gateway beside it. */
export interface AdminFixture {
  readonly admin: Admin;
  readonly url: string;
  readonly book: KeyBook;
  readonly store: Store;
  readonly prober: Prober;
  /** What went wrong inside. */
  readonly defects: readonly unknown[];
  /** Holds that were ended by hand. */
  readonly lifts: readonly Lift[];
  /** Milliseconds since the epoch; moved by tests. */
  readonly clock: { now: number };
  provider(id: string): Provider;
  /** The key with this secret. */
  key(secret: string): Key;
  /** An attempt with the key is over, now. */
  happens(secret: string, effect: Effect, more?: Partial<AttemptEnded>): void;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  post(path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<HttpAnswer>;
}

export interface AdminFixtureOptions {
  /** As in a configuration file. */
  readonly providers: readonly Readonly<Record<string, unknown>>[];
  readonly token?: string;
  /** This process alone, by default. */
  readonly workers?: readonly WorkerStatus[];
  /** As in a configuration file. */
  readonly routes?: readonly Readonly<Record<string, unknown>>[];
  readonly state?: Partial<StateStatus>;
  /** Where what no route matches goes: to the first provider, or with null nowhere. */
  readonly activeProviderId?: null;
  /** Keys that are out are tested when they are due. */
  readonly watched?: boolean;
  /** Between the book and the real one. */
  readonly wrapStore?: (store: Store) => Store;
}

const STATE: StateStatus = {
  kind: 'memory',
  description: 'memory:',
  awaySince: undefined,
  lostWritesAt: undefined,
  unwritten: 0,
  clock: { wallAheadMs: 0, wallSet: undefined },
  probing: [],
  probingRest: [],
  configurations: { differSince: undefined, others: [] },
  refusedFile: undefined,
  checksSpent: [],
  emptyAnswers: [],
};

export const START = Date.parse('2026-03-01T12:00:00.000Z');

const SELF: WorkerStatus = { number: 1, pid: process.pid, state: 'ready', since: START, restarts: 0 };

/** Opens a fixture that is closed with the test. */
export async function openAdminFixture(
  context: TestContext,
  options: AdminFixtureOptions,
): Promise<AdminFixture> {
  const { wrapStore = (same) => same } = options;
  const store = wrapStore(await openStore({ kind: 'memory' }));
  const book = await KeyBook.open({ store, onNotice: () => undefined });
  const clock = { now: START };
  const config = configOf(options);
  const providers = new Map(
    config.providers.map((each) => [each.id, openProvider(each, (key) => book.record(key))]),
  );
  book.subscribe((id, record) => {
    for (const { pool } of providers.values()) pool.update(id, record);
  });
  const recorder = new Recorder(book, () => undefined);
  const prober = new Prober({
    store,
    tools: {
      recorder,
      node: 'node-1',
      now: () => clock.now,
      random: () => 0,
    },
    holder: 'test',
    onCheck: () => undefined,
    onBudgetSpent: () => undefined,
    onDefect: () => undefined,
    onStoreFailure: () => undefined,
  });
  const activeProviderId = options.activeProviderId === null ? undefined : config.activeProviderId;
  const route = router(providers, { ...config, activeProviderId, random: Math.random });
  if (options.watched === true) await prober.watch(providers.values());
  const defects: unknown[] = [];
  const lifts: Lift[] = [];
  const admin = await startAdmin({
    listen: { host: '127.0.0.1', port: 0 },
    node: 'node-1',
    workers: () => options.workers ?? [SELF],
    state: () => ({ ...STATE, ...options.state }),
    ...(options.token !== undefined && { token: new Secret(options.token) }),
    runtime: () => ({ providers, route }),
    book,
    recorder,
    prober,
    now: () => clock.now,
    random: seededRandom(1),
    onLift: (lift) => lifts.push(lift),
    onDefect: (error) => defects.push(error),
  });
  context.after(async () => {
    await admin.close();
    await prober.stop();
    await book.close();
    await store.close();
    for (const { transport } of providers.values()) await transport.destroy();
  });

  const url = `http://127.0.0.1:${admin.address.port}`;
  const find = (secret: string): { provider: Provider; key: Key } => {
    for (const provider of providers.values()) {
      for (const { key } of provider.pool.all()) {
        if (key.secret.reveal() === secret) return { provider, key };
      }
    }
    throw new Error('no such key');
  };
  return {
    admin,
    url,
    book,
    store,
    prober,
    defects,
    lifts,
    clock,
    provider: (id) => {
      const provider = providers.get(id);
      if (provider === undefined) throw new Error('no such provider');
      return provider;
    },
    key: (secret) => find(secret).key,
    happens: (secret, effect, more = {}) => {
      const { provider, key } = find(secret);
      const event: AttemptEnded = {
        type: 'attempt',
        epoch: book.record(key).epoch,
        startedAt: clock.now,
        at: clock.now,
        model: 'gpt-5',
        effect,
        rule: 'test.rule',
        check: false,
        jitter: 0,
        ...more,
      };
      book.apply(key, event, provider.keyPolicy);
    },
    get: (path, headers = {}) => ask(url, { method: 'GET', path, headers }),
    post: (path, headers = {}, body = '') => ask(url, { path, headers, body }),
  };
}

/** The status and code of a refusal. */
export function refusal({ status, code }: HttpAnswer): readonly unknown[] {
  return [status, code];
}

function configOf({ providers, routes = [] }: AdminFixtureOptions): Config {
  const given = { providers, routes, activeProviderId: providers[0]?.['id'] };
  const result = parseConfig(JSON.stringify(given), { env: {} });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}
