import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { until } from '../../support/until.ts';

/*
 * Consumer affinity of the Higress `ai-proxy` plugin, conformance case 12: with the header `x-mse-consumer`,
 * stateful operations and failover off, the key is FNV-1a of the consumer over the number of keys.
 */

const KEYS = ['sk-token-1', 'sk-token-2', 'sk-token-3'];

function pluginFor(t: TestContext, keys = KEYS, more: ConfigParts = {}): Promise<TestGateway> {
  return gatewayFor(t, {
    yaml: ({ url }) =>
      JSON.stringify({ provider: { type: 'openai', openaiCustomUrl: url, apiTokens: keys, ...more } }),
  });
}

const STATEFUL: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', '/v1/responses', { model: 'gpt-5', input: 'hello', store: false }],
  ['GET', '/v1/files'],
  ['GET', '/v1/batches'],
  ['GET', '/v1/fine_tuning/jobs'],
];

/** The keys of five requests for each stateful operation. */
async function keysOf(gateway: TestGateway, consumer?: string): Promise<string[]> {
  const before = gateway.sim.requests.length;
  for (const [method, path, body] of STATEFUL) {
    for (let n = 0; n < 5; n++) {
      await ask(gateway.url, {
        method,
        path,
        headers: { ...(consumer !== undefined && { 'x-mse-consumer': consumer }) },
        ...(body !== undefined && { body }),
      });
    }
  }
  return gateway.sim.requests.slice(before).map(({ key }) => key);
}

void suite('12: consumer affinity', () => {
  const vectors = [
    ['consumer-alpha', 'sk-token-1'],
    ['consumer-alice', 'sk-token-2'],
    ['consumer-gamma', 'sk-token-3'],
  ] as const;
  for (const [consumer, key] of vectors) {
    void test(`12: ${consumer} has ${key}, for every stateful operation, five times over`, async (t) => {
      const gateway = await pluginFor(t);
      const used = await keysOf(gateway, consumer);
      assert.equal(used.length, 5 * STATEFUL.length);
      assert.deepEqual(new Set(used), new Set([key]));
      assert.ok(gateway.sim.requests.every(({ headers }) => headers['x-mse-consumer'] === undefined));
    });
  }

  void test('12: many consumers spread over all keys', async (t) => {
    const gateway = await pluginFor(t);
    for (let n = 0; n < 30; n++) {
      await ask(gateway.url, {
        method: 'GET',
        path: '/v1/files',
        headers: { 'x-mse-consumer': `consumer-${n}` },
      });
    }
    const counts = KEYS.map((key) => gateway.sim.counts(key).total);
    assert.ok(
      counts.every((count) => count >= 5),
      counts.join(),
    );
  });

  void test('12: one key is always that one', async (t) => {
    assert.deepEqual(
      new Set(await keysOf(await pluginFor(t, ['sk-token-1']), 'consumer-gamma')),
      new Set(['sk-token-1']),
    );
  });

  void test('12: without the header any key is taken', async (t) => {
    const gateway = await pluginFor(t);
    const used = new Set<string>();
    await until(async () => {
      for (const key of await keysOf(gateway)) used.add(key);
      return used.size === KEYS.length;
    });
  });

  void test('12: on a chat completion any key is taken', async (t) => {
    const gateway = await pluginFor(t);
    await until(async () => {
      await ask(gateway.url, { body: chat('hello'), headers: { 'x-mse-consumer': 'consumer-alpha' } });
      return KEYS.every((key) => gateway.sim.counts(key).total > 0);
    });
  });

  void test('12: with failover on any key is taken', async (t) => {
    const gateway = await pluginFor(t, KEYS, { failover: { enabled: true, cooldownDuration: 100 } });
    await until(async () => {
      await keysOf(gateway, 'consumer-alpha');
      return KEYS.every((key) => gateway.sim.counts(key).total > 0);
    });
  });

  void test('12: a try after the consumer’s key failed goes to another key', async (t) => {
    const gateway = await pluginFor(t, KEYS, { retryOnFailure: { enabled: true } });
    gateway.sim.script('sk-token-1', [{ kind: 'rate-limited' }]);
    const answer = await ask(gateway.url, {
      method: 'GET',
      path: '/v1/files',
      headers: { 'x-mse-consumer': 'consumer-alpha' },
    });
    assert.equal(answer.status, 200);
    assert.equal(gateway.sim.requests[0]?.key, 'sk-token-1');
    assert.notEqual(gateway.sim.requests[1]?.key, 'sk-token-1');
  });
});
