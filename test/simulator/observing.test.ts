import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY_BYTES_KEPT, REQUESTS_KEPT } from '../../simulator/request-log.ts';
import { ask, chat, simulatorFor, STREAM } from './client.ts';
import { until } from '../support/until.ts';

void test('requests are counted by key and by behaviour', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: {
      a: {
        behaviours: [
          { kind: 'overloaded', times: 2 },
          { kind: 'refuse', times: 1 },
        ],
      },
    },
  });
  for (let i = 0; i < 5; i += 1) await ask(simulator, { key: 'a' });
  await ask(simulator, { key: 'b' });
  await until(() => simulator.open === 0);
  assert.deepEqual(simulator.counts('a'), {
    total: 5,
    met: { overloaded: 2, refuse: 1, answer: 2 },
    open: 0,
    completed: 4,
    broken: 1,
    aborted: 0,
    lastAbortAt: undefined,
  });
  assert.equal(simulator.counts('b').total, 1);
  assert.equal(simulator.counts('never seen').total, 0);
});

void test('a request is remembered as it came', async (context) => {
  const simulator = await simulatorFor(context);
  await ask(simulator, {
    path: '/v1/chat/completions?beta=true',
    headers: { 'x-mine': 'yes' },
    body: STREAM,
  });
  await until(() => simulator.open === 0);
  const [seen] = simulator.requests;
  assert.ok(seen !== undefined);
  assert.equal(seen.path, '/v1/chat/completions?beta=true');
  assert.deepEqual([seen.method, seen.key, seen.operation, seen.model], ['POST', 'k', 'chat', 'm']);
  assert.equal(seen.headers['x-mine'], 'yes');
  assert.equal(seen.body, JSON.stringify(STREAM));
  assert.equal(seen.bodyBytes, seen.body.length);
  assert.deepEqual([seen.behaviour, seen.status, seen.ending], ['answer', 200, 'completed']);
  assert.ok(seen.endedAt !== undefined && seen.endedAt >= seen.at);
});

void test('only the newest requests are kept, and the beginning of their bodies', async (context) => {
  const simulator = await simulatorFor(context);
  const long = chat('x'.repeat(BODY_BYTES_KEPT));
  await ask(simulator, { body: long });
  assert.equal(simulator.requests[0]?.body.length, BODY_BYTES_KEPT);
  assert.equal(simulator.requests[0]?.bodyBytes, JSON.stringify(long).length);
  const more = 20;
  for (let done = 0; done < REQUESTS_KEPT + more; done += 20) {
    await Promise.all(
      Array.from({ length: 20 }, () => ask(simulator, { method: 'GET', path: '/v1/models' })),
    );
  }
  const numbers = simulator.requests.map(({ number }) => number);
  assert.equal(numbers.length, REQUESTS_KEPT);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => more + 2 + index),
  );
  assert.equal(simulator.counts('k').total, REQUESTS_KEPT + more + 1);
});

void test('a client that leaves in the middle of its body, or of a stream, is counted as gone', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: { k: { behaviours: [{ kind: 'answer', chunks: 50, chunkDelayMs: 20 }] } },
  });
  const leaving = new AbortController();
  await ask(simulator, {
    body: STREAM,
    signal: leaving.signal,
    onProgress: (soFar) => {
      if (soFar.includes(' said:')) leaving.abort();
    },
  });
  await until(() => simulator.counts('k').aborted === 1);

  const early = new AbortController();
  const asked = ask(simulator, { headers: { 'content-length': '100000' }, signal: early.signal });
  await until(() => simulator.open === 1);
  early.abort();
  await asked;
  await until(() => simulator.counts('k').aborted === 2);
  assert.equal(simulator.requests.at(-1)?.behaviour, undefined);
});

void test('a reset brings scripts and counts back to the beginning, whatever is under way', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: { k: { behaviours: [{ kind: 'hang', times: 1 }] } },
  });
  const leaving = new AbortController();
  const hanging = ask(simulator, { signal: leaving.signal });
  await until(() => simulator.counts('k').met.hang === 1);
  assert.equal((await ask(simulator)).status, 200);
  simulator.script('k', [{ kind: 'refuse' }]);
  simulator.reset();
  leaving.abort();
  await hanging;
  await until(() => simulator.connections === 0);
  assert.deepEqual([simulator.open, simulator.counts('k').total, simulator.requests.length], [0, 0, 0]);
  const again = new AbortController();
  const hangingAgain = ask(simulator, { signal: again.signal });
  await until(() => simulator.counts('k').met.hang === 1);
  again.abort();
  await hangingAgain;
});

void test('chances follow from the seed', async (context) => {
  const script = { keys: { k: { behaviours: [{ kind: 'overloaded' as const, chance: 0.5 }] } } };
  const runs: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    const simulator = await simulatorFor(context, script);
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 20; i += 1) statuses.push((await ask(simulator)).status);
    runs.push(statuses.join());
  }
  assert.equal(runs[0], runs[1]);
  assert.match(runs[0] ?? '', /200.*503|503.*200/u);
});
