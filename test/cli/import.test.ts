import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor } from '../support/folder.ts';
import { finished } from './tools.ts';

const SOURCE = `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-5, api_key: sk-secret-0123456789, tags: [a] }
  - model_name: claude
    litellm_params: { model: anthropic/claude-haiku-4-5, api_key: os.environ/CLAUDE_KEY }
general_settings: { master_key: sk-master-0123456789 }
`;

void test('import writes a configuration that checks, keeps its secrets apart, and replaces nothing unasked', async (context) => {
  const cwd = await folderFor(context);
  await writeFile(join(cwd, 'config.yaml'), SOURCE);
  const args = ['import', 'litellm', 'config.yaml', '--output', 'new.yaml'];
  const env = { CLAUDE_KEY: 'sk-ant-0123456789' };
  const first = await finished(context, args, { cwd });
  assert.deepEqual([first.code, first.stderr], [0, '']);
  for (const part of [
    /^Wrote new\.yaml: 2 providers with 2 keys, 2 routes, 1 client\.$/m,
    /^Keys are in new\.keys\/, for you alone to read: 2 files\.$/m,
    /^Not carried over \(1\):\n {2}line 4: tags\n/m,
    /^To do before it can start:\n {2}new\.yaml:\d+:\d+: .*CLAUDE_KEY, which is not set$/m,
    /^Next: sparekey check --config new\.yaml$/m,
  ])
    assert.match(first.stdout, part);
  const text = await readFile(join(cwd, 'new.yaml'), 'utf8');
  assert.doesNotMatch(first.stdout + text, /0123456789/);
  assert.equal((await stat(join(cwd, 'new.keys', 'openai.keys'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(cwd, 'new.keys'))).mode & 0o777, 0o700);

  const checked = await finished(context, ['check', '--config', 'new.yaml'], { cwd, env });
  assert.deepEqual([checked.code, checked.stderr], [0, '']);
  assert.match(checked.stdout, /route chat to openai\/gpt-5/);

  await writeFile(join(cwd, 'new.yaml'), '# mine\n');
  const again = await finished(context, args, { cwd, env });
  assert.deepEqual([again.code, again.stdout], [1, '']);
  assert.match(
    again.stderr,
    /^new\.yaml is there already: name another file, or say --force to replace it\.\n$/,
  );
  assert.equal(await readFile(join(cwd, 'new.yaml'), 'utf8'), '# mine\n');
  const forced = await finished(context, [...args, '--force'], { cwd, env });
  assert.deepEqual([forced.code, forced.stderr], [0, '']);
  assert.equal(await readFile(join(cwd, 'new.yaml'), 'utf8'), text);
  assert.doesNotMatch(forced.stdout, /To do/);
});

void test('import says what it cannot read, and which gateways it knows', async (context) => {
  const cwd = await folderFor(context);
  const missing = await finished(context, ['import', 'one-api', 'none.db'], { cwd });
  assert.deepEqual([missing.code, missing.stderr], [1, 'none.db cannot be read (ENOENT).\n']);
  const unknown = await finished(context, ['import', 'portkey', 'x'], { cwd });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /litellm, one-api, new-api, gpt-load, cliproxyapi/);
});
