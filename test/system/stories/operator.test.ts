import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gatewayFor, simulatedProvider } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';

/* Promises to the operator, by their numbers. */

const KEY = 'sk-first-0123456789abcdef';
const OTHER = 'sk-other-0123456789abcdef';

void test('20: an operator can disable one key by hand, and it stays so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const state = { path: join(folder, 'state.db') };
  const provider = {
    failover: { enabled: true, failureThreshold: 1, healthCheckModel: 'gpt-5', healthCheckInterval: 100 },
  };
  const first = await gatewayFor(t, {
    keys: [KEY, OTHER],
    provider,
    state,
    behaviours: { [OTHER]: [{ kind: 'invalid-key', times: 3 }] },
  });
  const { id } = await first.keyOf(KEY);
  const disabled = await fetch(`${first.adminUrl}/api/keys/${id}/disable?reason=leaked`, {
    method: 'POST',
    headers: { 'x-sparekey-operator': 'alice' },
  });
  assert.equal(disabled.status, 200);

  // Neither need, nor health checks that bring another key back, nor a restart put it back.
  assert.equal((await ask(first.url)).status, 502);
  await until(async () => (await first.keyOf(OTHER)).state === 'in-service');
  for (let i = 0; i < 20; i++) assert.equal((await ask(first.url)).status, 200);
  assert.equal((await first.keyOf(KEY)).state, 'disabled');
  await first.sparekey.drain();

  const second = await gatewayFor(t, {
    state,
    config: { providers: [simulatedProvider(first.sim, [KEY, OTHER], provider)] },
  });
  for (let i = 0; i < 20; i++) assert.equal((await ask(second.url)).status, 200);
  const view = await second.keyOf(KEY);
  assert.deepEqual([view.state, view.reason], ['disabled', 'disabled by hand by alice: leaked']);
  assert.equal(first.sim.counts(KEY).total, 0, 'the provider never saw it');

  await fetch(`${second.adminUrl}/api/keys/${id}/enable`, { method: 'POST' });
  await until(async () => {
    await ask(second.url);
    return first.sim.counts(KEY).total > 0;
  });
});
