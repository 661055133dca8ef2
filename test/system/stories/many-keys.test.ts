import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { encodeRecord } from '../../../src/keys/book/codec.ts';
import { keyId, recordId } from '../../../src/keys/key.ts';
import { Secret } from '../../../src/base/secret.ts';
import type { Cursor, Store } from '../../../src/store/contract.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite.ts';
import { folderFor } from '../../support/folder.ts';
import { gatewayFor, simulatedProvider, type ConfigParts } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';

const DEAD = Array.from({ length: 30_000 }, (_, i) => `sk-dead-${i}-0123456789abcdef`);
const GOOD = 'sk-good-0123456789abcdef';
const HOUR = 3_600_000;

void test('19: among 30,000 dead keys an operation writes what it changes, and no more', async (t) => {
  const path = join(await folderFor(t), 'state.db');
  const store = await openSqliteStore({ path });
  t.after(() => store.close());
  await buryAll(store);
  let cursor = (await changesAfter(store, undefined)).cursor;
  /** The ids written since it was asked last. */
  const written = async (): Promise<readonly string[]> => {
    const changes = await changesAfter(store, cursor);
    cursor = changes.cursor;
    return changes.ids;
  };

  const gateway = await gatewayFor(t, {
    state: { path },
    config: (sim) => ({ providers: [simulatedProvider(sim, [GOOD, ...DEAD], PROVIDER)] }),
  });
  assert.equal((await ask(gateway.url)).status, 200);
  const views = await gateway.keys();
  assert.equal(views.filter(({ state }) => state === 'out-of-service').length, DEAD.length);
  assert.deepEqual(await written(), [], 'starting, serving and listing');

  const [gone = '', disabled = '', ...others] = DEAD;
  const { status } = await fetch(`${gateway.adminUrl}/api/keys/${idOf(disabled)}/disable`, {
    method: 'POST',
  });
  assert.equal(status, 200);
  assert.deepEqual(await written(), [recordOf(disabled)], 'disabling one');

  const remaining = [GOOD, disabled, ...others];
  await gateway.reload({ config: { providers: [simulatedProvider(gateway.sim, remaining, PROVIDER)] } });
  assert.deepEqual(await written(), [recordOf(gone)], 'a configuration without one of them');

  await gateway.reload({ config: { providers: [simulatedProvider(gateway.sim, remaining, PROVIDER)] } });
  assert.equal((await ask(gateway.url)).status, 200);
  assert.deepEqual(await written(), [], 'the same configuration again');
  assert.equal(gateway.sim.requests.length, 2, 'and nobody asked the provider about the dead ones');
});

/** No health check is due within the test. */
const PROVIDER: ConfigParts = {
  failover: { enabled: true, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '1h' },
};

function idOf(secret: string): string {
  return keyId('sim', new Secret(secret));
}

function recordOf(secret: string): string {
  return recordId({ providerId: 'sim', id: idOf(secret) });
}

/** Every dead key was found out an hour ago, and is checked in an hour. */
async function buryAll(store: Store): Promise<void> {
  const now = Date.now();
  const value = encodeRecord({
    state: 'out-of-service',
    epoch: 1,
    since: now - HOUR,
    cause: 'key_dead',
    rule: 'openai.key-invalid',
    passes: 0,
    failedChecks: 0,
    nextCheckAt: now + HOUR,
  });
  for (const secret of DEAD) await store.compareAndSet(recordOf(secret), 0, value);
}

async function changesAfter(
  store: Store,
  from: Cursor | undefined,
): Promise<{ readonly ids: readonly string[]; readonly cursor: Cursor }> {
  const ids: string[] = [];
  let cursor = from;
  for (;;) {
    const page = await store.changesSince(cursor, 10_000);
    assert.ok(page !== 'lost');
    for (const { id } of page.changes) ids.push(id);
    ({ cursor } = page);
    if (page.complete) return { ids, cursor };
  }
}
