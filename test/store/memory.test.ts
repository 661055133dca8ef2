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

void test('of what passes by in memory no number pushes out what is to last', async () => {
  const store = openMemoryStore(() => 0);
  await store.remember('passing', 'x', limits.lastingMs);
  await store.remember('lasting', 'x', limits.lastingMs + 1);
  for (let n = 0; n < 100_001; n++) await store.remember(`flood ${n}`, 'x', limits.lastingMs);
  assert.equal(await store.recall('passing'), undefined);
  assert.equal(await store.recall('lasting'), 'x');
  await store.close();
});
