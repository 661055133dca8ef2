import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
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

function assertSame(apart: LoadResult | undefined, here: LoadResult | undefined, keys: string[]): void {
  assert.deepEqual(apart, here);
  assert.ok(apart?.ok);
  const tokens = apart.config.providers[0]?.apiTokens.map(({ key }) => key.reveal());
  assert.deepEqual(tokens, keys);
}
