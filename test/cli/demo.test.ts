import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { finished, started } from './tools.ts';
import { folderFor } from '../support/folder.ts';

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

void test('in a demonstration the printed curl line answers, however keys fail', async (context) => {
  const cwd = await folderFor(context);
  const gateway = await started(context, ['--demo'], { cwd });
  const output = gateway.stdout();
  assert.match(output, /This is a demonstration, as --demo asked\./);
  assert.match(output, /5 keys: /);
  assert.match(output, /state in memory/);
  const [, curl = ''] = /^ +(curl .+)$/m.exec(output) ?? [];
  for (let i = 0; i < 12; i++) {
    const { stdout } = await execute('sh', ['-c', `${curl} --silent --show-error --fail-with-body`]);
    assert.match(stdout, /You said: Hello!/);
  }
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
});

void test('in a demonstration the printed program answers', async (context) => {
  const gateway = await started(context, ['--demo'], { cwd: await folderFor(context) });
  const [, program = ''] = /npm install openai\):\n((?: {2}.+\n)+)/.exec(gateway.stdout()) ?? [];
  // From here the SDK is found that the project has for its tests.
  const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: ROOT,
  });
  assert.match(stdout, /^You said: Hello!/);
});

void test('in a demonstration the printed keys line lists the five keys', async (context) => {
  const gateway = await started(context, ['--demo'], { cwd: await folderFor(context) });
  const [, line = ''] = /sparekey (keys list.*)$/m.exec(gateway.stdout()) ?? [];
  const list = await finished(context, line.split(' '));
  assert.equal(list.code, 0);
  assert.match(list.stdout, /5 keys: /);
});
