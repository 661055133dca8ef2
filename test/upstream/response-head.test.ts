import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Exchange, UpstreamResult } from '../../src/upstream/exchange.ts';
import { setImmediate as settled, setTimeout as pause } from 'node:timers/promises';
import { rawUpstream, type RawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor, Reader, type Dispatch } from './exchange-tools.ts';

const EVENT = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
const GOOD = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${EVENT.length}\r\n\r\n${EVENT}`;

interface Setup {
  readonly upstream: RawUpstream;
  readonly dispatch: Dispatch;
}

/** An upstream that answers its first request with `first`, and all others well. */
async function answering(t: TestContext, first: string): Promise<Setup> {
  let count = 0;
  const upstream = await rawUpstream(t, ({ write }) => write(count++ === 0 ? first : GOOD));
  return { upstream, ...dispatcherFor(t, upstream.origin) };
}

async function resultOf(exchange: Exchange): Promise<string> {
  return summary(await exchange.result);
}

function summary(opening: UpstreamResult): string {
  if (opening.kind === 'whole') return `${opening.status} of ${opening.body.length} bytes`;
  return opening.kind === 'fault' ? `${opening.fault}: ${opening.detail}` : opening.kind;
}

void suite('answers that have no content, whatever their heads say', () => {
  const heads: readonly [head: string, mayStay: boolean][] = [
    ['204 No Content', true],
    ['204 No Content\r\ncontent-length: 0', true],
    ['204 No Content\r\ncontent-length: 5', false],
    ['204 No Content\r\ntransfer-encoding: chunked', false],
    ['304 Not Modified', true],
    ['304 Not Modified\r\ncontent-length: 5', false],
    ['304 Not Modified\r\ntransfer-encoding: chunked', false],
    ['205 Reset Content\r\ncontent-length: 0', true],
    ['205 Reset Content', false],
    ['205 Reset Content\r\ncontent-length: 5', false],
    ['205 Reset Content\r\ntransfer-encoding: chunked', false],
  ];
  for (const [head, mayStay] of heads) {
    const what = head.replaceAll('\r\n', ', ');
    void test(`${what}: ends with its head, and the next answer is read from its beginning`, async (t) => {
      const { upstream, dispatch } = await answering(t, `HTTP/1.1 ${head}\r\n\r\n`);
      assert.equal(await resultOf(dispatch()), `${head.slice(0, 3)} of 0 bytes`);
      await settled();
      assert.equal(await resultOf(dispatch()), 'open');
      const connections = upstream.requests.map(({ connection }) => connection);
      assert.deepEqual(connections, mayStay ? [1, 1] : [1, 2]);
    });
  }

  for (const body of ['hello', '5\r\nhello\r\n0\r\n\r\n', GOOD]) {
    void test(`what follows such a head is not read as an answer: ${JSON.stringify(body.slice(0, 20))}`, async (t) => {
      for (const status of ['204 No Content', '205 Reset Content', '304 Not Modified']) {
        const length = `content-length: ${body.length}`;
        const { dispatch } = await answering(t, `HTTP/1.1 ${status}\r\n${length}\r\n\r\n${body}`);
        assert.equal(await resultOf(dispatch()), `${status.slice(0, 3)} of 0 bytes`);
        await settled();
        const exchange = dispatch();
        assert.equal(await resultOf(exchange), 'open');
        assert.equal(exchange.held.toString(), EVENT);
      }
    });
  }
});

const interim = (status: string): string => `HTTP/1.1 ${status}\r\nlink: </a>\r\n\r\n`;

void suite('answers that announce the answer', () => {
  void test('are skipped, each of them and several', async (t) => {
    const all = interim('102 Processing') + interim('103 Early Hints') + interim('199 Whatever');
    const { dispatch } = await answering(t, all + GOOD);
    assert.equal(await resultOf(dispatch()), 'open');
  });

  void test('have an end', async (t) => {
    const { dispatch, upstream } = await answering(t, interim('102 Processing').repeat(1025));
    assert.equal(await resultOf(dispatch()), 'maybe-sent: too-many-interims');
    await until(() => upstream.open() === 0);
  });

  void test('100 Continue is skipped as well, however it is cut, and on every request of a connection', async (t) => {
    const go = 'HTTP/1.1 100 Continue\r\n\r\n';
    let pieces: readonly string[] = [];
    const upstream = await rawUpstream(t, async ({ socket, write }) => {
      socket.setNoDelay(true);
      for (const piece of pieces) {
        await write(piece);
        await pause(5);
      }
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    for (pieces of [
      [go + GOOD],
      [go, GOOD],
      [go.slice(0, 5), go.slice(5, 20), go.slice(20) + interim('103 Early Hints'), GOOD],
      [go + go.slice(0, 9), go.slice(9) + GOOD.slice(0, 4), GOOD.slice(4)],
      [interim('103 Early Hints'), GOOD],
    ]) {
      const exchange = dispatch();
      assert.equal(await resultOf(exchange), 'open');
      assert.equal((await exchange.relay(new Reader())).kind, 'ended');
      await settled();
    }
    assert.ok(upstream.requests.every(({ connection }) => connection === 1));
  });

  void test('the text of an answer is not mistaken for 100 Continue', async (t) => {
    const go = 'HTTP/1.1 100 Continue\r\n\r\n';
    const length = `content-length: ${EVENT.length + go.length}`;
    const upstream = await rawUpstream(t, async ({ write }) => {
      await write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${length}\r\n\r\n${EVENT}`);
      await pause(20);
      await write(go);
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    const exchange = dispatch();
    assert.equal(await resultOf(exchange), 'open');
    const reader = new Reader();
    assert.equal((await exchange.relay(reader)).kind, 'ended');
    assert.ok(Buffer.concat(reader.chunks).toString().startsWith(EVENT));
  });

  void test('an unrequested switch of protocols is a fault', async (t) => {
    const upgrade = 'upgrade: websocket\r\nconnection: upgrade\r\n';
    for (const head of ['HTTP/1.1 101 Switching Protocols\r\n\r\n', `HTTP/1.1 101 x\r\n${upgrade}\r\n`]) {
      const { dispatch, upstream } = await answering(t, head);
      assert.match(await resultOf(dispatch()), /^maybe-sent: (?:bad-upgrade|reset)$/);
      await until(() => upstream.open() === 0);
    }
  });
});

void test('trailers are skipped, and the connection stays', async (t) => {
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\ntrailer: x-end';
  const chunk = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n`;
  const { dispatch, upstream } = await answering(
    t,
    `${head}\r\n\r\n${chunk}0\r\nx-end: 1\r\nx-request-id: t\r\n\r\n`,
  );
  const first = dispatch();
  assert.equal(await resultOf(first), 'open');
  const reader = new Reader();
  assert.equal((await first.relay(reader)).kind, 'ended');
  assert.equal(Buffer.concat(reader.chunks).toString(), EVENT);
  await settled();
  assert.equal(await resultOf(dispatch()), 'open');
  assert.deepEqual(
    upstream.requests.map(({ connection }) => connection),
    [1, 1],
  );
});
