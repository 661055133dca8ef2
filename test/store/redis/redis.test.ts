import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../../src/store/contract.ts';
import { openRedisStore } from '../../../src/store/redis/redis.ts';
import { sharedStoreContract, storeContract } from '../contract-suite.ts';
import type { OpenedShared } from '../contract-suite.ts';
import {
  behindSentinels,
  cluster,
  overTls,
  patient,
  placeAt,
  single,
  withOption,
  withUser,
} from './deployments.ts';
import type { Deployment } from './deployments.ts';

/** One deployment for all tests of a kind; each test has a prefix of its own there. */
const deployments: Readonly<Record<string, () => Promise<Deployment>>> = {
  redis: () => single(),
  'redis with a user': withUser,
  'redis over TLS': overTls,
  'redis cluster': cluster,
  'redis behind sentinels': behindSentinels,
};

for (const [kind, start] of Object.entries(deployments)) {
  let deployment: Promise<Deployment> | undefined;
  let prefixes = 0;
  const open = async (): Promise<OpenedShared> => {
    deployment ??= start();
    const { url } = await deployment;
    return openShared(withOption(patient(url), `prefix=p${prefixes++}`));
  };
  storeContract(kind, open);
  sharedStoreContract(kind, open);
  after(async () => (await deployment)?.dispose());
}

async function openShared(url: string): Promise<OpenedShared> {
  const place = placeAt(url);
  const stores: Store[] = [];
  const another = async (): Promise<Store> => {
    const store = await openRedisStore(place);
    stores.push(store);
    return store;
  };
  return {
    store: await another(),
    another,
    passTime: async (ms) => sleep(ms),
    dispose: async () => void (await Promise.all(stores.map((store) => store.close()))),
  };
}
