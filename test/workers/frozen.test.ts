import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { parseConfig } from '../../src/config/load/load.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { startWithWorkers } from '../../src/workers/control.ts';
import type { HeartbeatBounds } from '../../src/workers/heartbeat.ts';
import { folderFor } from '../support/folder.ts';
import { simulatedProvider } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';
import { until } from '../support/until.ts';
import { Load } from './load.ts';
import { isAlive, KEY } from './tools.ts';

/** A machine that is busy keeps a worker waiting for less than what makes it silent. */
const BOUNDS = { everyMs: 100, silentMs: 1_500, killMs: 4_000 };
/** However long this process takes to have a worker go on. */
const PATIENT = { ...BOUNDS, killMs: 60_000 };
const CLIENTS = 4;

const listing = z.object({
  workers: z.array(z.object({ pid: z.number().nullable(), state: z.string(), restarts: z.number() })),
});

/** A gateway whose control process is this one, with two workers, and bounds that a test can wait for. */
async function started(context: TestContext, heartbeat: HeartbeatBounds = BOUNDS) {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  const text = JSON.stringify({
    listen: '127.0.0.1:0',
    admin: { listen: '127.0.0.1:0' },
    limits: { drain: '1s' },
    state: `sqlite:${join(cwd, 'state.db')}`,
    workers: 2,
    providers: [simulatedProvider(simulator, [KEY])],
  });
  const parsed = parseConfig(text, { env: {} });
  assert.ok(parsed.ok);
  let said = '';
  const stream = new Writable({
    write: (piece: Buffer, _, done) => {
      said += piece.toString();
      done();
    },
  });
  const gateway = await startWithWorkers(parsed.config, {
    log: createLog({ level: 'info', format: 'json', stream }),
    logStyle: { kind: 'json', colors: false, eager: true },
    count: 2,
    heartbeat,
  });
  const url = `http://127.0.0.1:${gateway.address.port}`;
  const adminUrl = `http://127.0.0.1:${gateway.adminAddress.port}`;
  const workers = async () =>
    listing.parse((await ask(adminUrl, { method: 'GET', path: '/api/workers' })).json()).workers;
  const [victim] = await workers();
  const pid = victim?.pid ?? NaN;
  context.after(async () => {
    if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    await gateway.drain();
  });
  return {
    simulator,
    url,
    adminUrl,
    workers,
    pid,
    said: () => said,
    stateOf: async (index: number) => (await workers())[index]?.state,
  };
}

void test('a stopped worker gets no new connection, those on their way to it go to others, and when it goes on it has its share again', async (context) => {
  const { simulator, url, adminUrl, pid, workers, stateOf, said } = await started(context, PATIENT);
  process.kill(pid, 'SIGSTOP');
  // From here on none can reach it: what is handed to it is not read there.
  const load = new Load(context, url, CLIENTS);
  await load.during(until(async () => (await stateOf(0)) === 'unresponsive'));
  await load.answers(100);
  const ready = await ask(url, { method: 'GET', path: '/ready' });
  assert.deepEqual(ready.json(), { status: 'ready', store: 'ok', workers: { ready: 1, of: 2 } });
  const { text: state } = await ask(adminUrl, { method: 'GET', path: '/api/state' });
  assert.match(state, /"workers":\{"ready":1,"of":2,"unresponsive":\[1\]\}/);
  assert.match(said(), /"level":"warn"[^\n]*a worker does not answer: new connections go to others/);

  process.kill(pid, 'SIGCONT');
  await load.during(until(async () => (await stateOf(0)) === 'ready'));
  await load.answers(50);
  const statuses = (await load.end()).map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([200]));
  // Each was served once.
  assert.equal(simulator.counts(KEY).total, statuses.length);
  const [{ pid: pidNow, restarts } = { pid: null, restarts: NaN }] = await workers();
  assert.deepEqual([pidNow, restarts], [pid, 0]);
  assert.match(said(), /a worker answers again/);
});

void test('a worker that stays stopped is killed and replaced, and no request that began meanwhile is lost', async (context) => {
  const { url, pid, workers, stateOf, said } = await started(context);
  process.kill(pid, 'SIGSTOP');
  const load = new Load(context, url, CLIENTS);
  await load.during(
    until(async () => (await workers())[0]?.restarts === 1 && (await stateOf(0)) === 'ready'),
  );
  assert.equal(isAlive(pid), false);
  assert.match(said(), /"how":"it did not answer for 4 s, and was killed"/);
  await load.answers(50);
  assert.deepEqual(new Set((await load.end()).map(({ status }) => status)), new Set([200]));
});

void test('a worker in a loop without end is killed as well', async (context) => {
  const hook = "process.on('SIGWINCH', () => { for (;;); })";
  const options = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
  const { url, pid, workers, stateOf } = await started(context).finally(() => {
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
  });
  process.kill(pid, 'SIGWINCH');
  await until(async () => (await workers())[0]?.restarts === 1 && (await stateOf(0)) === 'ready');
  assert.equal((await ask(url, { body: chat('hello') })).status, 200);
});

void test('where the control process itself stood still, no worker is blamed for it', async (context) => {
  const { said, stateOf, url } = await started(context);
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(nobody, 0, 0, BOUNDS.killMs + 5 * BOUNDS.everyMs);
  await new Promise((resolve) => {
    setTimeout(resolve, 3 * BOUNDS.everyMs);
  });
  assert.deepEqual([await stateOf(0), await stateOf(1)], ['ready', 'ready']);
  assert.equal((await ask(url)).status, 200);
  assert.doesNotMatch(said(), /does not answer/);
});
