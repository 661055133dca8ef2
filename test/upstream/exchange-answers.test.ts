import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor, FRAMES, PREAMBLE_FRAMES, Reader, streamOf } from './exchange-tools.ts';

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];
const JSON_TYPE = 'content-type: application/json';

void test('a plain answer within the hold comes whole', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(rawAnswer('200 OK', [JSON_TYPE, 'x-one: 1', 'x-two: a', 'x-two: b'], '{"ok":true}'));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  const opening = await exchange.result;
  assert.equal(opening.kind, 'whole');
  assert.equal(opening.status, 200);
  assert.equal(opening.body.toString(), '{"ok":true}');
  assert.equal(opening.headers['x-one'], '1');
  assert.deepEqual(opening.headers['x-two'], ['a', 'b']);
  assert.ok(exchange.firstOutputMs !== undefined && exchange.firstOutputMs >= 0);
});

void test('informational answers are passed over', async (t) => {
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write('HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n');
    await write('HTTP/1.1 102 Processing\r\n\r\n');
    await write(rawAnswer('201 Created', [JSON_TYPE], '{}'));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch().result;
  assert.equal(opening.kind, 'whole');
  assert.equal(opening.status, 201);
  assert.equal(opening.headers['link'], undefined);
});

void test('an answer without a body is whole', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write('HTTP/1.1 204 No Content\r\n\r\n'));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch().result;
  assert.equal(opening.kind, 'whole');
  assert.equal(opening.status, 204);
  assert.equal(opening.body.length, 0);
});

void test('a body that ends with its connection is whole', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end(`${rawHead('200 OK', [JSON_TYPE])}{"ok":true}`));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch().result;
  assert.equal(opening.kind, 'whole');
  assert.equal(opening.body.toString(), '{"ok":true}');
});

void test('a connection is used again after a whole answer', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(rawAnswer('200 OK', [JSON_TYPE], '{}')));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  for (let i = 0; i < 5; i++) {
    assert.equal((await dispatch().result).kind, 'whole');
    // A connection is free once the answer's last byte has been dealt with.
    await immediate();
  }
  assert.deepEqual(
    upstream.requests.map(({ connection }) => connection),
    [1, 1, 1, 1, 1],
  );
});

void test('requests at one time have a connection each', async (t) => {
  let waiting = 0;
  const upstream = await rawUpstream(t, async ({ write }) => {
    waiting++;
    await until(() => waiting === 20);
    await write(rawAnswer('200 OK', [JSON_TYPE], '{}'));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const openings = await Promise.all(Array.from({ length: 20 }, () => dispatch().result));
  assert.ok(openings.every(({ kind }) => kind === 'whole'));
  assert.equal(new Set(upstream.requests.map(({ connection }) => connection)).size, 20);
});

void test('an answer larger than the hold opens the gate and loses nothing', async (t) => {
  const body = `{"text":"${'x'.repeat(300_000)}"}`;
  const upstream = await rawUpstream(t, ({ write }) => write(rawAnswer('200 OK', [JSON_TYPE], body)));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ holdBytes: 1_000 });
  assert.equal((await exchange.result).kind, 'open');
  const reader = new Reader();
  assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
  assert.equal(reader.text, body);
});

void test('an answer of exactly the hold is still held', async (t) => {
  const body = 'y'.repeat(1_000);
  const upstream = await rawUpstream(t, ({ write }) => write(rawAnswer('500 No', [], body)));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal((await dispatch({ holdBytes: 1_000 }).result).kind, 'whole');
  assert.equal((await dispatch({ holdBytes: 999 }).result).kind, 'open');
});

void test('a stream opens with its first output, the preamble first', async (t) => {
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE));
    for (const frame of FRAMES) await write(rawChunk(streamOf([frame])));
    await write(rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  assert.equal((await exchange.result).kind, 'open');
  const reader = new Reader();
  assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
  assert.equal(reader.text, streamOf(FRAMES));
});

void test('an answer that ended before it was relayed is whole', async (t) => {
  const bytes = rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES)) + rawChunk();
  const upstream = await rawUpstream(t, ({ write }) => write(bytes));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  await exchange.result;
  // The next exchange over the only connection begins when this one is over.
  await dispatch().result;
  const reader = new Reader();
  assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
  assert.equal(reader.text, streamOf(FRAMES));
});

for (const isEarly of [true, false]) {
  const when = isEarly ? 'before it was relayed' : 'while it was relayed';
  void test(`a stream that ended in order ${when}, in the middle of a frame, ends in a whole frame`, async (t) => {
    let isRelaying = isEarly;
    const upstream = await rawUpstream(t, async ({ write }) => {
      await write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
      await until(() => isRelaying);
      await write(rawChunk(FRAMES[3].slice(0, 20)) + rawChunk());
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    const exchange = dispatch();
    await exchange.result;
    // The next exchange over the only connection begins when this one is over.
    if (isEarly) await dispatch().result;
    const reader = new Reader();
    const ending = exchange.relay(reader);
    isRelaying = true;
    assert.deepEqual(await ending, { kind: 'ended' });
    assert.equal(reader.text, streamOf(FRAMES.slice(0, 2)));
  });
}

void test('an error before the first output settles at once, and the rest is not waited for', async (t) => {
  const event = 'data: {"error":{"message":"no","type":"server_error","code":"server_error"}}';
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(rawHead('200 OK', SSE) + rawChunk(streamOf([FRAMES[0], event])));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch().result;
  assert.equal(opening.kind, 'whole');
  assert.match(opening.watch.error ?? '', /server_error/);
  assert.equal(opening.body.toString('latin1'), streamOf([FRAMES[0], event]));
  await until(() => upstream.open() === 0);
});

for (const lineEnd of ['\n', '\r\n', '\r']) {
  const name = JSON.stringify(lineEnd);

  void test(`a stream cut anywhere into two arrives byte for byte (lines end in ${name})`, async (t) => {
    const stream = streamOf(FRAMES, lineEnd);
    let cut = 0;
    const upstream = await rawUpstream(t, ({ write }) => {
      const parts = rawChunk(stream.slice(0, cut)) + rawChunk(stream.slice(cut));
      return write(rawHead('200 OK', SSE) + parts + rawChunk());
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    for (cut = 1; cut < stream.length; cut++) {
      const exchange = dispatch();
      assert.equal((await exchange.result).kind, 'open');
      const reader = new Reader();
      assert.deepEqual(await exchange.relay(reader), { kind: 'ended' }, `cut at ${cut}`);
      assert.equal(reader.text, stream, `cut at ${cut}`);
    }
  });

  void test(`a stream that breaks anywhere ends in a whole frame (lines end in ${name})`, async (t) => {
    const stream = streamOf(FRAMES, lineEnd);
    const boundaries = FRAMES.map((_, index) => streamOf(FRAMES.slice(0, index + 1), lineEnd).length);
    const opensAt = boundaries[PREAMBLE_FRAMES] ?? 0;
    let cut = 0;
    const upstream = await rawUpstream(t, ({ end }) => {
      const pieces = Array.from(stream.slice(0, cut), (byte) => rawChunk(byte));
      end(rawHead('200 OK', SSE) + pieces.join(''));
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    for (cut = 0; cut < stream.length; cut++) {
      const exchange = dispatch();
      const opening = await exchange.result;
      // A lone CR ends its line only when the next byte shows that no LF follows.
      const mayWait = lineEnd === '\r' ? 1 : 0;
      if (opening.kind !== 'open') {
        assert.ok(cut < opensAt + mayWait, `cut at ${cut}`);
        continue;
      }
      const reader = new Reader();
      const ending = await exchange.relay(reader);
      assert.equal(ending.kind === 'fault' && ending.fault, 'broken', `cut at ${cut}`);
      assert.equal(reader.text, stream.slice(0, reader.bytes), `cut at ${cut}`);
      assert.ok(reader.bytes > 0 || mayWait > 0, `cut at ${cut}`);
      assert.ok([0, ...boundaries].includes(reader.bytes), `cut at ${cut}: ${reader.bytes} bytes`);
    }
  });
}

void test('a frame larger than the hold is passed on in pieces', async (t) => {
  const large = `data: {"choices":[{"delta":{"content":"${'z'.repeat(50_000)}"}}]}\n\n`;
  const start = streamOf(FRAMES.slice(0, 2));
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE) + rawChunk(start));
    for (let at = 0; at < large.length; at += 1_000) await write(rawChunk(large.slice(at, at + 1_000)));
    await write(rawChunk(streamOf(['data: [DONE]'])) + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ holdBytes: 8_000 });
  await exchange.result;
  const reader = new Reader();
  assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
  assert.equal(reader.text, start + large + streamOf(['data: [DONE]']));
});

void test('a slow reader holds up the provider, not memory', async (t) => {
  const frame = rawChunk(streamOf([`data: {"choices":[{"delta":{"content":"${'w'.repeat(60_000)}"}}]}`]));
  const frames = 1_024;
  let written = 0;
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
    for (; written < frames; written++) await write(frame);
    await write(rawChunk(streamOf(['data: [DONE]'])) + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  await exchange.result;
  const reader = new Reader();
  reader.behind = true;
  const ending = exchange.relay(reader);

  // The provider writes until every buffer on the way is full, and then no further.
  assert.ok((await whereItStops(() => written, frames)) < frames / 2);
  assert.ok(reader.bytes < 1024 * 1024, `${reader.bytes} bytes were pushed on a reader that reads nothing`);
  assert.ok(reader.unrequested <= 1, 'no more came than what was under way when the reader fell behind');

  reader.catchUp();
  assert.deepEqual(await ending, { kind: 'ended' });
  const frameBytes = frame.length - '0000\r\n\r\n'.length;
  assert.equal(
    reader.bytes,
    streamOf(FRAMES.slice(0, 2)).length + frames * frameBytes + streamOf(['data: [DONE]']).length,
  );
});

void test('a reader that falls behind again and again never gets more than it requested', async (t) => {
  const frame = rawChunk(streamOf([`data: {"choices":[{"delta":{"content":"${'w'.repeat(60_000)}"}}]}`]));
  const frames = 200;
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
    for (let i = 0; i < frames; i++) await write(frame);
    await write(rawChunk(streamOf(['data: [DONE]'])) + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  await exchange.result;
  const reader = new Reader();
  reader.behind = true;
  const ending = exchange.relay(reader);
  const asking = setInterval(() => reader.requestMore(), 1);
  await ending;
  clearInterval(asking);
  assert.deepEqual(await ending, { kind: 'ended' });
  assert.ok(reader.unrequested <= 1, `${reader.unrequested} times`);
});

void test('what waits before the gate is bounded, however much the provider sends', async (t) => {
  const frames = 1_024;
  let written = 0;
  const piece = rawChunk('x'.repeat(60_000));
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('400 Bad Request', ['transfer-encoding: chunked']));
    for (; written < frames; written++) await write(piece);
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ holdBytes: 100_000 });
  assert.equal((await exchange.result).kind, 'open');
  assert.ok((await whereItStops(() => written, frames)) < frames / 2);
  exchange.cancel();
  await until(() => upstream.open() === 0);
});

/** What `progress` has come to when it stands still, or `end` where it never does. */
async function whereItStops(progress: () => number, end: number): Promise<number> {
  let still = 0;
  let before = -1;
  await until(() => {
    const now = progress();
    still = now === before ? still + 1 : 0;
    before = now;
    return still >= 100 || now === end;
  });
  return before;
}
