import { openMemoryStore } from '../../src/store/memory.ts';
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
