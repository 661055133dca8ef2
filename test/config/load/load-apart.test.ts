import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import { configFromEnvironmentApart, loadConfigApart } from '../../../src/config/load/load-apart.ts';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { LoadResult } from '../../../src/config/load/load.ts';
import { folderFor } from '../../support/folder.ts';

void test('a process of its own loads what is loaded here: from a file, with its mistakes, from the environment', async (context) => {
  const folder = await folderFor(context);
  const path = join(folder, 'sparekey.yaml');
  await writeFile(join(folder, 'more.keys'), 'sk-second\n');
  await writeFile(path, 'provider: { type: openai, apiTokens: ["${KEY}"], apiTokensFile: more.keys }');
  const env = { KEY: 'sk-first' };
  assertSame(await loadConfigApart(path, env), await loadConfig(path, env), ['sk-first', 'sk-second']);

  const lacking = await loadConfigApart(path, {});
  assert.equal(lacking.ok, false);
  assert.deepEqual(lacking, await loadConfig(path, {}));

  const keys = { OPENAI_API_KEY: 'sk-first,sk-second' };
  const pool = ['sk-first', 'sk-second'];
  assertSame(await configFromEnvironmentApart(keys), configFromEnvironment(keys), pool);
  assert.equal(await configFromEnvironmentApart({}), undefined);
});

void test('more keys in one variable than a process can be started with', async () => {
  const tokens = Array.from({ length: 4_000 }, (_, n) => `sk-${String(n).padStart(40, '0')}`);
  const env = { OPENAI_API_KEY: tokens.join(',') };
  assertSame(await configFromEnvironmentApart(env), configFromEnvironment(env), tokens);
});

void test('a descriptor that this process has open can be read from, as of <(command)', async (context) => {
  const path = join(await folderFor(context), 'sparekey.yaml');
  await writeFile(path, 'provider: { type: openai, apiTokens: [sk-first] }');
  await using file = await open(path);
  const descriptor = `/dev/fd/${file.fd}`;
  assertSame(await loadConfigApart(descriptor, {}), await loadConfig(descriptor, {}), ['sk-first']);
});

void test('a pipe that nobody writes into is given up on request', async (context) => {
  const pipe = join(await folderFor(context), 'sparekey.yaml');
  execFileSync('mkfifo', [pipe]);
  const asked = new AbortController();
  const loading = loadConfigApart(pipe, {}, asked.signal);
  asked.abort();
  await assert.rejects(loading, { name: 'AbortError' });
});

function assertSame(apart: LoadResult | undefined, here: LoadResult | undefined, keys: string[]): void {
  assert.deepEqual(apart, here);
  assert.ok(apart?.ok);
  const tokens = apart.config.providers[0]?.apiTokens.map(({ key }) => key.reveal());
  assert.deepEqual(tokens, keys);
}
