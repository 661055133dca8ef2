import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { Load, type LoadResult } from './load.ts';
import { gatewayWithWorkers, connectToEachWorker } from './tools.ts';

const CLIENTS = 16;

function notAnswered(results: readonly LoadResult[]): readonly LoadResult[] {
  return results.filter(({ status }) => status !== 200);
}

void test('of a killed worker only its own open requests are lost: whoever had no connection yet gets another', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const victim = await gateway.pidOf(1);
  context.after(() => kill(victim));
  const load = new Load(context, gateway.url, CLIENTS);
  await load.answers(100);

  // Frozen it takes no more connections, so that what it has taken is known: nothing that begins from here on.
  process.kill(victim, 'SIGSTOP');
  await until(() => stateOf(victim).startsWith('T'));
  const frozenAt = load.begun;
  const open = new Set(load.inFlight);
  await load.answers(200);
  process.kill(victim, 'SIGKILL');
  await load.during(gateway.said(/"how":"signal SIGKILL"/));
  await load.answers(200);
  await load.during(gateway.said(/a worker was started again/));
  await load.answers(200);

  const lost = notAnswered(await load.end());
  assert.deepEqual(
    lost.filter(({ number }) => number >= frozenAt),
    [],
  );
  assert.ok(lost.every((result) => open.has(result)));
  assert.ok(lost.every(({ error }) => error === 'ECONNRESET' || error === 'EPIPE'));
  const [restarted] = await gateway.workers();
  assert.deepEqual([restarted?.state, restarted?.restarts], ['ready', 1]);
});

void test('the port never refuses, though workers are killed again and again, and all of them at once', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const load = new Load(context, gateway.url, CLIENTS);
  let open = 0;
  for (const victims of [[1], [2], [1, 2], [2], [1, 2]]) {
    const pids = await Promise.all(victims.map((number) => gateway.pidOf(number)));
    await load.answers(50);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    open += load.inFlight.size;
    await load.answers(50);
  }
  const results = await load.end();
  const lost = notAnswered(results);
  assert.ok(lost.length <= open, `${lost.length} lost of ${open} that were open`);
  assert.ok(lost.every(({ error }) => error === 'ECONNRESET' || error === 'EPIPE'));
});

void test('a worker that ends again and again is started again after longer and longer waits', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  for (let round = 1; round <= 3; round++) {
    process.kill(await gateway.pidOf(2), 'SIGKILL');
    await until(async () => (await gateway.workers())[1]?.restarts === round);
  }
  await gateway.pidOf(2);
  const ends = gateway.logs().filter(({ msg }) => String(msg).includes('ended by itself'));
  assert.deepEqual(
    ends.map(({ worker, how, inMs }) => [worker, how, inMs]),
    [100, 200, 400].map((inMs) => [2, 'signal SIGKILL', inMs]),
  );
  assert.deepEqual(
    (await gateway.workers()).map(({ restarts }) => restarts),
    [0, 3],
  );
});

void test('what a worker logged before a defect ended it is not lost, nor is the defect', async (context) => {
  const inWorker = "process.on('SIGUSR2', () => { throw new Error('a planted defect'); })";
  const hook = `process.argv[1].includes('workers/entry') && ${inWorker}`;
  const gateway = await gatewayWithWorkers(
    context,
    {},
    { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` } },
  );
  const [line] = await connectToEachWorker(context, gateway.url, 2);
  for (let request = 0; request < 5; request++) await line?.ask();
  for (const number of [1, 2]) process.kill(await gateway.pidOf(number), 'SIGUSR2');
  await gateway.logged(2, ({ how }) => how === 'exit code 1');
  const log = gateway.logs();
  assert.equal(log.filter(({ msg }) => msg === 'request').length, 5);
  const defects = log.filter(({ msg }) => msg === 'a worker met a defect and ends');
  assert.deepEqual(new Set(defects.map(({ worker }) => worker)), new Set([1, 2]));
  assert.match(JSON.stringify(defects), /a planted defect/);
});

/** As `ps` names the states of processes; empty where there is no such process. */
function stateOf(pid: number): string {
  return spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}

/** It may have gone. */
function kill(pid: number): void {
  if (stateOf(pid) !== '') process.kill(pid, 'SIGKILL');
}
