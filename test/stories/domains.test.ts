import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor, until } from '../support/gateway.ts';
import { ask } from '../support/http.ts';

const [A, B, OTHER] = ['sk-shares-1-0123456789ab', 'sk-shares-2-0123456789ab', 'sk-alone-0123456789abcd'];
const failover = { enabled: true, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '200ms' };

void test('what throttles one key of a quota domain keeps its other keys from that model, and no other', async (t) => {
  const gateway = await gatewayFor(t, {
    provider: {
      failover,
      apiTokens: [{ key: A, quotaDomain: 'org' }, { key: B, quotaDomain: 'org' }, OTHER],
    },
    behaviours: {
      [A]: [{ kind: 'rate-limited', retryAfter: 60, models: ['gpt-5'] }],
      [B]: [{ kind: 'rate-limited', retryAfter: 60, models: ['gpt-5'] }],
    },
  });
  for (let i = 0; i < 30; i++) assert.equal((await ask(gateway.url)).status, 200);
  assert.equal(gateway.sim.counts(A).total + gateway.sim.counts(B).total, 1, 'one answer speaks for both');

  const before = gateway.sim.counts(A).completed + gateway.sim.counts(B).completed;
  await until(async () => {
    await ask(gateway.url, { body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] } });
    return gateway.sim.counts(A).completed + gateway.sim.counts(B).completed > before;
  });
});

void test('a quota domain is learned from what the provider says with its answers', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [A, B, OTHER],
    provider: { failover },
    script: {
      keys: {
        [A]: { organization: 'org-shared', behaviours: [] },
        [B]: { organization: 'org-shared', behaviours: [] },
        [OTHER]: { organization: 'org-other', behaviours: [] },
      },
    },
  });
  await until(async () => {
    await ask(gateway.url);
    return [A, B, OTHER].every((key) => gateway.sim.counts(key).total > 0);
  });
  assert.equal((await gateway.keyOf(A))['quotaDomain'], (await gateway.keyOf(B))['quotaDomain']);
  assert.notEqual((await gateway.keyOf(A))['quotaDomain'], (await gateway.keyOf(OTHER))['quotaDomain']);
});

void test('where one key of a domain is out of credit none of the domain is used, until it has credit again', async (t) => {
  const gateway = await gatewayFor(t, {
    provider: {
      failover,
      apiTokens: [{ key: A, quotaDomain: 'org' }, { key: B, quotaDomain: 'org' }, OTHER],
    },
    behaviours: { [A]: [{ kind: 'out-of-credit', times: 2 }], [B]: [{ kind: 'out-of-credit', times: 100 }] },
  });
  await until(async () => {
    await ask(gateway.url);
    const [a, b] = [await gateway.keyOf(A), await gateway.keyOf(B)];
    return a.state === 'out-of-service' || b.state === 'out-of-service';
  });
  const metByTraffic = gateway.sim.counts(A).total + gateway.sim.counts(B).total;
  assert.equal(metByTraffic, 1);
});
