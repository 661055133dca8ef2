import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../../simulator/simulator.ts';
import { folderFor } from '../support/folder.ts';
import { simulatedProvider } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { until } from '../support/until.ts';
import { isAlive } from '../workers/tools.ts';

const ENTRY = fileURLToPath(new URL('../../src/cli/sparekey.ts', import.meta.url));

/** More lines than a terminal or a pipe holds. */
const REQUESTS = 600;

/** Starts a gateway in a shell, and reads its output up to the end of the banner. */
async function startIn(context: TestContext, workers: number, shell: (command: string) => readonly string[]) {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  const providers = [simulatedProvider(simulator, ['sk-known-0123456789abcdef-wxyz'])];
  await writeFile(
    join(cwd, 'sparekey.yaml'),
    JSON.stringify({ state: 'sqlite:./state.db', workers, providers }),
  );
  const start = `exec "${process.execPath}" "${ENTRY}" start --port 0 --admin-port 0 2>errors`;
  const [program = '', ...args] = shell(`echo $$ > pid; ${start}; `);
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let said = '';
  const onData = (piece: Buffer): void => void (said += piece.toString());
  child.stdout.on('data', onData);
  await until(() => said.includes('Ctrl-C stops it'));
  child.stdout.off('data', onData);
  const pid = Number(await readFile(join(cwd, 'pid'), 'utf8'));
  context.after(() => {
    child.kill('SIGKILL');
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return {
    child,
    pid,
    url: /is ready: (http:\S+)\/v1\r?\n/.exec(said)?.[1] ?? '',
    errors: () => readFile(join(cwd, 'errors'), 'utf8'),
  };
}

/** @returns how many requests were answered well */
async function answered(url: string): Promise<number> {
  let good = 0;
  for (let i = 0; i < REQUESTS; i++) if ((await ask(url)).status === 200) good++;
  return good;
}

const onTerminal = (command: string): readonly string[] => [
  'script',
  '-qec',
  `sh -c '${command}'`,
  '/dev/null',
];

for (const workers of [1, 2]) {
  void test(`it serves and stops after the reader of its log has gone (workers: ${workers})`, async (t) => {
    const { child, pid, url, errors } = await startIn(t, workers, (command) => ['sh', '-c', command]);
    child.stdout.destroy();
    assert.equal(await answered(url), REQUESTS);
    process.kill(pid, 'SIGTERM');
    await once(child, 'exit');
    assert.equal(child.exitCode, 0);
    assert.equal(await errors(), '');
  });

  void test(`it serves and stops on a terminal that shows nothing any more (workers: ${workers})`, async (t) => {
    const { child, pid, url, errors } = await startIn(t, workers, onTerminal);
    child.stdout.pause();
    assert.equal(await answered(url), REQUESTS);
    process.kill(pid, 'SIGTERM');
    await until(() => !isAlive(pid));
    assert.equal(await errors(), '');
  });
}

void test('it serves and stops after its terminal was closed, where no signal tells it so', async (t) => {
  const { child, pid, url, errors } = await startIn(t, 1, (command) =>
    onTerminal(`setsid sh -c "${command.replaceAll('"', '').replaceAll('$', '\\$')}"`),
  );
  child.kill('SIGKILL');
  assert.equal(await answered(url), REQUESTS);
  process.kill(pid, 'SIGTERM');
  await until(() => !isAlive(pid));
  assert.equal(await errors(), '');
});
