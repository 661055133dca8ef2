import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  announcedBytes,
  readBody,
  type BodyLimits,
  type ReadBodyResult,
} from '../../../src/gateway/request/read-body.ts';
import { MemoryBudget } from '../../../src/gateway/memory-budget.ts';
import { rawConnection, type RawConnection } from '../../support/http.ts';

const LIMITS: BodyLimits = { maxBytes: 300_000, replayBytes: 1_000, pauseMs: 100 };

interface Reading {
  readonly connection: RawConnection;
  readonly request: IncomingMessage;
  readonly read: Promise<ReadBodyResult>;
  /** Errors of the rest of the body. */
  readonly errors: string[];
}

/** Reads the body of a request of which the client has sent `body` so far. */
async function reading(t: TestContext, length: number, body: string, limits = LIMITS): Promise<Reading> {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const server = createServer((request) => arrived.resolve(request)).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const address = server.address();
  const connection = await rawConnection(typeof address === 'object' && address !== null ? address.port : 0);
  t.after(() => {
    connection.socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  connection.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${body}`);
  const request = await arrived.promise;
  const errors: string[] = [];
  const memory = new MemoryBudget(() => 1_000_000).open();
  assert.equal(memory.admit(announcedBytes(request, limits)), true);
  const read = readBody(request, limits, memory, (code) => errors.push(code));
  return { connection, request, errors, read };
}

async function passing(read: Promise<ReadBodyResult>): Promise<{ head: Buffer; rest: Readable }> {
  const { kind, ...result } = await read;
  assert.ok(kind === 'read' && 'body' in result && result.body.kind === 'streamed');
  return result.body;
}

void test('a body that stops coming is given up', async (t) => {
  const { read } = await reading(t, 1_000, 'x'.repeat(500));
  assert.deepEqual(await read, { kind: 'refused', code: 'request_timeout' });
});

void test('a body that comes slowly, but comes, is read', async (t) => {
  // In all longer than the longest pause, each time far shorter.
  const pauseMs = 1_000;
  const { read, connection } = await reading(t, 10, '', { ...LIMITS, pauseMs });
  for (let i = 0; i < 10; i++) {
    await pause(pauseMs / 8);
    connection.write(String(i));
  }
  const result = await read;
  assert.equal(result.kind === 'read' && result.head.toString(), '0123456789');
});

void test('a rest that stops coming is given up, once', async (t) => {
  const { read, errors } = await reading(t, 100_000, 'x'.repeat(2_000));
  const { rest } = await passing(read);
  const closed = new Promise((resolve) => {
    rest.once('close', resolve);
  });
  rest.resume();
  await closed;
  assert.deepEqual(errors, ['request_timeout']);
});

void test('a rest is not given up while its reader pauses', async (t) => {
  const { read, errors, connection } = await reading(t, 250_000, 'x'.repeat(2_000));
  const { head, rest } = await passing(read);
  let length = head.length;
  connection.write('x'.repeat(248_000));
  await pause(LIMITS.pauseMs * 3);
  for await (const piece of rest as AsyncIterable<Buffer>) {
    length += piece.length;
    await pause(LIMITS.pauseMs * 1.5);
  }
  assert.equal(length, 250_000);
  assert.deepEqual(errors, []);
});

void test('a rest whose client goes away is cut off, and nothing is thrown', async (t) => {
  const { read, errors, connection, request } = await reading(t, 100_000, 'x'.repeat(2_000));
  const { rest } = await passing(read);
  rest.resume();
  const closed = new Promise((resolve) => {
    request.once('close', resolve);
  });
  connection.socket.resetAndDestroy();
  await closed;
  assert.deepEqual(errors, ['truncated_body']);
});

void test('a rest that is not wanted any more leaves its client alone', async (t) => {
  const { read, errors, connection, request } = await reading(t, 100_000, 'x'.repeat(2_000));
  const { rest } = await passing(read);
  rest.destroy();
  await new Promise((resolve) => {
    rest.once('close', resolve);
  });
  connection.write('x'.repeat(98_000));
  request.resume();
  await new Promise((resolve) => {
    request.once('end', resolve);
  });
  assert.deepEqual(errors, []);
});

void test('of large bodies, so much is read in a round of the event loop of all together', async (t) => {
  const count = 8;
  const length = 4 * 1024 * 1024;
  const limits = { maxBytes: length, replayBytes: length, pauseMs: 30_000 };
  const requests: IncomingMessage[] = [];
  const server = createServer((request) => requests.push(request)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const clients = await Promise.all(Array.from({ length: count }, () => rawConnection(address.port)));
  t.after(() => {
    for (const { socket } of clients) socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;
  for (const { write } of clients) write(head + 'x'.repeat(length));
  // By then as much has come as the system keeps.
  for (let waited = 0; waited < 100 && (requests.length < count || waited < 10); waited++) await pause(10);
  assert.equal(requests.length, count);

  let inRound = 0;
  let most = 0;
  let isOver = false;
  const endRound = (): void => {
    most = Math.max(most, inRound);
    inRound = 0;
    if (!isOver) setImmediate(endRound);
  };
  setImmediate(endRound);
  const budget = new MemoryBudget(() => 2 * count * length);
  const results = await Promise.all(
    requests.map((request) => {
      const memory = budget.open();
      assert.equal(memory.admit(length), true);
      const read = readBody(request, limits, memory, () => undefined);
      request.on('data', (chunk: Buffer) => {
        inRound += chunk.length;
      });
      return read;
    }),
  );
  isOver = true;
  for (const result of results) assert.ok(result.kind === 'read' && result.head.length === length);
  // What one that has to wait has been given already is read.
  const given = 128 * 1024;
  assert.ok(most <= 4 * 1024 * 1024 + count * given, `${most} bytes in a round`);
});
