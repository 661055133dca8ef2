import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createHash } from 'node:crypto';
import { ANSWER_TO_ANYTHING } from '../../support/answers.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { rawConnection } from '../../support/http.ts';
import { rawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A provider of realtime sessions, that says every frame back, and knows one of its two keys. */
async function startRealtime(t: TestContext) {
  const handshakes: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    handshakes.push(request);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (request.headers.authorization !== 'Bearer sk-good') {
      const body = '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}';
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${GUID}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: realtime\r\n\r\n`,
    );
    socket.on('data', (chunk: Buffer) => socket.write(unmask(chunk)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { handshakes, sockets, url: `http://127.0.0.1:${address.port}/v1` };
}

/** A client's frame, short and whole, as a server would send it. */
function unmask(frame: Buffer): Buffer {
  const length = (frame[1] ?? 0) & 0x7f;
  const mask = frame.subarray(2, 6);
  const data = frame.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([frame[0] ?? 0, length]), data]);
}

async function gatewayBefore(t: TestContext, url: string, keys: readonly string[], clients?: object[]) {
  const gateway = await startTestGateway({
    config: {
      ...(clients !== undefined && { clients }),
      limits: { drain: 50 },
      providers: [
        {
          id: 'rt',
          type: 'openai',
          baseUrl: url,
          apiTokens: keys,
          modelMapping: { voice: 'gpt-realtime' },
          failover: { enabled: true, cooldownDuration: '10m' },
        },
      ],
    },
  });
  t.after(() => gateway.close());
  return gateway;
}

/** Opens a WebSocket as an application does. */
function openSocket(url: string, protocols: readonly string[] = ['realtime']): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols]);
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => reject(new Error('the socket did not open')));
  });
}

void test('a realtime session opens with a key that works, and what is said passes both ways', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-dead', 'sk-good']);
  const url = `ws://127.0.0.1:${gateway.port}/v1/realtime?model=voice&intent=x`;
  for (let session = 0; session < 8; session++) {
    const socket = await openSocket(url);
    assert.equal(socket.protocol, 'realtime');
    const response = new Promise((resolve) =>
      socket.addEventListener('message', ({ data }) => resolve(data)),
    );
    socket.send('hello');
    assert.equal(await response, 'hello');
    socket.close();
  }
  assert.equal(provider.handshakes.length, 9, 'a dead key is tried once');
  for (const request of provider.handshakes) {
    assert.equal(request.url, '/v1/realtime?model=gpt-realtime&intent=x');
    assert.equal(request.headers.upgrade, 'websocket');
  }
  assert.equal((await gateway.keyOf('sk-dead', 'rt')).state, 'out-of-service');
});

void test('a browser names its key in a protocol, which stays here', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-good'], [{ name: 'web', key: 'client-key-1' }]);
  const url = `ws://127.0.0.1:${gateway.port}/v1/realtime?model=voice`;
  const socket = await openSocket(url, ['realtime', 'openai-insecure-api-key.client-key-1']);
  assert.equal(provider.handshakes[0]?.headers['sec-websocket-protocol'], 'realtime');
  socket.close();
  await assert.rejects(openSocket(url, ['realtime', 'openai-insecure-api-key.nope']));
});

void test('an answer of the provider other than a session reaches the client, and the connection stays usable', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-dead']);
  await assert.rejects(openSocket(`ws://127.0.0.1:${gateway.port}/v1/realtime?model=voice`));
  const [line] = await gateway.requestsLogged(1);
  assert.equal(line?.status, 502);
  const plain = await fetch(`${gateway.url}/v1/realtime?model=voice`);
  assert.equal(plain.status, 426);
  await assert.rejects(openSocket(`ws://127.0.0.1:${gateway.port}/v1/models`));
});

void test('a session ends on both sides when either ends, and a stop does not wait for it beyond its limit', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-good']);
  const url = `ws://127.0.0.1:${gateway.port}/v1/realtime?model=voice`;
  const first = await openSocket(url);
  assert.equal(gateway.inFlight(), 1);
  const ended = new Promise((resolve) => first.addEventListener('close', resolve));
  for (const socket of provider.sockets) socket.destroy();
  await ended;
  await gateway.requestsLogged(1);
  assert.equal(gateway.inFlight(), 0);

  const second = await openSocket(url);
  const gone = new Promise((resolve) => second.addEventListener('close', resolve));
  await gateway.close();
  await gone;
});

void test('an upgrade after a request that is not answered yet gets an answer, and harms nobody', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-good']);
  const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\n';
  for (const first of ['/health', '/nothing', '/v1/realtime?model=voice']) {
    const socket = connect(gateway.port, '127.0.0.1');
    t.after(() => socket.destroy());
    let response = '';
    socket.on('data', (chunk: Buffer) => (response += chunk.toString()));
    socket.write(
      `GET ${first} HTTP/1.1\r\nhost: x\r\n\r\nGET /v1/realtime?model=voice HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`,
    );
    await until(() => response.split('HTTP/1.1 ').length === 3);
    assert.match(response, /HTTP\/1\.1 426 [^]*"upgrade_required"/);
  }
  assert.equal(provider.handshakes.length, 0);
  assert.equal((await fetch(`${gateway.url}/health`)).status, 200);
});

void test('an upgrade has no more headers than other requests', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-good']);
  const socket = connect(gateway.port, '127.0.0.1');
  t.after(() => socket.destroy());
  let response = '';
  socket.on('data', (chunk: Buffer) => (response += chunk.toString()));
  const many = Array.from({ length: 201 }, (_, at) => `x-${at}: 1\r\n`).join('');
  socket.write(
    `GET /v1/realtime?model=voice HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n${many}\r\n`,
  );
  await until(() => response.includes('headers_too_large'));
  assert.match(response, /^HTTP\/1\.1 431 /);
  assert.equal(provider.handshakes.length, 0);
});

const HANDSHAKE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
/** RFC 6455, 1.3: what belongs to this key. */
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** A client that asks for a WebSocket, and says something at once. */
async function askFor(t: TestContext, port: number, key = HANDSHAKE_KEY) {
  const connection = await rawConnection(port);
  t.after(() => connection.socket.destroy());
  connection.write(
    [
      'GET /v1/realtime?model=voice HTTP/1.1',
      'host: x',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${key}`,
      'sec-websocket-protocol: realtime',
      '\r\n',
    ].join('\r\n'),
  );
  return connection;
}

const GOOD_HEAD = [
  'HTTP/1.1 101 Switching Protocols',
  'upgrade: WebSocket',
  'connection: keep-alive, Upgrade',
  `sec-websocket-accept: ${ACCEPT}`,
];
const without = (start: string): string[] => GOOD_HEAD.filter((line) => !line.startsWith(start));

const notAccepted: readonly [what: string, head: readonly string[]][] = [
  ['another status', ['HTTP/1.1 200 OK', ...GOOD_HEAD.slice(1), 'content-length: 0']],
  ['no upgrade', without('upgrade')],
  ['an upgrade to something else', [...without('upgrade'), 'upgrade: h2c']],
  ['an upgrade that is not of this connection', [...without('connection'), 'connection: keep-alive']],
  ['no word that the key was read', without('sec-websocket-accept')],
  [
    'the word for another key',
    [...without('sec-websocket-accept'), `sec-websocket-accept: ${ACCEPT.toLowerCase()}`],
  ],
  ['a protocol that was not offered', [...GOOD_HEAD, 'sec-websocket-protocol: chat']],
  ['an extension that was not offered', [...GOOD_HEAD, 'sec-websocket-extensions: permessage-deflate; a=1']],
];

for (const [what, head] of notAccepted) {
  void test(`${what} is no WebSocket: it is not joined, and its provider has failed`, async (t) => {
    const upstream = await rawUpstream(t, ({ write }) => write(`${head.join('\r\n')}\r\n\r\nHELLO`));
    const gateway = await gatewayBefore(t, `${upstream.origin}/v1`, ['sk-good']);
    const client = await askFor(t, gateway.port);
    const response = await client.receive(/\r\n\r\n[^]*\}/);
    assert.match(response, /^HTTP\/1\.1 502 [^]*"upstream_broken"/);
    assert.ok(!response.includes('HELLO'));
    const [line] = await gateway.requestsLogged(1);
    assert.deepEqual(
      line?.failed?.map(({ verdict }) => verdict),
      ['overloaded'],
    );
    await until(() => upstream.open() === 0 && gateway.inFlight() === 0);
  });
}

void test('what accepts the handshake that was sent is joined, in any case of its words', async (t) => {
  const head = [...GOOD_HEAD, 'sec-websocket-protocol: realtime'];
  const upstream = await rawUpstream(t, ({ write }) => write(`${head.join('\r\n')}\r\n\r\nHELLO`));
  const gateway = await gatewayBefore(t, `${upstream.origin}/v1`, ['sk-good']);
  const client = await askFor(t, gateway.port);
  assert.match(await client.receive(/HELLO/), /^HTTP\/1\.1 101 [^]*\r\n\r\nHELLO$/);
  assert.equal(upstream.requests[0]?.header('sec-websocket-key'), HANDSHAKE_KEY);
});

void test('a handshake without a key of its own is refused, and reaches no provider', async (t) => {
  const provider = await startRealtime(t);
  const gateway = await gatewayBefore(t, provider.url, ['sk-good']);
  for (const key of ['', 'short', `${HANDSHAKE_KEY}=`]) {
    const client = await askFor(t, gateway.port, key);
    assert.match(await client.receive(/\}/), /^HTTP\/1\.1 400 [^]*"bad_request"/);
  }
  assert.equal(provider.handshakes.length, 0);
});

void test('handshakes that a provider answers with something else do not keep other requests from it', async (t) => {
  const pages = ['<html></html>', '{}'];
  const upstream = await rawUpstream(t, ({ request, write }) => {
    const [type, body] = request.line.startsWith('GET')
      ? ['text/html', pages[upstream.requests.length % 2] ?? '']
      : ['application/json', ANSWER_TO_ANYTHING];
    return write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
  const provider = {
    type: 'openai',
    apiTokens: ['sk-good'],
    failover: { enabled: true, cooldownDuration: '10m' },
  };
  const gateway = await startTestGateway({
    config: {
      providers: ['first', 'second'].map((id) => ({ ...provider, id, baseUrl: `${upstream.origin}/${id}` })),
      routes: [{ model: '*', to: ['first', 'second'] }],
    },
  });
  t.after(() => gateway.close());
  for (let handshake = 0; handshake < 12; handshake++) {
    const client = await askFor(t, gateway.port);
    assert.match(await client.receive(/\r\n\r\n/), /^HTTP\/1\.1 502 /);
  }
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'voice', messages: [] }),
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('x-sparekey-provider'), 'first');
});
