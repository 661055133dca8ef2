import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import manifest from '#package.json' with { type: 'json' };
import { finished } from './tools.ts';
import { folderFor } from '../support/folder.ts';

const COMMANDS: readonly (readonly string[])[] = [
  [],
  ['start'],
  ['check'],
  ['keys'],
  ['keys', 'list'],
  ['keys', 'disable'],
  ['keys', 'enable'],
  ['keys', 'probe'],
  ['simulate'],
];

for (const command of COMMANDS) {
  void test(`${['sparekey', ...command].join(' ')} --help says how it is used`, async (context) => {
    const { code, stdout, stderr } = await finished(context, [...command, '--help']);
    assert.match(stdout, new RegExp(`^Usage: ${['sparekey', ...command].join(' ')} `));
    assert.match(stdout, /--help/);
    assert.deepEqual([code, stderr], [0, '']);
  });
}

void test('the version is that of the package', async (context) => {
  const { code, stdout } = await finished(context, ['--version']);
  assert.match(stdout, /^\d+\.\d+\.\d+/);
  assert.equal(code, 0);
});

void test('a Node too old to run it is told so', async (context) => {
  const old = join(await folderFor(context), 'old.cjs');
  await writeFile(old, `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });`);
  const { code, stdout, stderr } = await finished(context, ['--version'], {
    env: { NODE_OPTIONS: `--require ${old}` },
  });
  const oldest = manifest.engines.node.replace('>=', '');
  assert.equal(stderr, `Sparekey needs Node.js ${oldest} or later; this is 20.20.2.\n`);
  assert.deepEqual([code, stdout], [1, '']);
});

void test('help names every command', async (context) => {
  const { stdout } = await finished(context, ['help']);
  for (const name of ['start', 'check', 'keys', 'simulate'])
    assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
});

const MISTAKES: readonly (readonly string[])[] = [
  [],
  ['strat'],
  ['start', '--prot', '1'],
  ['start', '--port', 'many'],
  ['start', '--port', '65536'],
  ['start', 'sparekey.yaml'],
  ['keys'],
  ['keys', 'disable'],
  ['keys', 'disable', ''],
  ['keys', 'explain', ''],
  ['keys', 'drop', 'x'],
];

for (const args of MISTAKES) {
  void test(`a command line that makes no sense ends with 2: ${['sparekey', ...args].join(' ')}`, async (context) => {
    const { code, stdout, stderr } = await finished(context, args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /--help|Usage/);
    assert.doesNotMatch(stderr, /^ +at /m);
  });
}
