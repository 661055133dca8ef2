import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor, until, type TestGateway } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';
import type { Behaviour } from '../../src/simulator/behaviour.ts';

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
