import assert from 'node:assert/strict';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { Supervisor } from '../../src/workers/supervisor.ts';
import { finished, folder } from '../cli/tools.ts';
import { KEY } from './tools.ts';

const CONFIG = JSON.stringify({ workers: 2, provider: { type: 'openai', apiTokens: [KEY] } });
const ARGS = ['start', '--config', 'mine.yaml', '--admin-port', '0'];

void test('a worker that ends before it is ready fails the start, in a line', async (context) => {
  const cwd = await folder(context);
  await writeFile(join(cwd, 'mine.yaml'), CONFIG);
  const isWorker = "process.argv[1].includes('workers') && process.exit(7)";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(isWorker)}` };
  const { code, stdout, stderr } = await finished(context, [...ARGS, '--port', '0'], { cwd, env });
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(stderr, 'Sparekey cannot start: a worker did not start: exit code 7\n');
});

void test('a worker’s own error is that of the start', async (context) => {
  const cwd = await folder(context);
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  // Nothing can listen on a file.
  await using file = await open(join(cwd, 'file'), 'w');
  const supervisor = new Supervisor({
    count: 2,
    fd: file.fd,
    source: { kind: 'text', text: CONFIG, path: join(cwd, 'mine.yaml'), tokenFiles: [] },
    log: createLog({ level: 'error', format: 'json' }),
    logLevel: 'error',
    logLook: { kind: 'json', colors: false, eager: false },
    now: Date.now,
  });
  await assert.rejects(supervisor.start(), { message: /fd|listen/i, code: /^E/ });
  await supervisor.stop(0);
  assert.deepEqual(new Set(supervisor.status().map(({ state }) => state)), new Set(['stopped']));
});

void test('a port that is taken is told as with a single worker', async (context) => {
  const cwd = await folder(context);
  await writeFile(join(cwd, 'mine.yaml'), CONFIG);
  const taken = createServer().listen(0, '127.0.0.1');
  context.after(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { code, stderr } = await finished(context, [...ARGS, '--port', port], { cwd });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `Something listens on 127.0.0.1:${port} already: another Sparekey perhaps. --port chooses another port.\n`,
  );
});
