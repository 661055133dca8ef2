import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';

const [A, B, OTHER] = [
  'sk-shares-1-0123456789ab',
  'sk-shares-2-0123456789ab',
  'sk-alone-0123456789abcd',
] as const;
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

/** 429 for a request that is larger than the whole limit of its key's organisation. */
const TOO_LARGE: Behaviour = {
  kind: 'status',
  status: 429,
  body: {
    error: {
      message:
        'Request too large for gpt-5 in organization org on tokens per min (TPM): Limit 30000, Requested 30601.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    },
  },
};

void test('a request that is too large for one key of a domain is not asked of its others, but of another domain', async (t) => {
  const gateway = await gatewayFor(t, {
    provider: {
      failover,
      apiTokens: [{ key: A, quotaDomain: 'org' }, { key: B, quotaDomain: 'org' }, OTHER],
    },
    behaviours: { [A]: [TOO_LARGE], [B]: [TOO_LARGE] },
  });
  const ofDomain = (): number => gateway.sim.counts(A).total + gateway.sim.counts(B).total;
  for (let i = 0; i < 30; i++) {
    const before = ofDomain();
    assert.equal((await ask(gateway.url)).status, 200);
    assert.ok(ofDomain() - before <= 1, 'one answer speaks for both');
  }
  assert.ok(ofDomain() > 0);
  for (const key of [A, B]) assert.equal((await gateway.keyOf(key)).state, 'in-service');
});

void test('where no other domain is left, the client hears that its request is too large', async (t) => {
  const gateway = await gatewayFor(t, {
    provider: { failover, apiTokens: [A, B].map((key) => ({ key, quotaDomain: 'org' })) },
    behaviours: { [A]: [TOO_LARGE], [B]: [TOO_LARGE] },
  });
  const answer = await ask(gateway.url);
  assert.equal(answer.status, 429);
  assert.match(answer.text, /Request too large/);
  assert.equal(gateway.sim.counts(A).total + gateway.sim.counts(B).total, 1);
});

void test('requests that are too large for every domain do not multiply', async (t) => {
  const keys = Array.from({ length: 30 }, (_, n) => `sk-small-${n}-0123456789ab`);
  const gateway = await gatewayFor(t, {
    keys,
    provider: { failover },
    behaviours: Object.fromEntries(keys.map((key) => [key, [TOO_LARGE]])),
  });
  const requests = 60;
  for (let i = 0; i < requests; i++) assert.equal((await ask(gateway.url)).status, 429);
  const tries = keys.reduce((sum, key) => sum + gateway.sim.counts(key).total, 0);
  // The first move is free, and a fifth of the requests may have more; twice that where the test takes long.
  assert.ok(tries > requests && tries <= 2.4 * requests, `${tries} tries`);
});

/** Nothing is remembered of keys, so that no hold says which of them to leave out. */
const ONE_RETRY = { failover: { enabled: false }, retryOnFailure: { enabled: true, maxRetries: 1 } };
const throttled = (keys: readonly string[]): Record<string, readonly Behaviour[]> =>
  Object.fromEntries(keys.map((key) => [key, [{ kind: 'rate-limited' }]]));

void test('what is throttled is asked of another domain first, though nothing be remembered', async (t) => {
  const sharing = Array.from({ length: 9 }, (_, n) => `sk-shares-${n}-0123456789ab`);
  const apiTokens = [...sharing.map((key) => ({ key, quotaDomain: 'org' })), OTHER];
  const gateway = await gatewayFor(t, {
    provider: { ...ONE_RETRY, apiTokens },
    behaviours: throttled(sharing),
  });
  for (let i = 0; i < 50; i++) assert.equal((await ask(gateway.url)).status, 200);
});

void test('and of another key of the same domain where there is no other domain', async (t) => {
  const gateway = await gatewayFor(t, {
    provider: { ...ONE_RETRY, apiTokens: [A, B].map((key) => ({ key, quotaDomain: 'org' })) },
    behaviours: throttled([A]),
  });
  await until(async () => {
    assert.equal((await ask(gateway.url)).status, 200);
    return gateway.sim.counts(A).total > 0;
  });
});
