import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { chatText } from '../../support/answers.ts';
import {
  gatewayFor,
  simulatedProvider,
  type ConfigParts,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway.ts';
import { ask, chat, MAX_REQUESTS } from '../../support/http.ts';
import { rawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about a provider that fails as a whole: the next one of the route answers, and nobody waits for the first. */

/** Keys of one provider; their names tell whose they are. */
const keysOf = (provider: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `sk-${provider}-${n}-0123456789abcdef`);

const behaving = (keys: readonly string[], behaviour: Behaviour): Record<string, readonly Behaviour[]> =>
  Object.fromEntries(keys.map((key) => [key, [behaviour]]));

interface Setting {
  /** The pools by the ids of their providers, in the order of the route. */
  readonly pools: Readonly<Record<string, readonly string[]>>;
  readonly behaviours?: Readonly<Record<string, readonly Behaviour[]>>;
  /** Options of single providers. */
  readonly more?: Readonly<Record<string, ConfigParts>>;
}

/** A gateway with one route over all the pools. */
function routeOver(t: TestContext, { pools, behaviours = {}, more = {} }: Setting): Promise<TestGateway> {
  return gatewayFor(t, {
    behaviours,
    config: (simulator) => ({
      providers: Object.entries(pools).map(([id, keys]) =>
        simulatedProvider(simulator, keys, { id, ...more[id] }),
      ),
      routes: [{ model: '*', to: Object.keys(pools) }],
    }),
  });
}

/** Requests that came to the simulator with keys of a provider. */
function askedOf(gateway: TestGateway, provider: string): number {
  const { pool } = gateway.sparekey.runtime().providers.get(provider) ?? assert.fail();
  return [...pool.all()].reduce((sum, { key }) => sum + gateway.sim.counts(key.secret.reveal()).total, 0);
}

async function assertUntouched(gateway: TestGateway): Promise<void> {
  for (const { provider, state, failures, models } of await gateway.keys()) {
    assert.deepEqual([provider, state, failures, models], [provider, 'in-service', 0, {}]);
  }
}

/** Without a health check within a test, and three failures in a row to leave service. */
const THRESHOLD_3: ConfigParts = {
  failover: { enabled: true, failureThreshold: 3, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '1h' },
};

/** How all of a provider fails, by what its keys do or where it stands. */
const OUTAGES: Readonly<Record<string, Behaviour | 'refused'>> = {
  'a 500': { kind: 'server-error', status: 500 },
  'a 503': { kind: 'server-error', status: 503 },
  'a page of HTML with a 502': { kind: 'html-502' },
  'connections refused': 'refused',
  'connections reset': { kind: 'refuse' },
  'an empty 200': { kind: 'empty-stream' },
};

void suite('a provider that fails as a whole costs no request', () => {
  for (const [how, outage] of Object.entries(OUTAGES)) {
    for (const size of [1, 2, 3, 5]) {
      void test(`of ${size} ${size === 1 ? 'key' : 'keys'}, by ${how}`, async (t) => {
        const pools = { main: keysOf('main', size), spare: keysOf('spare', 2) };
        const nowhere = outage === 'refused' ? await closedPort(t) : undefined;
        const gateway = await routeOver(t, {
          pools,
          behaviours: outage === 'refused' ? {} : behaving(pools.main, outage),
          more: { main: { ...THRESHOLD_3, ...(nowhere !== undefined && { baseUrl: nowhere }) } },
        });
        for (let n = 0; n < 60; n++) {
          const answer = await ask(gateway.url, { body: chat(`question ${n}`) });
          assert.ok(chatText(answer) !== undefined, `request ${n}: ${answer.status} ${answer.text}`);
        }
        const requests = await gateway.requestsLogged(60);
        for (const { attempts, provider } of requests.slice(30))
          assert.deepEqual([attempts, provider], [1, 'spare'], 'nobody asks main any more');
      });
    }
  }
});

/** An address at which nothing listens. */
async function closedPort(t: TestContext): Promise<string> {
  const { origin, close } = await rawUpstream(t, () => {});
  await close();
  return origin;
}

void test('what `retryOnStatus` does not name is tried with no other key, and goes to the next provider', async (t) => {
  const pools = { main: keysOf('main', 3), spare: keysOf('spare', 1) };
  const gateway = await routeOver(t, {
    pools,
    behaviours: behaving(pools.main, { kind: 'server-error', status: 500 }),
    more: { main: { ...THRESHOLD_3, retryOnFailure: { enabled: true, retryOnStatus: ['429'] } } },
  });
  const { status, headers } = await ask(gateway.url);
  assert.deepEqual([status, headers['x-sparekey-attempts']], [200, '2']);
  assert.deepEqual([askedOf(gateway, 'main'), askedOf(gateway, 'spare')], [1, 1]);
});

void test('a request that one provider cannot stand is answered by the next, and no key pays', async (t) => {
  const pools = { main: keysOf('main', 6), spare: keysOf('spare', 2) };
  const poisoned: Behaviour = { kind: 'server-error', operations: ['embeddings'] };
  const gateway = await routeOver(t, { pools, behaviours: behaving(pools.main, poisoned) });
  const embedding = {
    path: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input: 'hello' },
  };
  assert.equal((await ask(gateway.url, embedding)).status, 200);
  assert.deepEqual([askedOf(gateway, 'main'), askedOf(gateway, 'spare')], [3, 1]);
  await assertUntouched(gateway);
});

void test('a request that fails alike with every provider is the trouble itself: no key pays, and none is taken for down', async (t) => {
  const pools = { first: keysOf('first', 4), second: keysOf('second', 4), third: keysOf('third', 4) };
  const all = Object.values(pools).flat();
  const gateway = await routeOver(t, { pools, behaviours: behaving(all, { kind: 'server-error' }) });
  for (const content of ['poison', 'more of it']) {
    const { status, code } = await ask(gateway.url, { body: chat(content) });
    assert.deepEqual([status, code], [500, 'server_error']);
  }
  const asked = Object.keys(pools).map((provider) => askedOf(gateway, provider));
  assert.deepEqual(asked, [6, 6, 6]);
  assert.deepEqual(reported(gateway, DOWN), []);
  await assertUntouched(gateway);
});

void test('two providers of three that fail alike cost no request either, and both are left alone', async (t) => {
  const pools = { first: keysOf('first', 5), second: keysOf('second', 5), third: keysOf('third', 2) };
  const gateway = await routeOver(t, {
    pools,
    behaviours: behaving([...pools.first, ...pools.second], { kind: 'server-error' }),
    more: { first: THRESHOLD_3, second: THRESHOLD_3 },
  });
  for (let n = 0; n < 20; n++)
    assert.equal((await ask(gateway.url, { body: chat(`question ${n}`) })).status, 200);
  for (const { attempts, provider } of (await gateway.requestsLogged(20)).slice(10))
    assert.deepEqual([attempts, provider], [1, 'third']);
});

void suite('a key that is rejected for good uses up none of the tries', () => {
  void test('of a fresh pool all but one key may be dead, and no request is lost', async (t) => {
    const keys = keysOf('main', 32);
    const dead = keys.slice(1);
    const gateway = await routeOver(t, {
      pools: { main: keys },
      behaviours: behaving(dead, { kind: 'invalid-key' }),
    });
    for (let n = 0; n < 20; n++) assert.ok(chatText(await ask(gateway.url)) !== undefined);
    for (const key of dead) assert.ok(gateway.sim.counts(key).total <= 1);
  });

  void test('throttled and empty ones neither, nor those that are denied the model', async (t) => {
    const keys = keysOf('main', 10);
    const [good] = keys;
    assert.ok(good !== undefined);
    const troubles: readonly Behaviour[] = [
      { kind: 'rate-limited', retryAfter: 60 },
      { kind: 'out-of-credit' },
      { kind: 'model-denied', models: ['gpt-5'] },
    ];
    const gateway = await routeOver(t, {
      pools: { main: keys },
      behaviours: Object.fromEntries(
        keys.slice(1).map((key, n) => [key, [troubles[n % troubles.length] ?? { kind: 'invalid-key' }]]),
      ),
    });
    for (let n = 0; n < 10; n++) assert.ok(chatText(await ask(gateway.url)) !== undefined);
  });

  void test('but they do where `maxRetries` bounds them', async (t) => {
    const keys = keysOf('main', 6);
    const gateway = await routeOver(t, {
      pools: { main: keys },
      behaviours: behaving(keys, { kind: 'invalid-key' }),
      more: { main: { retryOnFailure: { enabled: true, maxRetries: 2 } } },
    });
    assert.notEqual((await ask(gateway.url)).status, 200);
    assert.equal(askedOf(gateway, 'main'), 3);
  });
});

void test('a key out of service is a last resort only after every provider of the route had its turn', async (t) => {
  const pools = { main: keysOf('main', 1), spare: keysOf('spare', 1) };
  const [mainKey] = pools.main;
  const [spareKey] = pools.spare;
  assert.ok(mainKey !== undefined && spareKey !== undefined);
  const failing: readonly Behaviour[] = [{ kind: 'server-error', status: 500 }];
  const gateway = await routeOver(t, { pools, behaviours: { [mainKey]: failing } });
  assert.equal((await ask(gateway.url)).status, 200);
  await until(async () => (await gateway.keyOf(mainKey, 'main')).state === 'out-of-service');

  const before = askedOf(gateway, 'main');
  for (let n = 0; n < 10; n++) assert.equal((await ask(gateway.url)).status, 200);
  assert.equal(askedOf(gateway, 'main'), before, 'nobody waits for it');

  gateway.sim.script(spareKey, failing);
  assert.equal((await ask(gateway.url)).status, 500);
  assert.equal(askedOf(gateway, 'main'), before + 1, 'where the spare fails it is tried all the same');
  gateway.sim.script(mainKey, []);
  assert.equal((await ask(gateway.url)).status, 200);
  assert.equal((await gateway.keyOf(mainKey, 'main')).state, 'in-service');
});

/* The circuit: who asks a provider that is down. */

const DOWN = 'a provider is down: requests go elsewhere first';
const BACK = 'a provider answers again';
const FAILING: Behaviour = { kind: 'server-error', status: 503 };

/** Without health checks: keys come back when their time is over. */
const UNCHECKED: ConfigParts = { failover: { enabled: true, failureThreshold: 3, cooldownDuration: '1h' } };

function reported(gateway: TestGateway, message: string): readonly unknown[] {
  return gateway.logs().filter(({ msg }) => msg === message);
}

/** Asks with words of its own each time until the provider `main` is known to be down. */
async function bringDown(gateway: TestGateway, model = 'gpt-5'): Promise<void> {
  const before = reported(gateway, DOWN).length;
  for (let n = 0; reported(gateway, DOWN).length === before; n++)
    await ask(gateway.url, { body: chat(`question ${n}`, { model }) });
}

/** Asks until `condition` holds; every request has to be answered. @returns how many it took */
async function askUntil(gateway: TestGateway, condition: () => boolean): Promise<number> {
  let count = 0;
  for (; !condition(); count++) {
    const answer = await ask(gateway.url, { body: chat(`another question ${count}`) });
    assert.ok(chatText(answer) !== undefined, `${answer.status} ${answer.text}`);
  }
  return count;
}

void suite('a provider that is down', () => {
  void test('is tried by health checks where there are any: no request waits for it, and all go back when it answers', async (t) => {
    const pools = { main: keysOf('main', 5), spare: keysOf('spare', 2) };
    const gateway = await routeOver(t, {
      pools,
      behaviours: behaving(pools.main, FAILING),
      more: { main: THRESHOLD_3 },
    });
    await bringDown(gateway);
    const before = gateway.requests().length;
    for (const key of pools.main) gateway.sim.script(key, []);
    await askUntil(gateway, () => gateway.requests().some(({ provider }) => provider === 'main'));
    const { length } = gateway.requests();
    for (const { attempts } of gateway.requests().slice(before, length)) assert.equal(attempts, 1);
    assert.deepEqual([reported(gateway, DOWN).length, reported(gateway, BACK).length], [1, 1]);
    await assertUntouched(gateway);
  });

  void test('is tried by one request at a time where there are none', async (t) => {
    const pools = { main: keysOf('main', 3), spare: keysOf('spare', 2) };
    const gateway = await routeOver(t, {
      pools,
      behaviours: behaving(pools.main, FAILING),
      more: { main: UNCHECKED },
    });
    await bringDown(gateway);
    const asked = askedOf(gateway, 'main');
    for (const key of pools.main) gateway.sim.script(key, [{ kind: 'hang' }]);
    const gone = new AbortController();
    const { pool } = gateway.sparekey.runtime().providers.get('main') ?? assert.fail();
    const attemptsInFlight = (): number => [...pool.all()].reduce((sum, { inFlight }) => sum + inFlight, 0);
    const isTried = (): boolean => attemptsInFlight() > 0;
    for (let begun = 0; !isTried(); begun++) {
      assert.ok(begun < MAX_REQUESTS, 'the provider is never tried');
      let isOver = false;
      void ask(gateway.url, { signal: gone.signal }).then(() => (isOver = true));
      await until(() => isOver || isTried());
    }
    // That one hangs, and nobody follows it.
    for (let n = 0; n < 20; n++) assert.equal((await ask(gateway.url)).status, 200);
    assert.deepEqual([attemptsInFlight(), askedOf(gateway, 'main')], [1, asked + 1]);
    gone.abort();
  });

  void test('is left alone just as soon where nothing is remembered of its keys', async (t) => {
    const pools = { main: keysOf('main', 3), spare: keysOf('spare', 2) };
    const gateway = await routeOver(t, { pools, more: { main: { failover: { enabled: false } } } });
    for (let n = 0; n < 10; n++) assert.equal((await ask(gateway.url)).status, 200);
    for (const key of pools.main) gateway.sim.script(key, [FAILING]);
    for (let n = 0; n < 40; n++)
      assert.equal((await ask(gateway.url, { body: chat(`question ${n}`) })).status, 200);
    assert.equal(reported(gateway, DOWN).length, 1);
  });

  void test('is known to every gateway of the cluster', async (t) => {
    const pools = { main: keysOf('main', 3), spare: keysOf('spare', 2) };
    const setting = (simulator: Pick<TestGateway['sim'], 'url'>): ConfigParts => ({
      providers: Object.entries(pools).map(([id, keys]) =>
        simulatedProvider(simulator, keys, { id, ...UNCHECKED }),
      ),
      routes: [{ model: '*', to: ['main', 'spare'] }],
    });
    const first = await gatewayFor(t, {
      behaviours: behaving(pools.main, FAILING),
      config: setting,
      state: 'sqlite',
    });
    assert.ok(first.stateFile !== undefined);
    const second = await gatewayFor(t, { config: setting(first.sim), state: { path: first.stateFile } });
    await bringDown(first);
    const isKnown = (): boolean => {
      const provider = second.sparekey.runtime().providers.get('main');
      return provider !== undefined && provider.pool.circuits.get('gpt-5')?.status.state === 'open';
    };
    await until(isKnown);
    const asked = askedOf(first, 'main');
    for (let n = 0; n < 10; n++) assert.equal((await ask(second.url)).status, 200);
    assert.equal(askedOf(first, 'main'), asked);

    // And so is that it is back.
    for (const key of pools.main) first.sim.script(key, []);
    await askUntil(second, () => second.requests().some(({ provider }) => provider === 'main'));
    await until(
      () =>
        first.sparekey.runtime().providers.get('main')?.pool.circuits.get('gpt-5')?.status.state === 'closed',
    );
    assert.equal((await ask(first.url)).status, 200);
    assert.equal((await first.requestsLogged(first.requests().length)).at(-1)?.provider, 'main');
  });

  void test('is asked all the same where there is no other, and by its answer is up', async (t) => {
    const pools = { main: keysOf('main', 3) };
    const gateway = await routeOver(t, {
      pools,
      behaviours: behaving(pools.main, FAILING),
      more: { main: THRESHOLD_3 },
    });
    await bringDown(gateway);
    assert.equal((await ask(gateway.url)).status, 503);
    for (const key of pools.main) gateway.sim.script(key, []);
    assert.equal((await ask(gateway.url)).status, 200);
    assert.equal(reported(gateway, BACK).length, 1);
  });

  void test('is asked all the same where all others are down, or fail', async (t) => {
    // Too few keys for a request to come under suspicion.
    const pools = { main: keysOf('main', 2), spare: keysOf('spare', 2) };
    const gateway = await routeOver(t, {
      pools,
      behaviours: behaving(pools.main, FAILING),
      more: { main: UNCHECKED, spare: UNCHECKED },
    });
    await bringDown(gateway);
    for (const key of pools.spare) gateway.sim.script(key, [FAILING]);
    for (const key of pools.main) gateway.sim.script(key, []);
    assert.equal((await ask(gateway.url)).status, 200, 'main has come back, and nobody knew');

    for (const key of pools.main) gateway.sim.script(key, [FAILING]);
    await until(async () => {
      await ask(gateway.url, { body: chat(`question ${askedOf(gateway, 'main')}`) });
      return reported(gateway, DOWN).length === 3;
    });
    const asked = [askedOf(gateway, 'main'), askedOf(gateway, 'spare')];
    assert.equal((await ask(gateway.url)).status, 503);
    const now = [askedOf(gateway, 'main'), askedOf(gateway, 'spare')];
    assert.deepEqual(
      now,
      asked.map((count) => count + 2),
      'each of them has one try, and another one when all have failed',
    );
    const [, bad] = pools.main;
    for (const key of pools.main) if (key !== bad) gateway.sim.script(key, []);
    for (let n = 0; n < 10; n++) assert.equal((await ask(gateway.url)).status, 200, 'one key will do');
  });

  void test('is left by all its models when two of them fail', async (t) => {
    const pools = { main: keysOf('main', 3), spare: keysOf('spare', 2) };
    const gateway = await routeOver(t, {
      pools,
      behaviours: behaving(pools.main, FAILING),
      more: { main: UNCHECKED },
    });
    await bringDown(gateway, 'gpt-5');
    await bringDown(gateway, 'gpt-5-mini');
    const asked = askedOf(gateway, 'main');
    assert.equal((await ask(gateway.url, { body: chat('hello', { model: 'gpt-5-nano' }) })).status, 200);
    assert.equal(askedOf(gateway, 'main'), asked);
  });
});

void suite('a provider is not taken for down', () => {
  void test('because most of its keys fail, while another one answers', async (t) => {
    const keys = keysOf('main', 6);
    const [good, ...bad] = keys;
    assert.ok(good !== undefined);
    const settingOf = (main: readonly string[]): TestGatewayOptions => ({
      behaviours: behaving(bad, FAILING),
      config: (simulator) => ({
        providers: [
          simulatedProvider(simulator, main, { id: 'main', ...THRESHOLD_3, attempts: 6 }),
          simulatedProvider(simulator, keysOf('spare', 1), { id: 'spare' }),
        ],
        routes: [{ model: '*', to: ['main', 'spare'] }],
      }),
    });
    const gateway = await gatewayFor(t, settingOf([good]));
    assert.equal((await ask(gateway.url)).status, 200);
    await gateway.reload(settingOf(keys));
    for (let n = 0; n < 60; n++)
      assert.equal((await ask(gateway.url, { body: chat(`question ${n}`) })).status, 200);
    assert.deepEqual(reported(gateway, DOWN), []);
  });

  void test('because a client repeats a request that it cannot stand', async (t) => {
    const pools = { main: keysOf('main', 6), spare: keysOf('spare', 2) };
    const gateway = await routeOver(t, {
      pools,
      behaviours: behaving(pools.main, { kind: 'server-error', operations: ['embeddings'] }),
    });
    const poison = { path: '/v1/embeddings', body: { model: 'gpt-5', input: 'poison' } };
    for (let n = 0; n < 3; n++) assert.equal((await ask(gateway.url, poison)).status, 200);
    assert.equal(reported(gateway, DOWN).length, 0);
    await assertUntouched(gateway);
    assert.equal((await ask(gateway.url)).status, 200);
    assert.equal((await gateway.requestsLogged(4)).at(-1)?.provider, 'main');
  });
});
