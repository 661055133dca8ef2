import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openDataServer } from '../../src/gateway/connections/server.ts';
import { startSparekey } from '../../src/main.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { ANSWER_TO_ANYTHING } from '../support/answers.ts';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../support/gateway.ts';
import type { TestGateway } from '../support/gateway.ts';
import { ask, chat, rawConnection, rawRequest, streamedChat } from '../support/http.ts';
import type { RawConnection } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const POST_CHAT = ['POST /v1/chat/completions HTTP/1.1', 'content-type: application/json'];
const OTHER_KEY = 'sk-other-0123456789abcdef';

async function connected(t: TestContext, gateway: TestGateway): Promise<RawConnection> {
  const connection = await rawConnection(gateway.port);
  t.after(() => connection.socket.destroy());
  return connection;
}

/** An open stream of a client that would keep its connection alive. */
async function streaming(t: TestContext, gateway: TestGateway): Promise<RawConnection> {
  const connection = await connected(t, gateway);
  connection.write(rawRequest(POST_CHAT, JSON.stringify(streamedChat('one two three four five'))));
  await connection.receive(/"content":/);
  return connection;
}

void test('a stop lets a stream finish, refuses what is new, and is over with the last stream', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'answer', chunks: 10, chunkDelayMs: 30 }] },
    config: (sim) => ({ providers: [simulatedProvider(sim, [GOOD_KEY])], limits: { drain: '1h' } }),
  });
  const stream = await streaming(t, gateway);
  const idle = await connected(t, gateway);
  idle.write(rawRequest(['GET /health HTTP/1.1']));
  await idle.receive(/"status":"ok"/);

  const drained = gateway.sparekey.drain();
  await idle.closed;
  const refused = await ask(gateway.url);
  assert.equal(refused.error, 'ECONNREFUSED');
  assert.match(await stream.closed, /data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
  await drained;
  assert.equal((await gateway.requestsLogged(1))[0]?.verdict, 'ok');
});

void test('a request that comes over an open connection during a stop is refused in words', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'slow-first-output', delayMs: 200 }] },
  });
  const connection = await connected(t, gateway);
  const body = JSON.stringify(chat('hello'));
  connection.write(rawRequest(POST_CHAT, body));
  await until(() => gateway.sim.open === 1);
  const drained = gateway.sparekey.drain();
  connection.write(rawRequest(POST_CHAT, body) + rawRequest(['GET /ready HTTP/1.1']));
  const received = await connection.closed;
  await drained;
  assert.match(received, /^HTTP\/1\.1 200 OK/);
  assert.equal(gateway.sim.requests.length, 1);
});

void test('a stop does not wait longer than its limit', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'hang' }] },
    config: (sim) => ({ providers: [simulatedProvider(sim, [GOOD_KEY])], limits: { drain: 100 } }),
  });
  const connection = await connected(t, gateway);
  connection.write(rawRequest(POST_CHAT, JSON.stringify(chat('hello'))));
  await until(() => gateway.sim.open === 1);
  await gateway.sparekey.drain();
  await connection.closed;
  await until(() => gateway.sim.open === 0);
  const [line] = await gateway.requestsLogged(1);
  assert.equal(line?.verdict, 'cancelled');
});

void test('a stop does not wait for a client that has sent half a head', async (t) => {
  const server = await openDataServer({ host: '127.0.0.1', port: 0 }, () => {});
  const connection = await rawConnection(server.address.port);
  t.after(() => connection.socket.destroy());
  connection.write('POST /v1/chat/completions HT');
  await server.close(3_600_000);
  await connection.closed;
});

void test('a reload changes the providers under new requests, and a stream ends as it began', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'answer', chunks: 5, chunkDelayMs: 30 }] },
  });
  const stream = await streaming(t, gateway);
  await gateway.reload({
    config: (sim) => ({ providers: [{ ...simulatedProvider(sim, [OTHER_KEY]), id: 'next' }] }),
  });
  const response = await ask(gateway.url);
  assert.equal(response.headers['x-sparekey-provider'], 'next');
  assert.match(await stream.receive(/\r\n0\r\n\r\n$/), /x-sparekey-provider: sim[\s\S]*data: \[DONE\]/);
  const keys = await gateway.keys();
  assert.deepEqual(
    keys.map(({ provider }) => provider),
    ['next'],
  );
});

void test('a request that began before a reload may still try another key of what it began with', async (t) => {
  let first: (() => void) | undefined;
  const upstream = await rawUpstream(t, async ({ write }) => {
    if (first === undefined) {
      await new Promise<void>((resolve) => {
        first = resolve;
      });
      await write(rawAnswer('500 Oops', [], ''));
    } else await write(rawAnswer('200 OK', ['content-type: application/json'], ANSWER_TO_ANYTHING));
  });
  const provider = simulatedProvider({ url: `${upstream.origin}/v1` }, [GOOD_KEY, OTHER_KEY]);
  const gateway = await gatewayFor(t, { config: { providers: [provider] } });
  const answer = ask(gateway.url);
  await until(() => first !== undefined);
  await gateway.reload({ keys: ['sk-new-0123456789abcdef'] });
  first?.();
  const response = await answer;
  assert.equal(response.text, ANSWER_TO_ANYTHING);
  assert.equal(response.headers['x-sparekey-attempts'], '2');
});

void test('a request whose body was still coming at a reload is served', async (t) => {
  const gateway = await gatewayFor(t);
  const connection = await connected(t, gateway);
  const request = rawRequest([...POST_CHAT, 'connection: close'], JSON.stringify(chat('hello')));
  connection.write(request.slice(0, -10));
  await until(() => connection.socket.bytesWritten > 0);
  await ask(gateway.url);
  await gateway.reload({ keys: [OTHER_KEY] });
  connection.write(request.slice(-10));
  assert.match(await connection.closed, /^HTTP\/1\.1 200 OK/);
});

void test('keys that stay keep their records over a reload, and those that left lose theirs', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [GOOD_KEY, OTHER_KEY],
    behaviours: { [GOOD_KEY]: [{ kind: 'invalid-key' }], [OTHER_KEY]: [{ kind: 'invalid-key' }] },
  });
  await ask(gateway.url);
  await gateway.reload({ keys: ['sk-new-0123456789abcdef', GOOD_KEY] });
  assert.equal((await gateway.keyOf(GOOD_KEY)).state, 'out-of-service');
  await gateway.reload({ keys: [OTHER_KEY, GOOD_KEY] });
  assert.equal((await gateway.keyOf(GOOD_KEY)).state, 'out-of-service');
  assert.equal((await gateway.keyOf(OTHER_KEY)).state, 'in-service');
});

void test('reloads one upon another end with the last one', async (t) => {
  const gateway = await gatewayFor(t);
  const names = Array.from({ length: 10 }, (_, i) => `provider-${i}`);
  await Promise.all(
    names.map((id) =>
      gateway.reload({ config: (sim) => ({ providers: [{ ...simulatedProvider(sim, [GOOD_KEY]), id }] }) }),
    ),
  );
  const response = await ask(gateway.url);
  assert.equal(response.status, 200);
  assert.equal((await gateway.keys()).length, 1);
});

void test('a start that fails leaves nothing open', async (t) => {
  const running = await gatewayFor(t);
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  listener.close();
  await once(listener, 'close');
  const config = {
    ...running.config,
    listen: { host: '127.0.0.1', port },
    admin: { listen: running.sparekey.adminAddress },
  };
  const log = createLog({ level: 'error', format: 'json', stream: new PassThrough() });
  await assert.rejects(startSparekey(config, { log }), { code: 'EADDRINUSE' });
  assert.equal((await ask(`http://127.0.0.1:${port}`)).error, 'ECONNREFUSED');
});
