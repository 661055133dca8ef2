import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { ProxyAddress } from '../../../src/base/proxy-address.ts';
import { parseProxyUrl } from '../../../src/config/schema/proxy-url.ts';
import { openTransport } from '../../../src/upstream/transport.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { folderFor } from '../../support/folder.ts';
import { freePort } from '../../support/free-port.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import { exchangeOver, summary } from '../exchange-tools.ts';
import { startMicrosocks, startTinyproxy } from './proxies.ts';

const JSON_ANSWER = rawAnswer('200 OK', ['content-type: application/json'], '{"choices":[]}');

/** tinyproxy answers 403 to credentials that are not its own, and 407 to none. */
const KINDS = {
  http: { start: startTinyproxy, toWrongCredentials: 'not-sent: proxy-refused' },
  socks5: { start: startMicrosocks, toWrongCredentials: 'not-sent: proxy-credentials' },
} as const;

function addressOf(url: string): ProxyAddress {
  const address = parseProxyUrl(url);
  if (address === undefined) throw new RangeError(`${url} is no URL of a proxy`);
  return address;
}

/** Asks by a proxy: the provider's, or the key's own. @returns how it ended, in a word */
async function asked(
  context: TestContext,
  origin: string,
  proxy: string,
  { isKeys = false, connectTimeoutMs = 10_000 } = {},
): Promise<string> {
  const address = addressOf(proxy);
  const transport = openTransport({ origin, connectTimeoutMs, ...(!isKeys && { proxy: address }) });
  context.after(() => transport.destroy());
  const request = isKeys ? { proxy: address } : {};
  return summary(await exchangeOver(transport)({}, request).result);
}

for (const [scheme, { start, toWrongCredentials }] of Object.entries(KINDS)) {
  void suite(`a proxy that speaks ${scheme}`, () => {
    void test('passes a request on as it is, over a connection that is kept', async (t) => {
      const upstream = await rawUpstream(t, ({ write }) => write(JSON_ANSWER));
      const { port } = await start(t);
      const direct = openTransport({ origin: upstream.origin, connectTimeoutMs: 10_000 });
      const proxied = openTransport({
        origin: upstream.origin,
        connectTimeoutMs: 10_000,
        proxy: addressOf(`${scheme}://127.0.0.1:${port}`),
      });
      t.after(() => Promise.all([direct.destroy(), proxied.destroy()]));
      for (const transport of [direct, proxied, proxied]) {
        assert.equal(summary(await exchangeOver(transport)().result), 'whole');
        // Its connection is free in a moment.
        await nextTurn();
      }
      const [plain, first, second] = upstream.requests;
      assert.equal(first?.head, plain?.head);
      assert.equal(second?.connection, first?.connection);
    });

    void test('passes TLS on unread, to a name as to an address', async (t) => {
      const { port } = await start(t);
      const certificate = await makeCertificate(await folderFor(t), 'provider');
      const before = getCACertificates();
      setDefaultCACertificates([...before, certificate.cert]);
      t.after(() => setDefaultCACertificates(before));
      const server = createTlsServer(certificate, (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const address = server.address();
      const at = typeof address === 'object' && address !== null ? address.port : 0;
      for (const host of ['127.0.0.1', 'localhost'])
        assert.equal(await asked(t, `https://${host}:${at}`, `${scheme}://127.0.0.1:${port}`), 'whole');
    });

    void test('is told its credentials, and where they are wrong that is said', async (t) => {
      const upstream = await rawUpstream(t, ({ write }) => write(JSON_ANSWER));
      const { port } = await start(t, { credentials: ['team', 'pass1'] });
      const by = (who: string): Promise<string> =>
        asked(t, upstream.origin, `${scheme}://${who}127.0.0.1:${port}`);
      assert.deepEqual(
        [await by('te%61m:pass1@'), await by('team:other@'), await by('')],
        ['whole', toWrongCredentials, 'not-sent: proxy-credentials'],
      );
    });

    void test('that reaches no provider says so, and no key is blamed for it', async (t) => {
      const { port } = await start(t);
      const gone = `http://127.0.0.1:${await freePort()}`;
      for (const isKeys of [false, true])
        assert.equal(
          await asked(t, gone, `${scheme}://127.0.0.1:${port}`, { isKeys }),
          'not-sent: proxy-no-route',
        );
    });

    void test('that is not there, hangs or speaks something else is the fault of the key that it is for', async (t) => {
      const gone = await freePort();
      const silent = createServer(() => {}).listen(0, '127.0.0.1');
      const other = createServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1');
      await Promise.all([once(silent, 'listening'), once(other, 'listening')]);
      t.after(() => [silent, other].map((server) => server.close()));
      for (const port of [gone, portOf(silent), portOf(other)]) {
        const proxy = `${scheme}://127.0.0.1:${port}`;
        const outcomes = await Promise.all(
          [true, false].map((isKeys) =>
            asked(t, 'http://provider.test', proxy, { isKeys, connectTimeoutMs: 300 }),
          ),
        );
        assert.deepEqual(outcomes, ['no-tunnel: proxy-unreachable', 'not-sent: proxy-unreachable']);
      }
    });
  });
}

void test('a proxy that opens no tunnel to this port refuses, which is about the proxy', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(JSON_ANSWER));
  const { port } = await startTinyproxy(t, { onlyTo: 443 });
  assert.equal(
    await asked(t, upstream.origin, `http://127.0.0.1:${port}`, { isKeys: true }),
    'no-tunnel: proxy-refused',
  );
});

void test('requests by different proxies, and by none, have different connections', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(JSON_ANSWER));
  const [one, other] = [await startTinyproxy(t), await startMicrosocks(t)];
  const transport = openTransport({
    origin: upstream.origin,
    connectTimeoutMs: 10_000,
    proxy: addressOf(`http://127.0.0.1:${one.port}`),
  });
  t.after(() => transport.destroy());
  const byOther = addressOf(`socks5://127.0.0.1:${other.port}`);
  for (const proxy of [undefined, byOther, 'none', byOther, undefined] as const)
    await exchangeOver(transport)({}, proxy === undefined ? {} : { proxy }).result;
  assert.deepEqual(
    upstream.requests.map(({ connection }) => connection),
    [1, 2, 3, 2, 1],
  );
  await other.stop();
  assert.equal(
    summary(await exchangeOver(transport)({}, { proxy: 'none' }).result),
    'whole',
    'who goes directly needs none',
  );
});

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
