import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { finished } from '../../cli/tools.ts';
import { RedisServer } from '../../store/redis/redis-server.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { gatewayWithWorkers } from '../../workers/tools.ts';

const readiness = z.object({
  status: z.string(),
  store: z.enum(['ok', 'away']),
  storeAwaySince: z.iso.datetime().optional(),
});

const state = z.object({
  store: z.object({
    kind: z.string(),
    description: z.string(),
    awaySince: z.iso.datetime().nullable(),
    unwrittenKeys: z.number(),
  }),
  probing: z.array(z.string()),
});

async function get<T>(url: string, path: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse((await ask(url, { method: 'GET', path })).json());
}

void test('an operator sees that the store is away, since when, and that it is back', async (context) => {
  const redis = await RedisServer.start();
  context.after(() => redis.dispose());
  const url = `redis://127.0.0.1:${redis.port}/0`;
  const gateway = await gatewayWithWorkers(context, { state: url });
  const { adminUrl } = gateway;
  const list = () => finished(context, ['keys', 'list', '--admin', adminUrl]);

  await until(async () => (await get(adminUrl, '/api/state', state)).probing.length === 1);
  assert.deepEqual(await get(adminUrl, '/api/state', state), {
    store: { kind: 'redis', description: url, awaySince: null, unwrittenKeys: 0 },
    probing: ['sim'],
  });
  assert.deepEqual(await get(gateway.url, '/ready', readiness), { status: 'ready', store: 'ok' });
  assert.equal((await list()).stderr, '');

  const before = new Date().toISOString();
  await redis.kill();
  let seen: z.infer<typeof readiness> | undefined;
  await until(async () => {
    seen = await get(gateway.url, '/ready', readiness);
    return seen.store === 'away';
  });
  assert.ok((seen?.storeAwaySince ?? '') >= before);
  await until(async () => (await get(adminUrl, '/api/state', state)).store.awaySince !== null);
  const { stdout, stderr } = await list();
  assert.match(stdout, /1 key: 1 in service/);
  assert.match(stderr, /^The store is away since 20\S+Z: /);

  await redis.start();
  await until(async () => (await get(gateway.url, '/ready', readiness)).store === 'ok');
  await until(async () => (await get(adminUrl, '/api/state', state)).store.awaySince === null);
  const away = await gateway.logged(3, ({ msg }) => String(msg).startsWith('the store does not answer;'));
  const back = await gateway.logged(3, ({ msg }) => msg === 'the store answers again');
  const processes = new Set([1, 2, undefined]);
  assert.deepEqual(new Set(away.map(({ worker }) => worker)), processes);
  assert.deepEqual(new Set(back.map(({ worker }) => worker)), processes);
  assert.deepEqual([away.length, back.length], [3, 3], 'once in each process');
});
