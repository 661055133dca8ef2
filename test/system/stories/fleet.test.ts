import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';

/* Promises about what failures have in common: the provider's trouble, the request's own, and what tries cost. */

const KEYS = Array.from({ length: 6 }, (_, i) => `sk-number-${i}-0123456789abc`);
const FAILS_AS_A_WHOLE = 'a provider fails as a whole: no key of it is blamed';

/** Failover without a health check in between. */
const patient = (failureThreshold: number, more: ConfigParts = {}): ConfigParts => ({
  failover: { enabled: true, failureThreshold, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '1h' },
  ...more,
});

/** All keys do the same. */
const all = (behaviour: Behaviour): Record<string, readonly Behaviour[]> =>
  Object.fromEntries(KEYS.map((key) => [key, [behaviour]]));

/** What the operator was told of the provider as a whole. */
function notices(gateway: TestGateway): readonly unknown[] {
  return gateway.logs().filter(({ msg }) => msg === FAILS_AS_A_WHOLE);
}

async function assertUntouched(gateway: TestGateway): Promise<void> {
  for (const { state, failures, models } of await gateway.keys()) {
    assert.deepEqual([state, failures, models], ['in-service', 0, {}]);
  }
}

void suite('2: a 503 of the whole provider takes no key out', () => {
  for (const threshold of [1, 3]) {
    void test(`where ${threshold} in a row would, and the keys are used again at once when it is back`, async (t) => {
      const gateway = await gatewayFor(t, {
        keys: KEYS,
        // Too few tries for one request to look like the trouble itself.
        provider: patient(threshold, { attempts: 2 }),
        behaviours: all({ kind: 'server-error', status: 503 }),
      });
      for (let i = 0; i < 40; i++) assert.equal((await ask(gateway.url)).status, 503);
      await assertUntouched(gateway);
      assert.equal(notices(gateway).length, 1, 'the operator hears of it once');

      for (const key of KEYS) gateway.sim.script(key, []);
      const before = gateway.sim.requests.length;
      await until(async () => {
        assert.equal((await ask(gateway.url)).status, 200);
        const used = new Set(gateway.sim.requests.slice(before).map(({ key }) => key));
        return KEYS.every((key) => used.has(key));
      });
    });
  }

  void test('also after a time in which every key answered', async (t) => {
    const gateway = await gatewayFor(t, { keys: KEYS, provider: patient(2, { attempts: 2 }) });
    await until(async () => {
      await ask(gateway.url);
      return KEYS.every((key) => gateway.sim.counts(key).completed > 0);
    });
    for (const key of KEYS) gateway.sim.script(key, [{ kind: 'server-error', status: 503 }]);
    for (let i = 0; i < 40; i++) assert.equal((await ask(gateway.url)).status, 503);
    await assertUntouched(gateway);
    assert.equal(notices(gateway).length, 1);
  });

  void test('but keys that fail while others answer are bad keys', async (t) => {
    const [first, second, ...others] = KEYS;
    assert.ok(first !== undefined && second !== undefined);
    const failing: readonly Behaviour[] = [{ kind: 'server-error', status: 503 }];
    const gateway = await gatewayFor(t, {
      keys: KEYS,
      provider: patient(2),
      behaviours: { [first]: failing, [second]: failing },
    });
    await until(async () => {
      assert.equal((await ask(gateway.url)).status, 200);
      const states = [await gateway.keyOf(first), await gateway.keyOf(second)].map(({ state }) => state);
      return states.every((state) => state === 'out-of-service');
    });
    for (const key of others) assert.equal((await gateway.keyOf(key)).state, 'in-service');
    assert.deepEqual(notices(gateway), []);
  });
});

void test("a request that fails alike with three keys is answered with the provider's error, and no key pays", async (t) => {
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    provider: patient(1, { attempts: 6 }),
    behaviours: all({ kind: 'server-error', operations: ['embeddings'] }),
  });
  const answerOthers = async (): Promise<void> => {
    for (let i = 0; i < 40; i++) assert.equal((await ask(gateway.url)).status, 200);
  };
  await answerOthers();
  const before = gateway.sim.requests.length;
  const asked = await ask(gateway.url, {
    path: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input: 'hello' },
  });
  assert.deepEqual([asked.status, asked.code], [500, 'server_error']);
  const tried = gateway.sim.requests.slice(before).map(({ key }) => key);
  assert.equal(tried.length, 3);
  assert.equal(new Set(tried).size, 3, 'each with a key of its own');
  await assertUntouched(gateway);
  await answerOthers();
});

void test('a provider that fails every request is asked little more than twice for each', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    provider: patient(1_000, { attempts: 6 }),
    behaviours: all({ kind: 'server-error' }),
  });
  const startedAt = Date.now();
  const count = 200;
  for (let i = 0; i < count; i++) assert.notEqual((await ask(gateway.url)).status, 200);
  // The first move to another key is free; of further ones there are ten, or a fifth of the requests, in ten seconds.
  const windows = Math.ceil((Date.now() - startedAt) / 10_000);
  const most = 2 * count + windows * Math.max(10, 0.2 * count);
  const asked = gateway.sim.requests.length;
  assert.ok(asked > count, 'other keys were tried');
  assert.ok(asked <= most, `${asked} times for ${count} requests`);
});

void test("6: Gemini's 400 for a bad key takes the key out, and nobody hears of it", async (t) => {
  const [bad, ...others] = KEYS;
  assert.ok(bad !== undefined);
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    provider: patient(3, { type: 'openai-compatible' }),
    behaviours: {
      [bad]: [
        {
          kind: 'status',
          status: 400,
          body: [
            {
              error: {
                code: 400,
                message: 'API key not valid. Please pass a valid API key.',
                status: 'INVALID_ARGUMENT',
                details: [
                  {
                    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                    reason: 'API_KEY_INVALID',
                    domain: 'googleapis.com',
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  });
  await until(async () => {
    assert.equal((await ask(gateway.url)).status, 200);
    return (await gateway.keyOf(bad)).state === 'out-of-service';
  });
  assert.equal(gateway.sim.counts(bad).total, 1);
  assert.match((await gateway.keyOf(bad)).reason ?? '', /^refused by the provider as invalid/);
  for (const key of others) assert.equal((await gateway.keyOf(key)).state, 'in-service');
});
