import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerTypes } from '../../src/catalog/provider-types.ts';
import { finished } from './tools.ts';

void test('all types are listed, with address, variable and dialects', async (context) => {
  const { code, stdout, stderr } = await finished(context, ['providers']);
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, providerTypes.size + 1);
  assert.match(stdout, /^deepseek +https:\/\/api\.deepseek\.com\/v1 +DEEPSEEK_API_KEY +openai, anthropic$/m);
  assert.match(stdout, /^vllm +\(yours\) +openai, anthropic, own$/m);
});

void test('one type is described in detail, with its own options', async (context) => {
  const { code, stdout } = await finished(context, ['providers', 'deepl']);
  assert.equal(code, 0);
  assert.match(stdout, /^key +Authorization: DeepL-Auth-Key KEY, or none$/m);
  assert.match(stdout, /^own +chat\.completions$/m);
  assert.match(stdout, /^targetLang +\(text\) The language/m);
});

void test('both can be had as JSON', async (context) => {
  const all = await finished(context, ['providers', '--json']);
  const list: unknown = JSON.parse(all.stdout);
  assert.ok(Array.isArray(list));
  assert.equal(list.length, providerTypes.size);
  const one = await finished(context, ['providers', 'longcat', '--json']);
  assert.deepEqual(
    list.find((each: unknown) => JSON.stringify(each).startsWith('{"type":"longcat"')),
    JSON.parse(one.stdout),
  );
});

void test('a type that there is not fails, and may be a slip', async (context) => {
  const { code, stdout, stderr } = await finished(context, ['providers', 'deepsek']);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /no provider type "deepsek"; deepseek, perhaps/);
});
