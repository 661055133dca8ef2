import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import type { Server } from 'node:net';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseProxyUrl } from '../../../src/config/schema/proxy-url.ts';
import { openTransport } from '../../../src/upstream/transport.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { folderFor } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { exchangeOver, summary } from '../exchange-tools.ts';

/* Proxies that do what no proxy should: none holds the process, keeps a connection or makes another party guilty. */

const OPENED = 'HTTP/1.1 200 OK\r\n\r\n';
const ANSWER =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"choices":[]}';
const NO_CREDENTIALS = [5, 0];
const CONNECTED = [5, 0, 0, 1, 127, 0, 0, 1, 0, 80];
const CONNECTED_BY_NAME = [5, 0, 0, 3, 11, ...Buffer.from('a.long.name'), 0, 80];

interface Hostile {
  readonly port: number;
  /** Connections that came, and those that are open. */
  readonly counts: { made: number; open: number };
}

async function serve(context: TestContext, server: Server): Promise<Hostile> {
  const counts = { made: 0, open: 0 };
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    counts.made++;
    counts.open++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      counts.open--;
      sockets.delete(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, counts };
}

/** Its replies go by how many messages have come. */
function replying(...replies: readonly ((socket: Socket) => unknown)[]): Server {
  return createServer((socket) => {
    const left = [...replies];
    socket.on('data', () => left.shift()?.(socket));
  });
}

async function asked(
  context: TestContext,
  proxy: string,
  { origin = 'http://provider.test', isKeys = true, times = 1 } = {},
): Promise<readonly string[]> {
  const address = parseProxyUrl(proxy);
  assert.ok(address);
  const transport = openTransport({ origin, connectTimeoutMs: 500, ...(!isKeys && { proxy: address }) });
  context.after(() => transport.destroy());
  const exchange = exchangeOver(transport);
  const results = await Promise.all(
    Array.from({ length: times }, () => exchange({}, isKeys ? { proxy: address } : {}).result),
  );
  return [...new Set(results.map(summary))];
}

/** Each byte in a segment of its own. */
async function bytewise(socket: Socket, bytes: Iterable<number>): Promise<void> {
  socket.setNoDelay(true);
  for (const byte of bytes) {
    if (socket.destroyed) return;
    await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

void suite('a SOCKS proxy', () => {
  void test('may send its replies byte by byte', async (t) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const { port } = await serve(
      t,
      replying(
        (socket) => bytewise(socket, NO_CREDENTIALS),
        (socket) => bytewise(socket, CONNECTED_BY_NAME),
        (socket) => socket.write(ANSWER),
      ),
    );
    assert.deepEqual(await asked(t, `socks5://127.0.0.1:${port}`), ['whole']);
    assert.deepEqual(warnings, []);
  });

  void test('that ends a reply at any byte is the fault of its key', async (t) => {
    for (const cut of NO_CREDENTIALS.keys()) {
      const { port } = await serve(
        t,
        replying((socket) => socket.end(Buffer.from(NO_CREDENTIALS.slice(0, cut)))),
      );
      assert.deepEqual(await asked(t, `socks5://127.0.0.1:${port}`), ['no-tunnel: proxy-unreachable']);
    }
    for (const cut of CONNECTED.keys()) {
      const { port } = await serve(
        t,
        replying(
          (socket) => socket.write(Buffer.from(NO_CREDENTIALS)),
          (socket) => socket.end(Buffer.from(CONNECTED.slice(0, cut))),
        ),
      );
      assert.deepEqual(await asked(t, `socks5://127.0.0.1:${port}`), ['no-tunnel: proxy-unreachable']);
    }
  });

  void test('that speaks another version, or says an address of no type, opens no tunnel', async (t) => {
    for (const reply of [
      [4, ...CONNECTED.slice(1)],
      [5, 0, 0, 9, ...CONNECTED.slice(4)],
    ]) {
      const { port } = await serve(
        t,
        replying(
          (socket) => socket.write(Buffer.from(NO_CREDENTIALS)),
          (socket) => socket.write(Buffer.from(reply)),
        ),
      );
      assert.deepEqual(await asked(t, `socks5://127.0.0.1:${port}`), ['no-tunnel: proxy-unreachable']);
    }
  });
});

void suite('a proxy by CONNECT', () => {
  const ANSWERS: Readonly<Record<string, (socket: Socket) => unknown>> = {
    'no HTTP': (socket) => socket.write('\0\x01nothing\r\n\r\n'),
    'a head without end': (socket) => socket.write('HTTP/1.1 200 OK\r\nx: '),
    'a head that is too large': (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(1e5)}\r\n\r\n`),
    'the end': (socket) => socket.end(),
    'a reset': (socket) => socket.resetAndDestroy(),
  };

  for (const [what, answer] of Object.entries(ANSWERS)) {
    void test(`that answers ${what} is the fault of its key, and no connection stays`, async (t) => {
      const { port, counts } = await serve(t, replying(answer));
      const outcomes = await asked(t, `http://127.0.0.1:${port}`, { times: 50 });
      assert.deepEqual(outcomes, ['no-tunnel: proxy-unreachable']);
      await until(() => counts.open === 0);
      assert.equal(counts.made, 50);
    });
  }

  void test('that speaks before it was asked is left after a few connections', async (t) => {
    const { port, counts } = await serve(
      t,
      replying((socket) => socket.write(OPENED + ANSWER)),
    );
    for (const [isKeys, outcome] of [
      [true, 'no-tunnel: reset'],
      [false, 'not-sent: reset'],
    ] as const) {
      counts.made = 0;
      assert.deepEqual(await asked(t, `http://127.0.0.1:${port}`, { isKeys }), [outcome]);
      assert.ok(counts.made <= 3, `it was asked ${counts.made} times`);
    }
  });

  void test('that opens a tunnel to somebody else than the provider is the fault of its key', async (t) => {
    const other = await makeCertificate(await folderFor(t), 'other');
    const inner = await serve(t, createTlsServer(other));
    const { port } = await serve(
      t,
      replying((socket) => {
        const through = new Socket().on('error', () => undefined).connect(inner.port, '127.0.0.1');
        socket.write(OPENED);
        socket.pipe(through).pipe(socket);
      }),
    );
    const outcomes = [true, false].map((isKeys) =>
      asked(t, `http://127.0.0.1:${port}`, { origin: 'https://provider.test', isKeys }),
    );
    assert.deepEqual(await Promise.all(outcomes), [['no-tunnel: tls'], ['not-sent: tls']]);
  });

  void test('by TLS shows a certificate of its own name, whatever the provider is called', async (t) => {
    const certificate = await makeCertificate(await folderFor(t), 'proxy');
    const before = getCACertificates();
    setDefaultCACertificates([...before, certificate.cert]);
    t.after(() => setDefaultCACertificates(before));
    const names: unknown[] = [];
    const server = createTlsServer(certificate, (socket) => {
      names.push(socket.servername);
      const left = [OPENED, ANSWER];
      socket.on('data', () => socket.write(left.shift() ?? ''));
    });
    const { port } = await serve(t, server);
    for (const host of ['localhost', '127.0.0.1'])
      assert.deepEqual(await asked(t, `https://${host}:${port}`), ['whole']);
    assert.deepEqual(names, ['localhost', false]);
  });
});
