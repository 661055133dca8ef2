import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/load/load.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { Acceptor } from '../../src/workers/acceptor.ts';
import { HEARTBEAT } from '../../src/workers/heartbeat.ts';
import { Supervisor } from '../../src/workers/supervisor.ts';
import { finished } from '../cli/tools.ts';
import { folderFor } from '../support/folder.ts';
import { KEY } from './tools.ts';

const CONFIG = { workers: 2, provider: { type: 'openai', apiTokens: [KEY] } };
const ARGS = ['start', '--config', 'mine.yaml', '--admin-port', '0'];

void test('a worker that ends before it is ready fails the start, in a line', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'mine.yaml'), JSON.stringify(CONFIG));
  const isWorker = "process.argv[1].includes('workers/entry') && process.exit(7)";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(isWorker)}` };
  const { code, stdout, stderr } = await finished(context, [...ARGS, '--port', '0'], { cwd, env });
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(stderr, 'Sparekey cannot start: a worker did not start: exit code 7\n');
});

void test('a worker’s own error is that of the start', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'notes.txt'), 'These are notes, and no state of Sparekey. '.repeat(100));
  const acceptor = await Acceptor.open({ host: '127.0.0.1', port: 0 });
  context.after(() => acceptor.close());
  const text = JSON.stringify({ ...CONFIG, state: 'sqlite:./notes.txt' });
  const parsed = parseConfig(text, { env: {}, path: join(cwd, 'mine.yaml') });
  assert.ok(parsed.ok);
  const supervisor = new Supervisor({
    count: 2,
    acceptor,
    config: parsed.config,
    log: createLog({ level: 'error', format: 'json' }),
    logLevel: 'error',
    logStyle: { kind: 'json', colors: false, eager: false },
    heartbeat: HEARTBEAT,
    now: Date.now,
    known: () => [],
  });
  await assert.rejects(supervisor.start(), { message: /notes\.txt/, code: /^store_/ });
  await supervisor.stop(0);
  assert.deepEqual(new Set(supervisor.status().map(({ state }) => state)), new Set(['stopped']));
});

void test('a port in use is reported as with a single worker', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'mine.yaml'), JSON.stringify(CONFIG));
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
