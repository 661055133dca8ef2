import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ANSWER_TO_ANYTHING } from '../../support/answers.ts';
import { GOOD_KEY, gatewayFor, simulatedProvider, type TestGateway } from '../../support/gateway.ts';
import { ask, rawConnection } from '../../support/http.ts';
import { rawAnswer, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

const KIB = 1024;
const LIMITS = { replay: 64 * KIB, body: 1024 * KIB };
const KEYS = [GOOD_KEY, 'sk-other-0123456789abcdef'];
const HEAD = ['POST /v1/chat/completions HTTP/1.1', 'host: x', 'content-type: application/json'];
const OK = rawAnswer('200 OK', ['content-type: application/json'], ANSWER_TO_ANYTHING);

/** A gateway with small limits before a provider that answers with bytes. */
async function gatewayBefore(t: TestContext, upstream: RawUpstream): Promise<TestGateway> {
  const provider = simulatedProvider({ url: `${upstream.origin}/v1` }, KEYS);
  return gatewayFor(t, { config: { limits: LIMITS, providers: [provider] } });
}

/** A chat request of exactly so many bytes, none of which says anything twice. */
function bodyOf(bytes: number): Buffer {
  const [start, end] = ['{"model":"gpt-5","padding":"', '"}'];
  const padding = randomBytes(bytes)
    .toString('base64')
    .slice(0, bytes - start.length - end.length);
  return Buffer.from(start + padding + end);
}

async function assertNobodyIsBlamed(gateway: TestGateway): Promise<void> {
  await until(() => gateway.inFlight() === 0);
  for (const key of await gateway.keys()) {
    assert.equal(key.state, 'in-service');
    assert.equal(key.failures, 0);
  }
}

void test('a body that is announced as too large is refused before it is sent', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const gateway = await gatewayBefore(t, upstream);
  const connection = await rawConnection(gateway.port);
  t.after(() => connection.socket.destroy());
  connection.write(`${HEAD.join('\r\n')}\r\ncontent-length: ${LIMITS.body + 1}\r\n\r\n`);
  const received = await connection.receive(/\}\}$/);
  assert.match(received, /^HTTP\/1\.1 413 /);
  assert.match(received, /connection: close/);
  assert.match(received, /exceeds the limit of 1048576 bytes/);
  assert.equal(upstream.requests.length, 0);
});

void test('a client that sends a body that is too large all the same reads why it was refused', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const gateway = await gatewayBefore(t, upstream);
  for (let i = 0; i < 10; i++) {
    const response = await ask(gateway.url, { body: bodyOf(8 * LIMITS.body) });
    assert.equal(response.status, 413, `${response.error}`);
    assert.equal(response.code, 'body_too_large');
  }
  assert.equal(upstream.requests.length, 0);
});

void test('a body of exactly the limit is accepted', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(OK));
  const gateway = await gatewayBefore(t, upstream);
  const body = bodyOf(LIMITS.body);
  assert.equal((await ask(gateway.url, { body })).status, 200);
  assert.ok(upstream.requests[0]?.body.equals(body));
});

void test('a body in chunks that turns out too large is cut off, and nobody is to blame', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(OK));
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url, { body: Readable.from([bodyOf(LIMITS.body + 1)]) });
  assert.equal(response.status, 413, `${response.error}`);
  assert.equal(response.code, 'body_too_large');
  await until(() => upstream.open() === 0);
  assert.equal(upstream.requests.length, 0);
  await assertNobodyIsBlamed(gateway);
});

for (const [how, send] of [
  ['of announced length', (body: Buffer) => body],
  ['in chunks', (body: Buffer) => Readable.from([body.subarray(0, 70_000), body.subarray(70_000)])],
] as const) {
  void test(`a body ${how} between the limits goes through byte for byte`, async (t) => {
    const upstream = await rawUpstream(t, ({ write }) => write(OK));
    const gateway = await gatewayBefore(t, upstream);
    const body = bodyOf(500 * KIB);
    const response = await ask(gateway.url, { body: send(body) });
    assert.equal(response.status, 200, response.text);
    const [request] = upstream.requests;
    assert.ok(request !== undefined);
    assert.ok(request.body.equals(body));
    assert.equal(
      request.header('content-length') ?? request.header('transfer-encoding'),
      how === 'in chunks' ? 'chunked' : String(body.length),
    );
    const [line] = await gateway.requestsLogged(1);
    assert.equal(line?.model, 'gpt-5');
    await assertNobodyIsBlamed(gateway);
  });
}

void test('a body between the limits has one try', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) =>
    write(
      rawAnswer('500 Oops', ['content-type: application/json'], '{"error":{"message":"no","code":null}}'),
    ),
  );
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url, { body: bodyOf(500 * KIB) });
  assert.equal(response.status, 500);
  assert.equal(response.headers['x-sparekey-attempts'], '1');
  assert.equal(upstream.requests.length, 1);
});

void test('a body up to the replay limit is sent again', async (t) => {
  let count = 0;
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(count++ === 0 ? rawAnswer('500 Oops', [], '') : OK);
  });
  const gateway = await gatewayBefore(t, upstream);
  const body = bodyOf(LIMITS.replay);
  const response = await ask(gateway.url, { body });
  assert.equal(response.status, 200);
  assert.equal(response.headers['x-sparekey-attempts'], '2');
  assert.deepEqual(
    upstream.requests.map((request) => request.body.equals(body)),
    [true, true],
  );
});

void test('a client with a large body reads that no key is in service', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    const words =
      '{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}';
    return write(rawAnswer('401 Unauthorized', ['content-type: application/json'], words));
  });
  const gateway = await gatewayBefore(t, upstream);
  const ofClients = (): number =>
    upstream.requests.filter(({ header }) => header('user-agent') !== 'sparekey-health-check').length;
  await ask(gateway.url);
  assert.equal(ofClients(), KEYS.length);
  for (let i = 0; i < 10; i++) {
    const response = await ask(gateway.url, { body: bodyOf(LIMITS.body) });
    assert.equal(response.status, 503, `${response.error}`);
    assert.equal(response.code, 'no_key_available');
  }
  assert.equal(ofClients(), KEYS.length);
});

void test('the answer of a provider that has not read the whole body counts', async (t) => {
  const words =
    '{"error":{"message":"Too much","type":"invalid_request_error","code":"string_above_max_length"}}';
  const upstream = await rawUpstream(t, () => {}, {
    onHead: (_, socket) => {
      socket.resume();
      socket.write(
        rawAnswer('400 Bad Request', ['content-type: application/json', 'connection: close'], words),
      );
      return true;
    },
  });
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url, { body: bodyOf(LIMITS.body) });
  assert.equal(response.status, 400, `${response.error}`);
  assert.equal(response.text, words);
  await assertNobodyIsBlamed(gateway);
});

void test('a client that vanishes in the middle of a large body blames nobody', async (t) => {
  const heads: string[] = [];
  const upstream = await rawUpstream(t, () => {}, {
    onHead: (head, socket) => {
      heads.push(head);
      socket.resume();
      return true;
    },
  });
  const gateway = await gatewayBefore(t, upstream);
  for (const leave of ['reset', 'end'] as const) {
    const connection = await rawConnection(gateway.port);
    t.after(() => connection.socket.destroy());
    connection.write(`${HEAD.join('\r\n')}\r\ncontent-length: ${500 * KIB}\r\n\r\n`);
    connection.write(bodyOf(500 * KIB).subarray(0, 200 * KIB));
    const before = heads.length;
    await until(() => heads.length > before);
    if (leave === 'reset') connection.socket.resetAndDestroy();
    else connection.end();
    await until(() => upstream.open() === 0);
  }
  const lines = await gateway.requestsLogged(2);
  assert.deepEqual(
    lines.map(({ attempts, verdict }) => [attempts, verdict]),
    [
      [1, 'cancelled'],
      [1, 'cancelled'],
    ],
  );
  await assertNobodyIsBlamed(gateway);
});

void test('the model in a large body is mapped like any other', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(OK));
  const provider = simulatedProvider({ url: `${upstream.origin}/v1` }, KEYS, {
    modelMapping: { 'gpt-5': 'gpt-6-mini' },
  });
  const gateway = await gatewayFor(t, { config: { limits: LIMITS, providers: [provider] } });
  const body = bodyOf(500 * KIB);
  assert.equal((await ask(gateway.url, { body })).status, 200);
  assert.equal(upstream.requests[0]?.body.toString(), body.toString().replace('"gpt-5"', '"gpt-6-mini"'));
});

void test('a client may take longer to send its body than a provider may take to answer', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(OK));
  const provider = simulatedProvider({ url: `${upstream.origin}/v1` }, KEYS, { firstOutputTimeout: 400 });
  const gateway = await gatewayFor(t, { config: { limits: LIMITS, providers: [provider] } });
  const body = bodyOf(200 * KIB);
  const pieces = async function* (): AsyncGenerator<Buffer> {
    yield body.subarray(0, 100 * KIB);
    for (let at = 100 * KIB; at < body.length; at += 10 * KIB) {
      await pause(80);
      yield body.subarray(at, at + 10 * KIB);
    }
  };
  const response = await ask(gateway.url, { body: Readable.from(pieces()) });
  assert.equal(response.status, 200, response.text);
  await assertNobodyIsBlamed(gateway);
});
