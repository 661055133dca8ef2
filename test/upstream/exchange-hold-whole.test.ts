import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor, FRAMES, Reader, streamOf, summary } from './exchange-tools.ts';

/* Answers that are held until they are whole. */

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];
const WHOLE = { holdWhole: { bytes: 1024 * 1024, ms: 60_000 } };

void test('a stream that is held opens when it is complete, and nothing is lost', async (t) => {
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE));
    for (const frame of FRAMES) await write(rawChunk(streamOf([frame])));
    await write(rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch(WHOLE);
  const opening = await exchange.result;
  assert.ok(opening.kind === 'open' && opening.watch.isComplete);
  const reader = new Reader();
  assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
  assert.equal(reader.text, streamOf(FRAMES));
});

void test('a stream that is held and breaks anywhere has not passed the gate', async (t) => {
  const stream = streamOf(FRAMES);
  let cut = 0;
  const upstream = await rawUpstream(t, ({ end }) => {
    end(rawHead('200 OK', SSE) + (cut > 0 ? rawChunk(stream.slice(0, cut)) : ''));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  // With its reason to stop the answer is complete; the end marker after it adds nothing.
  const completeAt = streamOf(FRAMES.slice(0, -1)).length;
  const outputAt = streamOf(FRAMES.slice(0, 2)).length;
  for (cut = 0; cut < completeAt; cut++) {
    const fault = cut < outputAt ? 'no-output' : 'broken-unseen';
    assert.equal(summary(await dispatch(WHOLE).result), `${fault}: reset`, `cut at ${cut}`);
  }
});

void test('of a held stream that has shown its end marker nothing is missing, whatever becomes of its connection', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) =>
    end(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES))),
  );
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch(WHOLE);
  assert.equal(summary(await exchange.result), 'open');
  const reader = new Reader();
  await exchange.relay(reader);
  assert.equal(reader.text, streamOf(FRAMES));
});

void test('a held stream that ends in order without its end marker has not passed the gate', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))) + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.deepEqual(await dispatch(WHOLE).result, {
    kind: 'fault',
    fault: 'broken-unseen',
    detail: 'no-end-marker',
    status: 200,
  });
});

void test('an error after the first output of a held stream is there to be judged', async (t) => {
  const event = 'data: {"error":{"message":"no","type":"server_error","code":"server_error"}}';
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
    await write(rawChunk(streamOf([event])));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch(WHOLE).result;
  assert.equal(opening.kind, 'whole');
  assert.match(opening.watch.error ?? '', /server_error/);
  await until(() => upstream.open() === 0);
});

void test('a held stream that stands still after its first output is given up', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ ...WHOLE, idleMs: 100 });
  assert.equal(summary(await exchange.result), 'broken-unseen: idle-timeout');
  await until(() => upstream.open() === 0);
});

void test('a held stream may take longer than the wait for its first output', async (t) => {
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
    await pause(700);
    await write(rawChunk(streamOf(FRAMES.slice(2))) + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ ...WHOLE, firstOutputMs: 500, aliveMs: 500 });
  assert.equal(summary(await exchange.result), 'open');
  assert.ok((exchange.firstOutputMs ?? Infinity) < 500, 'it is the time to the first output all the same');
});

for (const [bound, holdWhole] of [
  ['bytes', { bytes: streamOf(FRAMES.slice(0, 2)).length, ms: 60_000 }],
  ['time', { bytes: 1024 * 1024, ms: 0 }],
] as const) {
  void test(`beyond the bound in ${bound} the gate opens as for any other`, async (t) => {
    let isOpen = false;
    const upstream = await rawUpstream(t, async ({ write }) => {
      await write(rawHead('200 OK', SSE));
      for (const frame of FRAMES.slice(0, 3)) await write(rawChunk(streamOf([frame])));
      await until(() => isOpen);
      await write(rawChunk(streamOf(FRAMES.slice(3))) + rawChunk());
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    const exchange = dispatch({ holdWhole });
    const opening = await exchange.result;
    assert.ok(opening.kind === 'open' && !opening.watch.isComplete);
    isOpen = true;
    const reader = new Reader();
    assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
    assert.equal(reader.text, streamOf(FRAMES));
  });
}

void test('an answer that cannot be inspected is held to its end as well', async (t) => {
  let cut = true;
  const upstream = await rawUpstream(t, async ({ write, end }) => {
    await write(rawHead('200 OK', ['content-type: audio/mpeg', 'transfer-encoding: chunked']));
    await write(rawChunk('ID3'));
    if (cut) end();
    else await write(rawChunk('more') + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch(WHOLE).result), 'broken-unseen: reset');
  cut = false;
  const exchange = dispatch(WHOLE);
  assert.equal(summary(await exchange.result), 'open');
  const reader = new Reader();
  await exchange.relay(reader);
  assert.equal(reader.text, 'ID3more');
});
