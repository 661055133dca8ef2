import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startSimulator } from '../../simulator/simulator.ts';
import { folderFor } from '../support/folder.ts';
import { simulatedProvider } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { started } from './tools.ts';

const KEY = 'sk-known-0123456789abcdef-wxyz';
const RECORDER = new URL('../support/record-modules.ts', import.meta.url).href;

/** What reads a configuration. */
const SCHEMA = [
  '/node_modules/yaml/',
  '/node_modules/zod/',
  '/src/config/load/load.ts',
  '/src/config/schema/schema.ts',
];
/** What translates. */
const TRANSLATION = ['/node_modules/@ai-sdk/', '/node_modules/gpt-tokenizer/', '/src/translate/translate.ts'];
/** What no process needs that has one provider of OpenAI's dialect, and its state in a file. */
const OTHERS = [
  '/node_modules/@redis/',
  '/node_modules/jose/',
  '/node_modules/re2js/',
  '/node_modules/undici/index.js',
  '/src/store/redis/',
  '/simulator/',
];

/** A gateway of one OpenAI provider, and the modules that its processes have loaded, by the names of their entries. */
async function recorded(context: TestContext, workers: number) {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  const config = { workers, providers: [simulatedProvider(simulator, [KEY])] };
  await writeFile(join(cwd, 'sparekey.yaml'), JSON.stringify(config));
  const modules = await folderFor(context);
  const env = { NODE_OPTIONS: `--import=${RECORDER}`, RECORD_MODULES: modules };
  const { url } = await started(context, [], { cwd, env });
  const loadedBy = async (entry: string): Promise<readonly string[]> => {
    const names = (await readdir(modules)).filter((name) => name.startsWith(`${entry}-`));
    const texts = await Promise.all(names.map((name) => readFile(join(modules, name), 'utf8')));
    assert.ok(texts.length > 0, `no process of ${entry} was recorded`);
    return texts.join('').split('\n');
  };
  return { url, loadedBy };
}

function among(loaded: readonly string[], parts: readonly string[]): readonly string[] {
  return parts.filter((part) => loaded.some((url) => url.includes(part)));
}

void test('an idle gateway has loaded nothing that its configuration does not need, and translates when it is asked to', async (context) => {
  const { url, loadedBy } = await recorded(context, 1);
  assert.deepEqual(among(await loadedBy('load-process.ts'), SCHEMA), SCHEMA);
  const unneeded = [...SCHEMA, ...TRANSLATION, ...OTHERS, '/src/workers/control.ts'];
  assert.deepEqual(among(await loadedBy('sparekey.ts'), unneeded), []);

  const message = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'Hello!' }] };
  const answer = await ask(url, { path: '/v1/messages', body: message });
  assert.equal(answer.status, 200, answer.text);
  const translation = ['/node_modules/@ai-sdk/openai-compatible/', '/src/translate/translate.ts'];
  const after = await loadedBy('sparekey.ts');
  assert.deepEqual(among(after, translation), translation);
  const other = [
    '/node_modules/@ai-sdk/anthropic/',
    '/node_modules/@ai-sdk/google/',
    '/node_modules/gpt-tokenizer/',
  ];
  assert.deepEqual(among(after, other), []);
});

void test('nor have a control process and its workers, of which these alone serve', async (context) => {
  const { loadedBy } = await recorded(context, 2);
  const unneeded = [...SCHEMA, ...TRANSLATION, ...OTHERS];
  assert.deepEqual(among(await loadedBy('sparekey.ts'), unneeded), []);
  const admin = ['/src/admin/', '/src/probe/', '/src/cli/', '/node_modules/commander/'];
  assert.deepEqual(among(await loadedBy('entry.ts'), [...unneeded, ...admin]), []);
});
