import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyBook } from '../../../src/keys/book/book.ts';
import { keyId } from '../../../src/keys/key.ts';
import { Secret } from '../../../src/base/secret.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { openStore } from '../../../src/store/open.ts';
import { placeAt } from '../../store/redis/deployments.ts';
import { RedisServer } from '../../store/redis/redis-server.ts';
import { folderFor } from '../../support/folder.ts';
import { adminKeysAt, simulatedProvider } from '../../support/gateway.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { SteadyLoad } from './load.ts';
import type { RequestResult } from './load.ts';

/** Longer than by default, and longer than a request takes on a machine that is busy with other tests. Milliseconds. */
const STORE_TIMEOUT_MS = 3_000;
/** From the store's return until all agree. Milliseconds. */
const CONVERGENCE_MS = 2_000;

const GOOD = ['sk-good-1-0123456789abcdef', 'sk-good-2-0123456789abcdef'] as const;
/** Revoked before the store goes away. */
const LEFT_BEFORE = 'sk-left-before-0123456789abcdef';
/** Refused once while the store is away, so that one gateway alone knows of it. */
const LEFT_MEANWHILE = 'sk-left-meanwhile-0123456789abcdef';
/** Disabled by the operator while the store is away, at one gateway. */
const DISABLED_MEANWHILE = 'sk-disabled-meanwhile-0123456789abcdef';

const EXPECTED: Readonly<Record<string, string>> = {
  [GOOD[0]]: 'in-service',
  [GOOD[1]]: 'in-service',
  [LEFT_BEFORE]: 'out-of-service',
  [LEFT_MEANWHILE]: 'out-of-service',
  [DISABLED_MEANWHILE]: 'disabled',
};

/** Two gateways that share a Redis, with load on both. */
interface Fixture {
  readonly redis: RedisServer;
  readonly simulator: Simulator;
  readonly gateways: readonly GatewayProcess[];
  readonly load: SteadyLoad;
}

async function begin(context: TestContext, redisArgs: readonly string[]): Promise<Fixture> {
  const redis = await RedisServer.start({ args: redisArgs });
  context.after(() => redis.dispose());
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const folder = await folderFor(context);
  const state = `redis://127.0.0.1:${redis.port}/0?storeTimeout=${STORE_TIMEOUT_MS}ms`;
  const providers = [simulatedProvider(simulator, Object.keys(EXPECTED))];
  await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify({ state, providers }));
  const gateways = await Promise.all([GatewayProcess.start(folder), GatewayProcess.start(folder)]);
  for (const gateway of gateways) context.after(() => gateway.kill());
  const load = new SteadyLoad(gateways.map(({ url }) => url));
  context.after(() => load.stop());
  return { redis, simulator, gateways, load };
}

/** What a gateway holds of every key, by its secret. */
async function statesAt({ adminUrl }: GatewayProcess): Promise<Record<string, string>> {
  const keys = await adminKeysAt(adminUrl);
  const stateOf = (secret: string) => keys.find(({ id }) => id === idOf(secret))?.state ?? 'unknown';
  return Object.fromEntries(Object.keys(EXPECTED).map((secret) => [secret, stateOf(secret)]));
}

/** What a process that starts now would learn from the store. */
async function statesInStore(redis: RedisServer): Promise<Record<string, string>> {
  const store = await openStore(placeAt(`redis://127.0.0.1:${redis.port}/0`));
  const book = await KeyBook.open({ store, onNotice: () => {} });
  const stateOf = (secret: string) => book.record({ id: idOf(secret), providerId: 'sim' }).state;
  const states = Object.fromEntries(Object.keys(EXPECTED).map((secret) => [secret, stateOf(secret)]));
  await book.close();
  await store.close();
  return states;
}

function idOf(secret: string): string {
  return keyId('sim', new Secret(secret));
}

function areAs(
  expected: Readonly<Record<string, string>>,
  states: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(expected).every(([key, state]) => states[key] === state);
}

async function isAway({ url }: GatewayProcess): Promise<boolean> {
  return (await ask(url, { method: 'GET', path: '/ready' })).text.includes('"store":"away"');
}

/** Lets the store be away for a time, with all that happens meanwhile, and holds what comes of it to the promises. */
async function outlive(
  context: TestContext,
  fixture: Fixture,
  outage: { readonly begin: () => unknown; readonly end: () => unknown; readonly lastsMs: number },
): Promise<void> {
  const { redis, simulator, gateways, load } = fixture;
  const [one, other] = gateways;
  assert.ok(one !== undefined && other !== undefined);
  simulator.script(LEFT_BEFORE, [{ kind: 'invalid-key' }]);
  await until(async () => {
    const states = await Promise.all([statesAt(one), statesAt(other), statesInStore(redis)]);
    return states.every((each) => areAs({ [LEFT_BEFORE]: 'out-of-service' }, each));
  });

  const isOver = sleep(outage.lastsMs);
  await outage.begin();
  await until(async () => (await Promise.all(gateways.map(isAway))).every(Boolean));
  simulator.script(LEFT_MEANWHILE, [{ kind: 'invalid-key', times: 1 }]);
  const disabled = await ask(other.adminUrl, {
    path: `/api/keys/${idOf(DISABLED_MEANWHILE)}/disable`,
    body: '',
  });
  assert.equal(disabled.status, 202, 'counts already, and is to be stored');
  const knowing = async (): Promise<number> => {
    const states = await Promise.all(gateways.map(statesAt));
    return states.filter((each) => each[LEFT_MEANWHILE] === 'out-of-service').length;
  };
  await until(async () => (await knowing()) > 0);
  await isOver;
  assert.equal(await knowing(), 1, 'the other gateway could not hear of it');

  await outage.end();
  const backAt = performance.now();
  await until(async () => (await Promise.all(gateways.map(statesAt))).every((each) => areAs(EXPECTED, each)));
  const convergedMs = performance.now() - backAt;
  await until(async () => areAs(EXPECTED, await statesInStore(redis)));
  await load.untilAnswered(200);

  const { perSecond } = load;
  const answered = await load.stop();
  const plain = answered.filter(({ asksStore }) => !asksStore);
  const asking = answered.filter(({ asksStore }) => asksStore);
  context.diagnostic(
    `${answered.length} requests at ${perSecond.toFixed(0)}/s; slowest ${slowest(plain)} ms, ` +
      `with a question to the store ${slowest(asking)} ms; all agreed ${convergedMs.toFixed(0)} ms after its return`,
  );
  assert.deepEqual(
    plain.filter(({ status }) => status !== 200),
    [],
  );
  // The provider's own words: it has no such response.
  assert.deepEqual(
    asking.filter(({ code }) => code !== 'previous_response_not_found'),
    [],
  );
  assert.deepEqual(
    plain.filter(({ ms }) => ms > STORE_TIMEOUT_MS),
    [],
  );
  assert.deepEqual(
    asking.filter(({ ms }) => ms > 2 * STORE_TIMEOUT_MS),
    [],
  );
  assert.ok(convergedMs <= CONVERGENCE_MS, `${convergedMs} ms`);
}

function slowest(list: readonly RequestResult[]): string {
  return Math.max(...list.map(({ ms }) => ms)).toFixed(0);
}

void suite('a Redis that goes away under 200 requests a second, and what happens meanwhile', () => {
  void test('killed with -9, and back with what it had written down', async (context) => {
    const fixture = await begin(context, ['--appendonly', 'yes', '--appendfsync', 'always']);
    const { redis } = fixture;
    await outlive(context, fixture, { begin: () => redis.kill(), end: () => redis.start(), lastsMs: 3_000 });
  });

  void test('frozen for 10 s', async (context) => {
    const fixture = await begin(context, []);
    const { redis } = fixture;
    await outlive(context, fixture, {
      begin: () => redis.freeze(),
      end: () => redis.thaw(),
      lastsMs: 10_000,
    });
  });

  void test('killed with -9, and back with nothing: what the gateways know goes back into it', async (context) => {
    const fixture = await begin(context, []);
    const { redis } = fixture;
    await outlive(context, fixture, { begin: () => redis.kill(), end: () => redis.start(), lastsMs: 3_000 });
  });
});
