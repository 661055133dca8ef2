import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { addressGroup } from '../../../src/gateway/connections/connections.ts';
import { openDataServer } from '../../../src/gateway/connections/server.ts';
import type { ConnectionCounts } from '../../../src/listener/file-descriptors.ts';
import { stubbornClient, type StubbornClient } from '../../support/stubborn-client.ts';
import { until } from '../../support/until.ts';

const ASK = 'GET /work HTTP/1.1\r\nhost: x\r\n\r\n';
const IDLE = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

async function setUp(context: TestContext, total: number, perAddress = total) {
  const reported: ConnectionCounts[] = [];
  const working: ServerResponse[] = [];
  const server = await openDataServer(
    { host: '127.0.0.1', port: 0 },
    (request, response) => {
      if (request.url === '/work') working.push(response);
      else response.end('hello');
    },
    {},
    { caps: () => ({ total, perAddress }), onFull: (counts) => reported.push(counts) },
  );
  context.after(() => server.close(0));
  const { port } = server.address;
  return {
    reported,
    working,
    counts: () => server.connections(),
    /** One with a request under way. */
    busy: async (address?: string): Promise<StubbornClient> => {
      const before = working.length;
      const client = await stubbornClient(context, port, ASK, address);
      await until(() => working.length > before || client.isEnded());
      return client;
    },
    /** One that was answered and kept alive. */
    idle: async (address?: string): Promise<StubbornClient> => {
      const client = await stubbornClient(context, port, IDLE, address);
      await until(() => client.received() !== '');
      return client;
    },
    /** One that has sent no request. */
    silent: async (address?: string): Promise<StubbornClient> => {
      const before = server.connections();
      const client = await stubbornClient(context, port, '', address);
      await until(() => sum(server.connections()) > sum(before));
      return client;
    },
  };
}

void test('at the bound the one that has been idle for longest is closed, whether it ever sent a request or not', async (t) => {
  const { busy, idle, silent, counts } = await setUp(t, 4);
  const working = await busy();
  const silentOne = await silent();
  const idleOne = await idle();
  const used = await idle();
  // It is the youngest by its last answer now.
  silentOne.socket.write(IDLE);
  await until(() => silentOne.received() !== '');
  await idle();
  await until(() => idleOne.isEnded());
  await idle();
  await until(() => used.isEnded());
  await idle();
  await until(() => silentOne.isEnded());
  assert.equal(working.isEnded(), false);
  assert.deepEqual(counts(), { open: 4, most: 4, gaveWay: 3, refused: 0 });
});

void test('where all are busy a new one gets 503 with retry-after, and those stay', async (t) => {
  const { busy, idle, working, counts, reported } = await setUp(t, 3);
  const busyOnes = [await busy(), await busy(), await busy()];
  const refused = await idle();
  await until(() => refused.isEnded());
  assert.match(refused.received(), /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n[^]*"too_many_connections"/);
  assert.deepEqual(counts(), { open: 3, most: 3, gaveWay: 0, refused: 1 });
  assert.deepEqual(reported, [counts()]);
  for (const response of working) response.end('done');
  await until(() => busyOnes.every(({ received }) => received().endsWith('done')));
  assert.match((await idle()).received(), /^HTTP\/1\.1 200 /);
});

void test('of those that are refused no more than a few are waited for', async (t) => {
  const { busy, counts, silent } = await setUp(t, 1);
  await busy();
  const crowd = await Promise.all(Array.from({ length: 50 }, () => silent().catch(() => undefined)));
  assert.equal(crowd.length, 50);
  await until(() => counts().refused === 50);
  assert.equal(counts().open, 1);
  await until(() => crowd.every((client) => client?.isEnded() === true));
  assert.equal(crowd.filter((client) => client?.received().includes('503')).length, 16);
});

void test('at the bound of an address only one of its own is closed', async (t) => {
  const { busy, idle, counts } = await setUp(t, 10, 2);
  const [here, there] = ['127.0.0.1', '127.0.0.2'];
  const other = await idle(there);
  const own = await idle(here);
  await busy(here);
  await busy(here);
  await until(() => own.isEnded());
  const refused = await busy(here);
  assert.match(refused.received(), /^HTTP\/1\.1 503 /);
  await busy(there);
  assert.equal(other.isEnded(), false);
  assert.deepEqual(counts(), { open: 4, most: 10, gaveWay: 1, refused: 1 });
});

void test('one that lingers after a refusal is closed before one that is idle', async (t) => {
  const { idle, counts } = await setUp(t, 2);
  const first = await idle();
  const lingering = await idle();
  lingering.socket.write('hello\r\n\r\n');
  await until(() => lingering.received().includes(' 400 '));
  await idle();
  assert.equal(first.isEnded(), false);
  assert.deepEqual(counts(), { open: 2, most: 2, gaveWay: 1, refused: 0 });
});

void test('requests that come at once on one connection are answered one after another, up to a bound', async (t) => {
  const { busy, working, counts } = await setUp(t, 10);
  const client = await busy();
  client.socket.write(ASK.repeat(31));
  for (let answered = 0; answered < 32; answered++) {
    await until(() => working.length === answered + 1);
    working[answered]?.end(`answer ${answered}.`);
  }
  await until(() => client.received().includes('answer 31.'));
  const greedy = await busy();
  greedy.socket.write(ASK.repeat(32));
  await until(() => greedy.isEnded());
  await until(() => counts().open === 1);
  assert.equal(working.length, 33);
});

void test('an IPv6 subscriber counts as one, and so does an address in either notation', () => {
  for (const [address, group] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ] as const) {
    assert.equal(addressGroup(address), group, address);
  }
});

/** Grows with every connection that comes, while none closes. */
function sum({ open, gaveWay, refused }: ConnectionCounts): number {
  return open + gaveWay + refused;
}
