import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { folderFor } from '../support/folder.ts';

const LIMIT = join(import.meta.dirname, '../support/file-limit.ts');

void test('a test file that leaves something running is ended, and fails', async (context) => {
  const file = join(await folderFor(context), 'hanging.test.mjs');
  await writeFile(
    file,
    "import { test } from 'node:test'; test('passes', () => {}); setInterval(() => {}, 1_000);",
  );
  const child = spawn(process.execPath, ['--require', LIMIT, '--test', '--test-reporter=spec', file], {
    env: { PATH: process.env['PATH'], TEST_FILE_LIMIT_MS: '500' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill());
  const said = await text(child.stdout);
  assert.match(said, /hanging\.test\.mjs has not ended within 0\.5 s, and is ended[^]*fail 1/);
});
