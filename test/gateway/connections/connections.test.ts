import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import {
  openDataServer,
  serveConnections,
  type ListenerBounds,
} from '../../../src/gateway/connections/server.ts';
import { Acceptor } from '../../../src/workers/acceptor.ts';
import { GOOD_KEY, gatewayFor, type TestGateway } from '../../support/gateway.ts';
import {
  ask,
  chat,
  rawConnection,
  rawRequest,
  streamedChat,
  type RawConnection,
} from '../../support/http.ts';
import { until } from '../../support/until.ts';

const POST_CHAT = ['POST /v1/chat/completions HTTP/1.1', 'content-type: application/json'];
const QUESTION = JSON.stringify(chat('hello'));

async function connected(t: TestContext, gateway: { readonly port: number }): Promise<RawConnection> {
  const connection = await rawConnection(gateway.port);
  t.after(() => connection.socket.destroy());
  return connection;
}

async function assertNothingHappened(gateway: TestGateway): Promise<void> {
  assert.equal(gateway.sim.requests.length, 0);
  assert.equal(gateway.inFlight(), 0);
  assert.equal((await gateway.keyOf(GOOD_KEY)).failures, 0);
}

void test('a body that ends before its announced length is refused, once', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  connection.end(`${POST_CHAT.join('\r\n')}\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"model":"gpt-5"`);
  const received = await connection.closed;
  assert.match(received, /^HTTP\/1\.1 400 /);
  assert.match(received, /"code":"truncated_body"/);
  assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1);
  await gateway.requestsLogged(1);
  await assertNothingHappened(gateway);
});

void test('a connection that breaks within a body leaves nothing behind', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  connection.write(`${POST_CHAT.join('\r\n')}\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"model":"gpt-5"`);
  await until(() => connection.socket.bytesWritten > 0);
  connection.socket.resetAndDestroy();
  const [line] = await gateway.requestsLogged(1);
  assert.equal(line?.code, 'truncated_body');
  await assertNothingHappened(gateway);
  assert.deepEqual(
    gateway.logs().filter(({ level }) => level === 'error'),
    [],
  );
});

void test('a head that is too large is refused with 431', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  connection.write(rawRequest([...POST_CHAT, `x-flood: ${'a'.repeat(100 * 1024)}`], QUESTION));
  const received = await connection.closed;
  assert.match(received, /^HTTP\/1\.1 431 /);
  assert.match(received, /"code":"headers_too_large"/);
  await assertNothingHappened(gateway);
});

void test('too many headers are refused with 431 rather than dropped', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  const flood = Array.from({ length: 300 }, (_, i) => `x-${i}: 1`);
  connection.write(rawRequest([...POST_CHAT, ...flood], QUESTION));
  const received = await connection.receive(/\}\}$/);
  assert.match(received, /^HTTP\/1\.1 431 /);
  assert.match(received, /"code":"headers_too_large"/);
  await assertNothingHappened(gateway);
});

void test('what is not HTTP is refused in words', async (t) => {
  const gateway = await gatewayFor(t);
  for (const bytes of [
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'hello\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
  ]) {
    const connection = await connected(t, gateway);
    connection.write(bytes);
    const received = await connection.closed;
    assert.match(received, /^HTTP\/1\.1 400 /);
    assert.match(received, /"code":"bad_request"/);
  }
  await assertNothingHappened(gateway);
});

void test('a request with both content-length and transfer-encoding is refused', async (t) => {
  const gateway = await gatewayFor(t);
  for (const header of ['transfer-encoding: chunked', 'content-length: 5']) {
    const connection = await connected(t, gateway);
    connection.write(rawRequest([...POST_CHAT, header], QUESTION));
    assert.match(await connection.closed, /^HTTP\/1\.1 400 /);
  }
  await assertNothingHappened(gateway);
});

void test('control characters in a header are refused', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  connection.write(rawRequest([...POST_CHAT, 'x-odd: a\x01b'], QUESTION));
  assert.match(await connection.closed, /^HTTP\/1\.1 400 /);
  await assertNothingHappened(gateway);
});

void test('garbage after a request does not get into its answer', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'answer', chunks: 5, chunkDelayMs: 20 }] },
  });
  const connection = await connected(t, gateway);
  connection.write(rawRequest(POST_CHAT, JSON.stringify(streamedChat('hello'))));
  await connection.receive(/"content":/);
  connection.write('this is no request\r\n\r\n');
  const received = await connection.closed;
  assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1);
  assert.doesNotMatch(received, /bad_request/);
  await until(() => gateway.inFlight() === 0);
  assert.equal((await gateway.keyOf(GOOD_KEY)).failures, 0);
});

void test('pipelined requests are answered in their order', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'slow-first-output', delayMs: 50, times: 1 }] },
  });
  const connection = await connected(t, gateway);
  const first = rawRequest(POST_CHAT, JSON.stringify(chat('the first')));
  const second = rawRequest(['GET /health HTTP/1.1']);
  const third = rawRequest([...POST_CHAT, 'connection: close'], JSON.stringify(chat('the third')));
  connection.write(first + second + third);
  const received = await connection.closed;
  assert.equal(received.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
  assert.match(received, /the first[\s\S]*"status":"ok"[\s\S]*the third/);
});

void test('an HTTP/1.0 client gets an answer that ends with its connection', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  const body = JSON.stringify(streamedChat('hello'));
  connection.write(
    `POST /v1/chat/completions HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const received = await connection.closed;
  assert.match(received, /^HTTP\/1\.1 200 OK/);
  assert.doesNotMatch(received, /transfer-encoding/i);
  assert.match(received, /\r\n\r\ndata: [\s\S]*data: \[DONE\]\n\n$/);
});

void test('a client that expects 100 Continue gets it', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  connection.write(
    `${POST_CHAT.join('\r\n')}\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${QUESTION.length}\r\nconnection: close\r\n\r\n`,
  );
  await connection.receive(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  connection.write(QUESTION);
  assert.match(await connection.closed, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  assert.equal(gateway.sim.requests.at(-1)?.headers.expect, undefined);
});

void test('a client that expects 100 Continue is refused without having sent its body', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({ ...providersOf(sim.url), clients: [{ name: 'web', key: 'client-key-0123456789' }] }),
  });
  for (const [header, length, status] of [
    ['authorization: Bearer wrong', 100, 401],
    ['authorization: Bearer client-key-0123456789', 200 * 1024 * 1024, 413],
  ] as const) {
    const connection = await connected(t, gateway);
    connection.write(
      `${POST_CHAT.join('\r\n')}\r\nhost: x\r\n${header}\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`,
    );
    const received = await connection.receive(/\}\}$/);
    assert.match(received, new RegExp(`^HTTP/1\\.1 ${status} `));
  }
});

function providersOf(url: string): { readonly providers: readonly object[] } {
  return { providers: [{ id: 'sim', type: 'openai', baseUrl: url, apiTokens: [GOOD_KEY] }] };
}

const HASTY: Partial<ListenerBounds> = { headMs: 100, requestMs: 200, checkMs: 20 };

void test('a client whose head never ends is refused with 408', async (t) => {
  let handled = 0;
  const server = await openDataServer({ host: '127.0.0.1', port: 0 }, () => void handled++, HASTY);
  t.after(() => server.close(0));
  const connection = await connected(t, server.address);
  connection.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n');
  const drip = setInterval(() => connection.write('x-drip: 1\r\n'), 10);
  t.after(() => clearInterval(drip));
  const received = await connection.closed;
  assert.match(received, /^HTTP\/1\.1 408 /);
  assert.match(received, /"code":"request_timeout"/);
  assert.equal(handled, 0);
});

void test('so is one whose connection was accepted elsewhere', async (t) => {
  const server = serveConnections(() => {}, HASTY);
  t.after(() => server.close(0));
  const acceptor = await Acceptor.open({ host: '127.0.0.1', port: 0 });
  t.after(() => acceptor.close());
  acceptor.add((socket) => server.accept(socket));
  const connection = await connected(t, acceptor.address);
  connection.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n');
  assert.match(await connection.closed, /^HTTP\/1\.1 408 /);
});

void test('a client whose body drips beyond the time for a request is refused with 408', async (t) => {
  const server = await openDataServer(
    { host: '127.0.0.1', port: 0 },
    (request) => {
      request.on('error', () => {});
      request.resume();
    },
    HASTY,
  );
  t.after(() => server.close(0));
  const connection = await connected(t, server.address);
  connection.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n');
  const drip = setInterval(() => connection.write('x'), 10);
  t.after(() => clearInterval(drip));
  assert.match(await connection.closed, /^HTTP\/1\.1 408 /);
});

void test('a thousand idle connections do not keep anybody from being answered', async (t) => {
  const gateway = await gatewayFor(t);
  const idle = await Promise.all(Array.from({ length: 1_000 }, () => rawConnection(gateway.port)));
  t.after(() => idle.forEach(({ socket }) => socket.destroy()));
  for (const [i, connection] of idle.entries()) if (i % 2 === 0) connection.write('POST /v1/chat');
  assert.equal((await ask(gateway.url)).status, 200);
});
