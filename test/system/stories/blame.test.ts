import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chatText } from '../../support/answers.ts';
import { gatewayFor, simulatedProvider, type ConfigParts } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';

/* Promises about counting and blame, by their numbers. */

const KEY = 'sk-first-0123456789abcdef';
const OTHER = 'sk-other-0123456789abcdef';

/** No health check comes in between. */
const threshold = (failureThreshold: number): ConfigParts => ({
  failover: { enabled: true, failureThreshold, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '1h' },
});

const failing = (times: number): Behaviour => ({ kind: 'server-error', times });
const answering = (times: number): Behaviour => ({ kind: 'answer', times });

void suite('1: a threshold is consecutive: a success resets it, over all nodes', () => {
  void test('on one node', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: threshold(3),
      behaviours: { [KEY]: [failing(2), answering(1), failing(2), answering(1), failing(3)] },
    });
    const failuresAfter: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      await ask(gateway.url);
      const { state, failures } = await gateway.keyOf(KEY);
      failuresAfter.push(failures);
      assert.equal(state, 'in-service', `after ${i + 1} requests`);
    }
    assert.deepEqual(failuresAfter, [1, 2, 0, 1, 2, 0, 1, 2]);
    await ask(gateway.url);
    assert.equal((await gateway.keyOf(KEY)).state, 'out-of-service');
  });

  void test('over two nodes that share a store', async (t) => {
    const first = await gatewayFor(t, { keys: [KEY], provider: threshold(3), state: 'sqlite' });
    assert.ok(first.stateFile !== undefined);
    const second = await gatewayFor(t, {
      state: { path: first.stateFile },
      config: { providers: [simulatedProvider(first.sim, [KEY], threshold(3))] },
    });
    const nodes = [first, second];
    first.sim.script(KEY, [failing(2), answering(1), failing(3)]);
    const heardByBoth = (failures: number): Promise<void> =>
      until(async () => {
        const views = await Promise.all(nodes.map((node) => node.keyOf(KEY)));
        return views.every((view) => view.failures === failures);
      });

    await ask(first.url);
    await ask(second.url);
    await heardByBoth(2);
    assert.equal((await ask(first.url)).status, 200);
    await heardByBoth(0);
    await ask(second.url);
    await ask(first.url);
    await heardByBoth(2);
    assert.equal((await second.keyOf(KEY)).state, 'in-service');
    await ask(second.url);
    await until(async () => (await first.keyOf(KEY)).state === 'out-of-service');
    assert.equal((await second.keyOf(KEY)).state, 'out-of-service');
  });
});

void test('3: a context that is too long touches no key, and costs one attempt', async (t) => {
  const tooLong: readonly Behaviour[] = [{ kind: 'bad-request' }];
  const gateway = await gatewayFor(t, {
    keys: [KEY, OTHER],
    provider: threshold(1),
    behaviours: { [KEY]: tooLong, [OTHER]: tooLong },
  });
  for (let i = 0; i < 20; i++) {
    const { status, code } = await ask(gateway.url);
    assert.deepEqual([status, code], [400, 'context_length_exceeded']);
  }
  assert.equal(gateway.sim.requests.length, 20);
  for (const { state, failures, models } of await gateway.keys()) {
    assert.deepEqual([state, failures, models], ['in-service', 0, {}]);
  }
});

void suite(
  '4: a revoked key is out at its first definite 401; a vague 401 or 403 is only a suspicion',
  () => {
    void test('a definite 401', async (t) => {
      const gateway = await gatewayFor(t, {
        keys: [KEY, OTHER],
        provider: threshold(3),
        behaviours: { [KEY]: [{ kind: 'invalid-key' }] },
      });
      for (let i = 0; i < 40; i++) assert.ok(chatText(await ask(gateway.url)) !== undefined);
      assert.equal(gateway.sim.counts(KEY).total, 1);
      const { state, reason } = await gateway.keyOf(KEY);
      assert.equal(state, 'out-of-service');
      assert.match(reason ?? '', /^refused by the provider as invalid.*\(openai\.key-invalid\)$/);
    });

    for (const status of [401, 403]) {
      void test(`a vague ${status}`, async (t) => {
        const vague: Behaviour = { kind: 'status', status, body: { error: { message: 'Forbidden' } } };
        const gateway = await gatewayFor(t, {
          keys: [KEY],
          provider: threshold(3),
          behaviours: { [KEY]: [vague] },
        });
        for (const failures of [1, 2]) {
          await ask(gateway.url);
          const key = await gateway.keyOf(KEY);
          assert.deepEqual([key.state, key.failures], ['in-service', failures]);
        }
        await ask(gateway.url);
        const { state, reason } = await gateway.keyOf(KEY);
        assert.equal(state, 'out-of-service');
        assert.match(reason ?? '', /^failed too often in a row/);
      });
    }
  },
);

void suite('5: one random 502 takes no key out: it takes the threshold', () => {
  void test('one 502', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: threshold(3),
      behaviours: { [KEY]: [{ kind: 'html-502', times: 1 }] },
    });
    assert.equal((await ask(gateway.url)).status, 502);
    assert.equal((await gateway.keyOf(KEY)).state, 'in-service');
    assert.equal((await ask(gateway.url)).status, 200);
    assert.equal((await gateway.keyOf(KEY)).failures, 0);
  });

  void test('as many in a row as the threshold', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: threshold(3),
      behaviours: { [KEY]: [{ kind: 'html-502' }] },
    });
    for (let i = 0; i < 3; i++) await ask(gateway.url);
    assert.equal((await gateway.keyOf(KEY)).state, 'out-of-service');
  });

  void test('but a 429 that means "access terminated" is enough', async (t) => {
    const message = 'Your access was terminated due to violation of our policies.';
    const terminated: Behaviour = {
      kind: 'status',
      status: 429,
      body: { error: { message, type: 'access_terminated', param: null, code: null } },
    };
    const gateway = await gatewayFor(t, {
      keys: [KEY, OTHER],
      provider: threshold(3),
      behaviours: { [KEY]: [terminated] },
    });
    for (let i = 0; i < 40; i++) assert.equal((await ask(gateway.url)).status, 200);
    assert.equal(gateway.sim.counts(KEY).total, 1);
    assert.match((await gateway.keyOf(KEY)).reason ?? '', /^refused by the provider/);
  });
});

void test('21: a retry never picks a key that this request has tried', async (t) => {
  const keys = Array.from({ length: 4 }, (_, i) => `sk-number-${i}-0123456789abc`);
  const gateway = await gatewayFor(t, {
    keys,
    provider: { ...threshold(1_000), attempts: 32 },
    behaviours: Object.fromEntries(keys.map((key) => [key, [{ kind: 'server-error' } as const]])),
  });
  let before = 0;
  for (let i = 0; i < 25; i++) {
    assert.equal((await ask(gateway.url)).status, 500);
    const tried = gateway.sim.requests.slice(before).map(({ key }) => key);
    before += tried.length;
    assert.ok(tried.length > 1, 'the request was tried with another key');
    assert.equal(new Set(tried).size, tried.length);
  }
});
