import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor, type TestGateway } from '../../support/gateway.ts';
import { writesTo } from '../../keys/books.ts';
import { ask, chat } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';

/* Promises about limits that are nearly reached. */

const KEYS = ['sk-first-0123456789abcdef', 'sk-second-0123456789abcde', 'sk-third-0123456789abcdef'] as const;
const [FIRST, SECOND, THIRD] = KEYS;

/** Answers, and tells that so many of 1,000 requests are left for a minute. */
const remaining = (count: number): Behaviour => ({
  kind: 'status',
  status: 200,
  headers: {
    'content-type': 'application/json',
    'x-ratelimit-limit-requests': '1000',
    'x-ratelimit-remaining-requests': String(count),
    'x-ratelimit-reset-requests': '1m0s',
  },
  body: { id: 'chatcmpl-1', object: 'chat.completion', choices: [{ index: 0, message: { content: 'hi' } }] },
});

async function askUntilMet({ url, sim }: TestGateway, key: string): Promise<void> {
  await until(async () => {
    assert.equal((await ask(url)).status, 200);
    return sim.counts(key).total > 0;
  });
}

async function askTimes({ url }: TestGateway, count: number, body = chat('hello')): Promise<void> {
  for (let i = 0; i < count; i++) assert.equal((await ask(url, { body })).status, 200);
}

void test('a key is left before its limit is reached', async (t) => {
  const gateway = await gatewayFor(t, { keys: KEYS, behaviours: { [FIRST]: [remaining(12)] } });
  await askUntilMet(gateway, FIRST);
  await askTimes(gateway, 60);
  assert.equal(gateway.sim.counts(FIRST).total, 1);
  assert.equal(
    (await gateway.keyOf(FIRST)).state,
    'in-service',
    'it is spared, and nothing is held against it',
  );
});

void test('so is the quota domain that it shares', async (t) => {
  const gateway = await gatewayFor(t, {
    provider: {
      apiTokens: [{ key: FIRST, quotaDomain: 'org' }, { key: SECOND, quotaDomain: 'org' }, THIRD],
    },
    behaviours: { [FIRST]: [remaining(0)], [SECOND]: [remaining(0)] },
  });
  const ofDomain = (): number => gateway.sim.counts(FIRST).total + gateway.sim.counts(SECOND).total;
  await until(async () => {
    await askTimes(gateway, 1);
    return ofDomain() > 0;
  });
  await askTimes(gateway, 60);
  // Among two that are scarce and one that is not, a draw of twelve misses the third once in a hundred times.
  assert.ok(ofDomain() <= 5, `asked ${ofDomain()} times`);
});

void test('but not for another model', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    behaviours: { [FIRST]: [{ ...remaining(12), models: ['gpt-5'] }] },
  });
  await askUntilMet(gateway, FIRST);
  await until(async () => {
    await askTimes(gateway, 1, { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] });
    return gateway.sim.counts(FIRST).total > 1;
  });
});

void test('where little is left of every limit the keys are used all the same', async (t) => {
  const scarce = [remaining(1)];
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    behaviours: { [FIRST]: scarce, [SECOND]: scarce, [THIRD]: scarce },
  });
  for (const key of KEYS) await askUntilMet(gateway, key);
  await askTimes(gateway, 20);
});

/** How often anything was ever written in the gateway's store. */
async function writesOf({ stateFile: path = '' }: TestGateway): Promise<number> {
  const store = await openSqliteStore({ path });
  const writes = await writesTo(store);
  await store.close();
  return writes;
}

void test('a thousand answers with enough remaining cost no write', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    state: 'sqlite',
    behaviours: Object.fromEntries(KEYS.map((key) => [key, [remaining(900)]])),
  });
  await askTimes(gateway, 1_000);
  assert.equal(await writesOf(gateway), 0);
});

void test('however many answers have little remaining, it costs one write for each domain', async (t) => {
  const gateway = await gatewayFor(t, {
    state: 'sqlite',
    provider: {
      apiTokens: [{ key: FIRST, quotaDomain: 'org' }, { key: SECOND, quotaDomain: 'org' }, THIRD],
    },
    behaviours: Object.fromEntries(KEYS.map((key) => [key, [remaining(3)]])),
  });
  await askTimes(gateway, 300);
  for (const key of KEYS) await askUntilMet(gateway, key);
  // The key without a configured domain has one of its own by now, which is told with the rest.
  await until(async () => (await writesOf(gateway)) >= 2);
  await gateway.sparekey.drain();
  const writes = await writesOf(gateway);
  assert.ok(writes <= 3, `${writes} writes`);
});
