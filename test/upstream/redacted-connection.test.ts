import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { redactorFor } from '../../src/keys/redaction/redactor.ts';
import { Secret } from '../../src/base/secret.ts';
import { redactedTransport } from '../../src/upstream/redacted-transport.ts';
import { openTransport } from '../../src/upstream/transport.ts';
import { rawUpstream, type RawExchange } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const KEY = 'sk-proj-aB3dF9xYz0123456789';
const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n';

/** A connection that was joined, as its reader has it, and the provider's end of it. */
async function joined(t: TestContext): Promise<{ mine: Duplex; theirs: RawExchange }> {
  const received = Promise.withResolvers<RawExchange>();
  const { origin } = await rawUpstream(t, (exchange) => received.resolve(exchange));
  const transport = openTransport({ origin, connectTimeoutMs: 10_000 });
  t.after(() => transport.destroy());
  const given = Promise.withResolvers<Duplex>();
  redactedTransport(transport, redactorFor(new Secret(KEY))).dispatch(
    { method: 'GET', path: '/', headers: [], body: null, upgrade: 'websocket' },
    {
      onConnection: (connection) => void connection.beginRequest(),
      onRequestStart: () => undefined,
      onRequestUpgrade: (_controller, _status, _headers, socket) => given.resolve(socket),
      onResponseError: (_, error) => given.reject(error),
    },
  );
  const theirs = await received.promise;
  await theirs.write(HEAD);
  const mine = await given.promise;
  t.after(() => mine.destroy());
  return { mine, theirs };
}

async function allOf(stream: Duplex): Promise<string> {
  const pieces: string[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece.toString('latin1')));
  await once(stream, 'end');
  return pieces.join('');
}

void test('the last bytes of a provider are read, however long after it has gone', async (t) => {
  const { mine, theirs } = await joined(t);
  mine.read(0);
  theirs.end(`the key is ${KEY}, goodbye`);
  await theirs.closed;
  // The close is seen here as well before anything of it is read.
  await until(() => mine.readableLength > 0);
  await sleep(50);
  assert.equal(await allOf(mine), `the key is ${'*'.repeat(KEY.length)}, goodbye`);
});

void test('a connection that breaks is broken for its reader', async (t) => {
  const { mine, theirs } = await joined(t);
  const broken = once(mine, 'close');
  mine.read(0);
  theirs.reset();
  await assert.rejects(broken, { code: 'ECONNRESET' });
  assert.ok(mine.destroyed);
});
