import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/config/load/load.ts';
import { folderFor } from '../support/folder.ts';
import { installDebianPackage } from '../support/debian-package.ts';
import { fromRoot, textOf } from './repository.ts';

const execute = promisify(execFile);

const UNIT = textOf('packaging/systemd/sparekey.service');
const ANALYZE = '/usr/bin/systemd-analyze';
/** Of 10, as `systemd-analyze security` counts: what is left is that it speaks to the internet. */
const MOST_EXPOSED = 2;

before(() => {
  if (existsSync(ANALYZE) || installDebianPackage('systemd', `test -x ${ANALYZE}`)) return;
  throw new Error(
    'These tests need systemd-analyze, and could not install it. Install systemd from the system’s packages.',
  );
});

void test('systemd finds nothing to say of the unit', async (context) => {
  const path = join(await folderFor(context), 'sparekey.service');
  // The program that is installed here is another one.
  await writeFile(path, UNIT.replace(/^ExecStart=sparekey /m, `ExecStart=${process.execPath} `));
  const { stdout, stderr } = await execute(ANALYZE, ['verify', path]);
  assert.equal(stdout + stderr, '');
});

void test('the unit leaves the service nothing that it does not need', async () => {
  const options = ['--offline=true', '--no-pager', `--threshold=${MOST_EXPOSED * 10}`];
  const { stdout } = await execute(ANALYZE, [
    'security',
    ...options,
    fromRoot('packaging/systemd/sparekey.service'),
  ]);
  assert.match(stdout, /Overall exposure level for sparekey\.service: /);
});

void test('the configuration that comes with the unit is valid, and a stop may take longer than its drain', async () => {
  const path = fromRoot('packaging/systemd/sparekey.yaml');
  const env = {
    STATE_DIRECTORY: '/var/lib/sparekey',
    WEB_KEY: 'web-0123456789abcdef',
    OPENAI_KEY_1: 'sk-one-0123456789abcdef',
    OPENAI_KEY_2: 'sk-two-0123456789abcdef',
  };
  const loaded = await loadConfig(path, env);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.warnings, []);
  assert.ok(stopSeconds() * 1_000 > loaded.config.limits.drain);
});

function stopSeconds(): number {
  return Number(/^TimeoutStopSec=(\d+)s$/m.exec(UNIT)?.[1]);
}
