import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chat, streamedChat } from '../support/http.ts';
import type { HttpAnswer } from '../support/http.ts';
import { until } from '../support/until.ts';
import { KEY, gatewayWithWorkers, isAlive, connectToEachWorker } from './tools.ts';
import type { GatewayWithWorkers, WorkerConnection } from './tools.ts';

/** A slow stream on each of these connections, all of them begun. */
async function streamsOn(
  lines: readonly WorkerConnection[],
  gateway: GatewayWithWorkers,
): Promise<readonly Promise<HttpAnswer>[]> {
  gateway.simulator.script(KEY, [{ kind: 'answer', chunks: 20, chunkDelayMs: 30 }]);
  let begun = 0;
  const streams = lines.map((line) => {
    let isBegun = false;
    return line.ask({
      body: streamedChat('hello'),
      onProgress: () => {
        if (!isBegun) begun++;
        isBegun = true;
      },
    });
  });
  await until(() => begun === lines.length);
  return streams;
}

async function assertWhole(streams: readonly Promise<HttpAnswer>[]): Promise<void> {
  for (const { whole, text } of await Promise.all(streams)) {
    assert.equal(whole, true);
    assert.match(text, /data: \[DONE\]\n\n$/);
  }
}

async function pidsOf(gateway: GatewayWithWorkers): Promise<readonly number[]> {
  return (await gateway.workers()).map(({ pid }) => pid ?? NaN);
}

void test('a stop lets the streams of all workers come to their end', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const lines = await connectToEachWorker(context, gateway.url, 2);
  const pids = await pidsOf(gateway);
  const streams = await streamsOn(lines, gateway);
  gateway.process.kill('SIGTERM');
  await assertWhole(streams);
  assert.equal(await gateway.exit, 0);
  assert.deepEqual(pids.filter(isAlive), []);
  const log = gateway.logs();
  assert.equal(log.at(-1)?.['msg'], 'stopped');
  const requests = log.filter(({ msg }) => msg === 'request');
  assert.deepEqual(new Set(requests.map(({ worker }) => worker)), new Set([1, 2]));
});

void test('signals to the workers themselves, as of a terminal, change nothing', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const lines = await connectToEachWorker(context, gateway.url, 2);
  const streams = await streamsOn(lines, gateway);
  for (const pid of await pidsOf(gateway))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
  gateway.process.kill('SIGINT');
  await assertWhole(streams);
  assert.equal(await gateway.exit, 0);
});

void test('a stop ends what has not ended within limits.drain', async (context) => {
  const gateway = await gatewayWithWorkers(context, { limits: { drain: '300ms' } });
  gateway.simulator.script(KEY, [{ kind: 'hang' }]);
  const lines = await connectToEachWorker(context, gateway.url, 2);
  const hanging = lines.map((line) => line.ask({ body: chat('hello') }));
  await until(() => gateway.simulator.open === 2);
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  for (const { whole } of await Promise.all(hanging)) assert.equal(whole, false);
});

void test('a stop ends a worker that no longer reacts', async (context) => {
  const gateway = await gatewayWithWorkers(context, { limits: { drain: 0 } });
  const pids = await pidsOf(gateway);
  const [stuck = NaN] = pids;
  context.after(() => isAlive(stuck) && process.kill(stuck, 'SIGKILL'));
  process.kill(stuck, 'SIGSTOP');
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  assert.match(gateway.stdout(), /workers that did not end in time are ended/);
  assert.deepEqual(pids.filter(isAlive), []);
});

void test('a second signal ends the workers too, at once', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  gateway.simulator.script(KEY, [{ kind: 'hang' }]);
  const pids = await pidsOf(gateway);
  const lines = await connectToEachWorker(context, gateway.url, 2);
  const hanging = lines.map((line) => line.ask({ body: chat('hello') }));
  await until(() => gateway.simulator.open === 2);
  gateway.process.kill('SIGTERM');
  // Later than what counts as the same signal.
  const again = setInterval(() => gateway.process.kill('SIGTERM'), 600);
  context.after(() => clearInterval(again));
  assert.equal(await gateway.exit, 1);
  await until(() => !pids.some(isAlive));
  for (const { whole } of await Promise.all(hanging)) assert.equal(whole, false);
});

void test('where the control process is killed, the workers finish what they have under way and end', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const pids = await pidsOf(gateway);
  const streams = await streamsOn(await connectToEachWorker(context, gateway.url, 2), gateway);
  gateway.process.kill('SIGKILL');
  await assertWhole(streams);
  await until(() => !pids.some(isAlive));
});
