import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import * as z from 'zod';
import { KeyBook } from '../../src/keys/book/book.ts';
import { openStore } from '../../src/store/open.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { StoreHealth } from '../../src/telemetry/store-health.ts';
import { attempt, makeKey, POLICY, revoked } from '../keys/tools.ts';
import { patient, placeAt, single } from '../store/redis/deployments.ts';
import { until } from '../support/until.ts';

const T = Date.parse('2026-03-01T12:00:00.000Z');
const line = z.looseObject({ level: z.string(), msg: z.string(), cause: z.string().optional() });

void test('a Redis that refuses is one line for each reason, without a stack, and one when it takes all again', async (t) => {
  const { url, servers, dispose } = await single();
  t.after(dispose);
  const [server] = servers;
  assert.ok(server !== undefined);
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
  const lines = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((each) => line.parse(JSON.parse(each)));
  const health = new StoreHealth(createLog({ level: 'info', format: 'json', stream }), Date.now);
  const store = await openStore(placeAt(patient(url)));
  const book = await KeyBook.open({ store, retryMs: 5, onNotice: (notice) => health.onNotice(notice) });
  t.after(async () => {
    await book.close();
    await store.close();
  });
  const leave = (name: string): void =>
    book.apply(makeKey('main', `sk-${name}-0123456789`), attempt(revoked, T), POLICY);

  await server.command('CONFIG', 'SET', 'maxmemory', '1');
  leave('one');
  await until(() => lines().length === 1);
  await server.command('REPLICAOF', '127.0.0.1', '1');
  await until(() => lines().length === 2);
  leave('two');
  await server.command('REPLICAOF', 'NO', 'ONE');
  await server.command('CONFIG', 'SET', 'maxmemory', '0');
  await until(() => lines().some(({ msg }) => msg === 'the store answers again'));

  const [first, second] = lines();
  assert.equal(first?.level, 'error');
  assert.match(first.cause ?? '', /^redis:\S+ refused: OOM .*\(its `maxmemory` is used up\)$/);
  assert.match(second?.cause ?? '', /READONLY .*\(it is a replica: `state` has to lead to the master\)$/);
  assert.equal(lines().at(-1)?.['written'], 2);
  const causes = lines().flatMap(({ cause }) => cause ?? []);
  assert.equal(new Set(causes).size, causes.length, text);
  assert.doesNotMatch(text, /stack|node:internal|\.ts:/);
});
