import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ChangePage, Cursor, Store } from '../../../src/store/contract.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { openRedisStore } from '../../../src/store/redis/redis.ts';
import { scripts } from '../../../src/store/redis/script.ts';
import { behindSentinels, cluster, patient, placeAt, single, withOption } from './deployments.ts';
import type { Deployment } from './deployments.ts';
import { RedisServer } from './redis-server.ts';
import { acquired, catchUp, count, listen, put, withCode, read } from '../tools.ts';
import { until } from '../../support/until.ts';

const LONG_MS = 3_600_000;

interface Fixture extends Deployment {
  readonly store: Store;
  readonly server: RedisServer;
}

/** A store that waits long for its servers, unless the test is about just that. */
async function begin(
  t: TestContext,
  deployment: Deployment,
  url = patient(deployment.url),
): Promise<Fixture> {
  t.after(() => deployment.dispose());
  const store = await openRedisStore(placeAt(url));
  t.after(() => store.close());
  return { ...deployment, store, server: deployment.servers[0] ?? assert.fail() };
}

/** Asks until the store is back. It may fail with errors of its own and with no others. */
async function whenBack<T>(call: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  await until(async () => {
    result = await call().then(
      (value) => ({ value }),
      (error: unknown) => {
        assert.ok(isAway(error), String(error));
        return undefined;
      },
    );
    return result !== undefined;
  });
  return (result ?? assert.fail()).value;
}

/** A server that is being demoted closes its connections; then the role is not known. */
async function roleOf(server: RedisServer): Promise<unknown> {
  const role = await server.command('ROLE').catch(() => undefined);
  return Array.isArray(role) ? role[0] : undefined;
}

/** Moves the slot of a tag, with the keys in it, to the next server. */
async function moveSlot(servers: readonly RedisServer[], tag: string): Promise<void> {
  const [first] = servers;
  const slot = String(await first?.command('CLUSTER', 'KEYSLOT', tag));
  const ids = await Promise.all(
    servers.map(async (server) => String(await server.command('CLUSTER', 'MYID'))),
  );
  const at = Math.floor(Number(slot) / 5461);
  const [from, to] = [servers[at] ?? assert.fail(), servers[(at + 1) % 3] ?? assert.fail()];
  const [fromId = '', toId = ''] = [ids[at], ids[(at + 1) % 3]];
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  const keys = await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '100');
  assert.ok(Array.isArray(keys) && keys.length === 3);
  await from.command('MIGRATE', '127.0.0.1', String(to.port), '', '0', '10000', 'KEYS', ...keys.map(String));
  for (const server of servers) await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
}

function isAway(error: unknown): boolean {
  return error instanceof StoreError && ['store_away', 'store_timeout', 'store_failed'].includes(error.code);
}

/** Everything from the cursor on; `lost` where that is the answer to the first question. */
async function ask(store: Store, cursor: Cursor): Promise<ChangePage | 'lost'> {
  return whenBack(() => store.changesSince(cursor, 100));
}

void describe('redis store: a server that is killed', () => {
  void test('is away at once, and back with what it saved, which is read from the beginning', async (t) => {
    const { store, server } = await begin(t, await single('--appendonly', 'yes', '--appendfsync', 'always'));
    const before = await put(store, 'a', 'x');
    const lease = await acquired(store, 'l', 'h', LONG_MS);
    const { cursor } = await catchUp(store);
    await server.kill();
    await assert.rejects(read(store, 'a'), isAway);
    await assert.rejects(store.compareAndSet('a', before.revision, 'y'), isAway);
    await server.start();
    assert.deepEqual(await whenBack(() => read(store, 'a')), before);
    assert.deepEqual(await store.acquireLease('l', 'h', LONG_MS), lease);
    assert.equal(await ask(store, cursor), 'lost');
    assert.deepEqual((await catchUp(store)).changes, [before]);
    assert.ok((await put(store, 'b', 'x')).revision > before.revision);
  });

  void test('rejects every call at once while it is away, and keeps none', async (t) => {
    const { store, server } = await begin(t, await single());
    await server.kill();
    await assert.rejects(read(store, 'a'), isAway);
    const calls = Array.from({ length: 20_000 }, (_, n) => store.compareAndSet(`k${n}`, 0, 'x'));
    const results = await Promise.allSettled(calls);
    for (const result of results) {
      assert.ok(result.status === 'rejected' && withCode('store_away')(result.reason));
    }
    await server.start();
    await whenBack(() => read(store, 'a'));
    assert.deepEqual((await catchUp(store)).changes, []);
  });

  void test('started again empty, is reported as lost, and gives out no revision or token twice', async (t) => {
    const { store, server } = await begin(t, await single());
    const lost = await put(store, 'a', 'x');
    const lease = await acquired(store, 'l', 'h', LONG_MS);
    const { cursor } = await catchUp(store);
    await server.kill();
    await server.start();
    assert.equal(await ask(store, cursor), 'lost');
    assert.equal(await read(store, 'a'), undefined);
    assert.ok((await put(store, 'a', 'y')).revision > lost.revision);
    assert.ok((await acquired(store, 'l', 'h', LONG_MS)).token > lease.token);
  });

  void test('started again empty, is reported as lost however much was written since', async (t) => {
    const { store, server } = await begin(t, await single());
    await put(store, 'a', 'x');
    const { cursor } = await catchUp(store);
    await server.kill();
    await server.start();
    await whenBack(() => count(store, 'n', 50));
    assert.equal(await ask(store, cursor), 'lost');
  });

  void test('loses no write that it acknowledged, while many are writing', async (t) => {
    const { store, server } = await begin(t, await single('--appendonly', 'yes', '--appendfsync', 'always'));
    let acknowledged = 0;
    const stop = new AbortController();
    const writing = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; !stop.signal.aborted; n++) {
          const written = await whenBack(() => store.compareAndSet(`${writer}/${n}`, 0, 'x'));
          // One that was written without being acknowledged is found again here.
          assert.equal(written.current.value, 'x');
          acknowledged++;
        }
      }),
    );
    for (let kills = 0; kills < 3; kills++) {
      const before = acknowledged;
      await until(async () => acknowledged > before + 200);
      await server.kill();
      await server.start();
    }
    stop.abort();
    await writing;
    assert.equal((await catchUp(store)).changes.length, acknowledged);
  });

  void test('that was not there at the start is used when it appears', async (t) => {
    const deployment = await single();
    const [server] = deployment.servers;
    await server?.kill();
    const { store } = await begin(t, deployment);
    await assert.rejects(read(store, 'a'), withCode('store_away'));
    const signals = listen(store);
    await server?.start();
    await signals.next();
    await whenBack(() => put(store, 'a', 'x'));
  });
});

void describe('redis store: a server that is frozen', () => {
  void test('delays no caller, and is used again when it thaws', async (t) => {
    const deployment = await single();
    const { store, server } = await begin(t, deployment, withOption(deployment.url, 'storeTimeout=500ms'));
    const before = await whenBack(() => put(store, 'a', 'x'));
    server.freeze();
    t.after(() => server.thaw());
    await assert.rejects(store.compareAndSet('a', before.revision, 'y'), isAway);
    // From now on nobody waits: there is no connection that answers.
    const calls = Array.from({ length: 5_000 }, () => read(store, 'a'));
    for (const { status } of await Promise.allSettled(calls)) assert.equal(status, 'rejected');
    server.thaw();
    const after = await whenBack(() => read(store, 'a'));
    // The command that was given up may have been carried out when it thawed.
    assert.ok(after?.value === 'x' || after?.value === 'y');
  });

  void test('is noticed by listeners although there are no calls', async (t) => {
    const deployment = await single();
    const { store, server } = await begin(t, deployment, withOption(deployment.url, 'storeTimeout=500ms'));
    server.freeze();
    t.after(() => server.thaw());
    const noticed = Promise.withResolvers<unknown>();
    store.onChange(() => void store.changesSince(undefined, 1).catch(noticed.resolve));
    assert.ok(isAway(await noticed.promise));
  });

  void test('at the start is not waited for', async (t) => {
    const deployment = await single();
    deployment.servers[0]?.freeze();
    t.after(() => deployment.servers[0]?.thaw());
    const { store, server } = await begin(t, deployment, withOption(deployment.url, 'storeTimeout=500ms'));
    await assert.rejects(read(store, 'a'), withCode('store_away'));
    server.thaw();
    await whenBack(() => read(store, 'a'));
  });
});

void describe('redis store: connections and messages', () => {
  void test('a connection that is killed is renewed, and what was missed is signalled', async (t) => {
    const { store, server, url } = await begin(t, await single());
    const other = await openRedisStore(placeAt(patient(url)));
    t.after(() => other.close());
    const { cursor } = await catchUp(store);
    const signals = listen(store);
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    const written = await whenBack(() => put(other, 'a', 'x'));
    await signals.next();
    const page = await ask(store, cursor);
    assert.ok(page !== 'lost');
    assert.deepEqual(page.changes, [written]);
  });

  void test('a change is signalled although its message was lost', async (t) => {
    const { store, server } = await begin(t, await single());
    const signals = listen(store);
    const keys = ['head', 'values', 'index'].map((name) => `{sparekey}:${name}`);
    await server.command('EVAL', scripts.compareAndSet.text, '3', ...keys, 'a', '0', 'not the channel', 'x');
    await signals.next();
    assert.equal((await catchUp(store)).changes.length, 1);
  });

  void test('scripts that the server forgets are sent again', async (t) => {
    const { store, server } = await begin(t, await single());
    await put(store, 'a', '1');
    for (let n = 0; n < 3; n++) {
      await server.command('SCRIPT', 'FLUSH');
      await count(store, 'n', 1);
      await acquired(store, `lease ${n}`, 'h', LONG_MS);
      assert.equal((await read(store, 'a'))?.value, '1');
    }
    assert.equal((await read(store, 'n'))?.value, '3');
  });

  void test('a state that was flushed is reported as lost, however much was written since', async (t) => {
    const { store, server } = await begin(t, await single());
    const before = await put(store, 'a', 'x');
    const { cursor } = await catchUp(store);
    await server.command('FLUSHALL');
    assert.equal(await ask(store, cursor), 'lost');
    assert.ok((await put(store, 'b', 'x')).revision > before.revision);
    assert.equal(await ask(store, cursor), 'lost');
  });

  void test('a server that is no longer the master is left, and nothing is written', async (t) => {
    const { store, server } = await begin(t, await single());
    const { revision } = await put(store, 'a', 'x');
    const elsewhere = await RedisServer.start();
    t.after(() => elsewhere.dispose());
    await elsewhere.kill();
    await server.command('REPLICAOF', '127.0.0.1', String(elsewhere.port));
    await assert.rejects(store.compareAndSet('a', revision, 'y'), isAway);
    await server.command('REPLICAOF', 'NO', 'ONE');
    assert.equal((await whenBack(() => store.compareAndSet('a', revision, 'y'))).written, true);
  });

  void test('a server that is full refuses writes with the reason, and still reads', async (t) => {
    const { store, server } = await begin(t, await single('--maxmemory-policy', 'noeviction'));
    await put(store, 'a', 'x');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await assert.rejects(store.compareAndSet('b', 0, 'x'), (error) => {
      assert.ok(withCode('store_failed')(error) && error instanceof Error);
      assert.match(error.message, /maxmemory/);
      return true;
    });
    assert.equal((await catchUp(store)).changes.length, 1);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await put(store, 'b', 'x');
  });
});

void describe('redis store: several servers', () => {
  void test('a replica takes over from a master that is killed', async (t) => {
    const { store, server } = await begin(t, await behindSentinels());
    const before = await put(store, 'a', 'x');
    await server.command('WAIT', '1', '0');
    const { cursor } = await catchUp(store);
    const signals = listen(store);
    await server.kill();
    assert.deepEqual(await whenBack(() => read(store, 'a')), before);
    await signals.next();
    assert.ok((await whenBack(() => put(store, 'a', 'y'))).revision > before.revision);
    assert.equal(await ask(store, cursor), 'lost');
  });

  void test('a replica takes over from a master that is frozen, which changes nothing when it thaws', async (t) => {
    const deployment = await behindSentinels();
    const { store, server, servers } = await begin(
      t,
      deployment,
      withOption(deployment.url, 'storeTimeout=1s'),
    );
    await whenBack(() => put(store, 'a', 'x'));
    server.freeze();
    t.after(() => server.thaw());
    const replica = servers[1] ?? assert.fail();
    await until(async () => (await roleOf(replica)) === 'master');
    await whenBack(() => count(store, 'n', 1));
    server.thaw();
    // It takes itself for the master still, and nobody listens to it.
    const before = await whenBack(() => read(store, 'n'));
    await whenBack(() => put(store, 'n', 'here'));
    assert.match(before?.value ?? '', /^[12]$/);
    assert.equal(await replica.command('HGET', '{sparekey}:values', 'n'), 'here');
  });

  void test('a node of a cluster that is gone is missed, and used again when it is back', async (t) => {
    const deployment = await cluster();
    const { store, server } = await begin(t, deployment, withOption(deployment.url, 'storeTimeout=2s'));
    const groups = Array.from({ length: 20 }, (_, n) => `group ${n}/id`);
    for (const id of groups) await whenBack(() => put(store, id, 'x'));
    await server.kill();
    await until(async () => {
      const reads = await Promise.allSettled(groups.map((id) => read(store, id)));
      return reads.some(({ status }) => status === 'rejected');
    });
    await assert.rejects(catchUp(store), isAway);
    await server.start();
    for (const id of groups) await whenBack(() => put(store, id, 'y'));
    assert.equal((await whenBack(() => catchUp(store))).changes.length, groups.length);
  });

  void test('a slot of a cluster that moves to another node is found there', async (t) => {
    const { store, servers } = await begin(t, await cluster());
    const groups = Array.from({ length: 20 }, (_, n) => `group ${n}/id`);
    for (const id of groups) await put(store, id, 'x');
    const { cursor } = await catchUp(store);
    await moveSlot(servers, '{sparekey:0}');
    for (const id of groups) assert.equal((await whenBack(() => read(store, id)))?.value, 'x');
    for (const id of groups) await whenBack(() => put(store, id, 'y'));
    assert.equal(await ask(store, cursor), 'lost', 'another server may not have everything');
    assert.equal((await catchUp(store)).changes.length, groups.length);
  });

  void test('the groups of a cluster are on all of its nodes, each in one slot', async (t) => {
    const { store, servers } = await begin(t, await cluster());
    for (let n = 0; n < 60; n++) await put(store, `key/provider ${n % 20}/${n}`, 'x');
    for (const server of servers) assert.ok(Number(await server.command('DBSIZE')) > 0);
  });
});
