import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect as connectPlain, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { Secret } from '../../../src/base/secret.ts';
import { openDataServer, serveConnections } from '../../../src/gateway/connections/server.ts';
import type { ListenerBounds } from '../../../src/gateway/connections/server.ts';
import type { ConnectionCounts } from '../../../src/listener/file-descriptors.ts';
import type { KeyPair } from '../../../src/listener/key-pair.ts';
import { boundAddress, listen } from '../../../src/listener/listen.ts';
import { tlsOn } from '../../../src/listener/tls.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { folderFor } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

const ASK = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** Fits nothing. */
const TO_ITS_END = /(?!)/;

interface SecuredServer {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly counts: () => ConnectionCounts;
  /** What it shows from the next connection on; undefined: it speaks no TLS. */
  readonly use: (pair: KeyPair | undefined) => void;
  /** A client that has shaken hands, and trusts `ca` unless told otherwise. */
  readonly client: (options?: ConnectionOptions) => Promise<TLSSocket>;
}

async function setUp(
  context: TestContext,
  bounds: Partial<ListenerBounds> = {},
  total = 100,
): Promise<SecuredServer> {
  const folder = await folderFor(context);
  const { cert, key } = await makeCertificate(folder, 'one');
  let pair: KeyPair | undefined = { cert, key: new Secret(key) };
  const server = await openDataServer(
    { host: '127.0.0.1', port: 0 },
    (_, response, tunnel) => {
      if (tunnel === undefined) response.end('hello');
      else {
        tunnel.socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        tunnel.socket.pipe(tunnel.socket);
      }
    },
    bounds,
    { caps: () => ({ total, perAddress: total }), onFull: () => undefined, secure: tlsOn(() => pair) },
  );
  context.after(() => server.close(0));
  const { port } = server.address;
  return {
    port,
    ca: cert,
    counts: () => server.connections(),
    use: (next) => {
      pair = next;
    },
    client: async (options) => {
      const socket = connect({ port, host: '127.0.0.1', ca: cert, ...options });
      context.after(() => socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    },
  };
}

/** What a connection brings until `pattern` fits, or it ends. */
async function read(socket: Socket, pattern: RegExp): Promise<string> {
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  await until(() => pattern.test(text) || socket.readableEnded || socket.closed);
  return text;
}

function plain(context: TestContext, port: number, sent: string | Buffer): Socket {
  const socket = connectPlain({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(sent);
  context.after(() => socket.destroy());
  return socket;
}

void test('TLS 1.2 and 1.3 are spoken with HTTP/1.1, with and without a server name, and connections are kept alive', async (context) => {
  const { port, ca, client, counts } = await setUp(context);
  for (const options of [
    { maxVersion: 'TLSv1.2' },
    { minVersion: 'TLSv1.3', servername: 'localhost' },
    { ALPNProtocols: ['h2', 'http/1.1'] },
  ] as const) {
    const socket = await client(options);
    for (const _ of [1, 2]) {
      socket.write(ASK);
      assert.match(await read(socket, /hello$/), /^HTTP\/1\.1 200 /);
    }
    assert.equal(socket.alpnProtocol, 'ALPNProtocols' in options ? 'http/1.1' : false);
  }
  assert.equal(counts().open, 3);
  const answered = await new Promise((resolve) => {
    httpsRequest({ port, host: '127.0.0.1', ca, agent: false }, ({ statusCode }) =>
      resolve(statusCode),
    ).end();
  });
  assert.equal(answered, 200);
});

void test('what is no TLS, too old or another protocol is refused, and costs others nothing', async (context) => {
  const { port, client, counts } = await setUp(context);
  const busy = await client();
  await assert.rejects(client({ ca: [] }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  await assert.rejects(client({ ALPNProtocols: ['h2'] }), /no application protocol/i);
  await assert.rejects(
    client({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    /protocol version/i,
  );
  const http = await read(plain(context, port, ASK), /}$/);
  assert.match(
    http,
    /^HTTP\/1\.1 400 Bad Request\r\n[^]*"message":"This port speaks TLS[^]*"code":"https_required"/,
  );
  assert.equal(await read(plain(context, port, Buffer.from('00ff00ff00ff00ff', 'hex')), TO_ITS_END), '');
  plain(context, port, '').resetAndDestroy();
  busy.write(ASK);
  assert.match(await read(busy, /hello$/), /^HTTP\/1\.1 200 /);
  await until(() => counts().open === 1);
});

void test('a handshake is not asked for again on the same connection', async (context) => {
  const { client } = await setUp(context);
  const socket = await client({ maxVersion: 'TLSv1.2' });
  socket.on('error', () => {});
  const failure = await new Promise<Error | null>((resolve) => {
    socket.renegotiate({}, resolve);
    socket.once('close', () => resolve(new Error('closed')));
  });
  assert.ok(failure !== null);
});

void test('a handshake that does not come has the time of a head, and gives way to others as an idle connection does', async (context) => {
  const slow = await setUp(context, { headMs: 100, checkMs: 20 });
  const silent = plain(context, slow.port, '');
  const begun = plain(context, slow.port, Buffer.from('16030100', 'hex'));
  await Promise.all([silent, begun].map((socket) => read(socket, TO_ITS_END)));
  // As with a head, the client has some time to read why, and is then cut off.
  await until(() => slow.counts().open === 0);

  const full = await setUp(context, {}, 2);
  const first = plain(context, full.port, '');
  await until(() => full.counts().open === 1);
  const second = await full.client();
  const third = await full.client();
  await read(first, TO_ITS_END);
  for (const socket of [second, third]) {
    socket.write(ASK);
    assert.match(await read(socket, /hello$/), /^HTTP\/1\.1 200 /);
  }
  assert.deepEqual(full.counts(), { open: 2, most: 2, gaveWay: 1, refused: 0 });
});

void test('another pair counts from the next connection on, and so does TLS itself', async (context) => {
  const { port, client, use } = await setUp(context);
  const before = await client();
  const { cert, key } = await makeCertificate(await folderFor(context), 'two');
  use({ cert, key: new Secret(key) });
  await assert.rejects(client(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const after = await client({ ca: cert });
  assert.equal(after.getPeerCertificate().subject.CN, 'two');
  for (const socket of [before, after]) {
    socket.write(ASK);
    assert.match(await read(socket, /hello$/), /^HTTP\/1\.1 200 /);
  }
  use(undefined);
  assert.match(await read(plain(context, port, ASK), /hello$/), /^HTTP\/1\.1 200 /);
});

void test('an upgraded connection is encrypted in both directions', async (context) => {
  const { client } = await setUp(context);
  const socket = await client();
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  assert.match(await read(socket, /\r\n\r\n$/), /^HTTP\/1\.1 101 /);
  socket.write('one');
  assert.match(await read(socket, /one$/), /one$/);
});

void test('a connection that was read from before it is served, as one that waited for its worker, loses nothing', async (context) => {
  const { cert, key } = await makeCertificate(await folderFor(context), 'one');
  const pair = { cert, key: new Secret(key) };
  const served = serveConnections(
    (_, response) => void response.end('hello'),
    {},
    {
      caps: () => ({ total: 9, perAddress: 9 }),
      onFull: () => undefined,
      secure: tlsOn(() => pair),
    },
  );
  context.after(() => served.close(0));
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    void until(() => socket.readableLength > 0).then(() => served.accept(socket));
  });
  await listen(listener, { host: '127.0.0.1', port: 0 });
  context.after(() => listener.close());
  const socket = connect({ ...boundAddress(listener), ca: cert });
  context.after(() => socket.destroy());
  socket.write(ASK);
  assert.match(await read(socket, /hello$/), /^HTTP\/1\.1 200 /);
});
