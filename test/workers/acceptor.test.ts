import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Acceptor } from '../../src/workers/acceptor.ts';
import type { AcceptorOptions, WorkerTarget } from '../../src/workers/acceptor.ts';
import { ask, rawConnection } from '../support/http.ts';
import { until } from '../support/until.ts';

/** Something that takes connections, and tells by hand when it has them. */
interface Worker {
  readonly handed: Socket[];
  readonly target: WorkerTarget;
}

async function opened(context: TestContext, options: AcceptorOptions = {}) {
  const acceptor = await Acceptor.open({ host: '127.0.0.1', port: 0 }, options);
  context.after(() => acceptor.close());
  return {
    acceptor,
    connect: async () => {
      const connection = await rawConnection(acceptor.address.port);
      context.after(() => connection.socket.destroy());
      return connection;
    },
    join: (): Worker => {
      const handed: Socket[] = [];
      const target = acceptor.add((socket) => handed.push(socket));
      context.after(() => handed.forEach((socket) => socket.destroy()));
      return { handed, target };
    },
  };
}

void test('a connection goes to the worker that has the fewest', async (context) => {
  const { acceptor, connect, join } = await opened(context);
  const busy = join();
  const idle = join();
  busy.target.open = 3;
  for (let count = 1; count <= 3; count++) {
    await connect();
    await until(() => idle.handed.length === count);
    acceptor.accepted(idle.target);
  }
  assert.equal(busy.handed.length, 0);
  await connect();
  await connect();
  await until(() => busy.handed.length === 1 && idle.handed.length === 4);
});

void test('of a burst each worker gets its share, though one accepts them later', async (context) => {
  const { acceptor, connect, join } = await opened(context);
  const late = join();
  const quick = join();
  for (let count = 1; count <= 40; count++) {
    await connect();
    await until(() => late.handed.length + quick.handed.length === count);
    for (const _ of quick.target.pending) acceptor.accepted(quick.target);
  }
  assert.deepEqual([late.handed.length, quick.handed.length], [20, 20]);
});

void test('a worker that accepts none keeps no more than a few from the others', async (context) => {
  const { acceptor, connect, join } = await opened(context);
  const stuck = join();
  const quick = join();
  for (let count = 1; count <= 100; count++) {
    await connect();
    await until(() => stuck.handed.length + quick.handed.length === count);
    for (const _ of quick.target.pending) acceptor.accepted(quick.target);
  }
  assert.deepEqual([stuck.handed.length, quick.handed.length], [32, 68]);
});

void test('one that was on its way to a worker that died goes to another, unread', async (context) => {
  const { acceptor, connect, join } = await opened(context);
  const dying = join();
  const connection = await connect();
  connection.write('hello');
  await until(() => dying.handed.length === 1);
  acceptor.remove(dying.target);
  const other = join();
  assert.equal(other.handed[0], dying.handed[0]);
  other.handed[0]?.end('good bye');
  assert.equal(await connection.closed, 'good bye');
});

void test('where there is no worker connections wait, and beyond the bound they are closed', async (context) => {
  const { connect, join } = await opened(context, { maxWaiting: 2 });
  const first = await connect();
  await connect();
  const third = await connect();
  assert.equal(await third.closed, '');
  assert.equal(first.socket.destroyed, false);
  const { handed } = join();
  assert.equal(handed.length, 2);
});

void test('those that were released count no more', async (context) => {
  const { acceptor, connect, join } = await opened(context, { maxWaiting: 2 });
  const { handed, target } = join();
  for (let count = 1; count <= 10; count++) {
    await connect();
    await until(() => handed.length === count);
    acceptor.accepted(target);
  }
});

void test('once it is closed the port refuses, and who waited is let go', async (context) => {
  const { acceptor, connect } = await opened(context);
  const waiting = await connect();
  const { port } = acceptor.address;
  acceptor.close();
  await waiting.closed;
  assert.equal((await ask(`http://127.0.0.1:${port}`)).error, 'ECONNREFUSED');
});
