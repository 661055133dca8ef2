import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { LoadResult } from '../../../src/config/load/load.ts';
import { parseSource } from '../../../src/config/load/parse-source.ts';

void test('another process makes the same configuration of its source, whatever has become of the files', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-source-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'sparekey.yaml');
  await writeFile(join(folder, 'more.keys'), 'sk-second\n');
  await writeFile(path, 'provider: { type: openai, apiTokens: ["${KEY}"], apiTokensFile: more.keys }');
  const env = { KEY: 'sk-first' };
  const loaded = await loadConfig(path, env);

  await writeFile(join(folder, 'more.keys'), 'sk-third\n');
  await rm(path);
  assertSame(loaded, env);
});

void test('keys from the environment are a source too', () => {
  const env = { OPENAI_API_KEY: 'sk-first,sk-second' };
  assertSame(configFromEnvironment(env), env);
});

/** What is made again after the way through a channel is what it was. */
function assertSame(loaded: LoadResult | undefined, env: NodeJS.ProcessEnv): void {
  assert.ok(loaded?.ok);
  const again = parseSource(structuredClone(loaded.source), env);
  assert.ok(again?.ok);
  assert.deepEqual(again, loaded);
  const tokens = again.config.providers[0]?.apiTokens.map(({ key }) => key.reveal());
  assert.deepEqual(tokens, ['sk-first', 'sk-second']);
}
