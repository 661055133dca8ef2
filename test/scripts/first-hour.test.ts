import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

void test(
  'the first hour of a newcomer goes as it should, in a clean clone of the last commit',
  { skip: existsSync(`${ROOT}/.git`) ? false : 'this is no clone, so there is none to be made of it' },
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/first-hour.ts'], {
      cwd: ROOT,
      // npm loads what keeps the tests on this machine, too, and the system's Node may be too old for that.
      env: { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const unmet = stdout
      .split('\n')
      .flatMap((line, at, all) => (line.includes('✗ NOT SO') ? all.slice(at - 8, at + 1) : []));
    assert.deepEqual(unmet, []);
    assert.match(stdout, /^\d+ commands, \d+ checks, 0 failed, in \d+ s\.$/m);
    assert.deepEqual([status, stderr], [0, '']);
  },
);
