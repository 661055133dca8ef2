import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBoundedFile } from '../../../src/config/load/bounded-file.ts';
import { folderFor } from '../../support/folder.ts';

void test('a pipe is read in its pieces to its end', async (context) => {
  const path = join(await folderFor(context), 'pipe');
  execFileSync('mkfifo', [path]);
  const read = readBoundedFile(path, 1024);
  const writer = createWriteStream(path);
  for (const piece of ['one\n', 'two\n']) {
    writer.write(piece);
    await sleep(50);
  }
  writer.end();
  assert.deepEqual(await read, { ok: true, text: 'one\ntwo\n' });
});

void test('a pipe that nobody writes into is not waited for for ever', async (context) => {
  const path = join(await folderFor(context), 'pipe');
  execFileSync('mkfifo', [path]);
  const expected = 'a pipe that is written into within 0.1 s';
  assert.deepEqual(await readBoundedFile(path, 1024, 100), { ok: false, expected });
});

void test('a device or a file without end is read to the bound, and what is no text is refused', async (context) => {
  const folder = await folderFor(context);
  const expected = 'a file of at most 1KiB';
  assert.deepEqual(await readBoundedFile('/dev/zero', 1024), { ok: false, expected });
  const sparse = join(folder, 'sparse');
  await writeFile(sparse, '');
  await truncate(sparse, 10 * 1024 ** 3);
  assert.deepEqual(await readBoundedFile(sparse, 1024), { ok: false, expected });
  assert.deepEqual(await readBoundedFile('/dev/null', 1024), { ok: true, text: '' });
  assert.deepEqual(await readBoundedFile(folder, 1024), {
    ok: false,
    expected: 'a file that can be read (EISDIR)',
  });
  await writeFile(sparse, Buffer.from('\uFEFFsk-0123', 'utf16le'));
  assert.deepEqual(await readBoundedFile(sparse, 1024), { ok: false, expected: 'a file of UTF-8 text' });
});
