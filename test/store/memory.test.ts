import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryStore } from '../../src/store/memory.ts';
import { limits } from '../../src/store/rules.ts';
import { storeContract } from './contract-suite.ts';

storeContract('memory', async () => {
  let now = 1_700_000_000_000;
  const store = openMemoryStore(() => now);
  return {
    store,
    passTime: async (ms) => void (now += ms),
    dispose: () => store.close(),
  };
});

void test('no number of short-lived entries evicts a long-lived one from memory', async () => {
  const store = openMemoryStore(() => 0);
  await store.set('short-lived', 'x', limits.longLivedMs);
  await store.set('long-lived', 'x', limits.longLivedMs + 1);
  for (let n = 0; n < 100_001; n++) await store.set(`flood ${n}`, 'x', limits.longLivedMs);
  assert.equal(await store.get('short-lived'), undefined);
  assert.equal(await store.get('long-lived'), 'x');
  await store.close();
});
