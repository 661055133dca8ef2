import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import { withKeyOrigins } from '../../../src/config/load/key-origins.ts';
import type { Config } from '../../../src/config/schema/schema.ts';
import { openProvider } from '../../../src/providers/provider.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import { configOf, providerOf } from '../parsing.ts';

const A = 'sk-a-0123456789abcdef';
const B = 'sk-b-0123456789abcdef';
const C = 'sk-c-0123456789abcdef';
const env = { OPENAI_KEY_1: A, OPENAI_KEY_2: B };

/** What each key is called, by provider. */
function names(config: Config): readonly (readonly string[])[] {
  return config.providers.map((provider) =>
    Array.from(openProvider(provider, () => FRESH).pool.all(), ({ key }) => key.name),
  );
}

void test('a key without a name is called by its variable, else by its line, with the column where lines are shared', () => {
  const text = `
providers:
  - id: one
    type: openai
    apiTokens:
      - \${OPENAI_KEY_1}
      - key: "\${OPENAI_KEY_2}"
      - { key: ${C}, name: team-c }
      - sk-d-0123456789abcdef
      - key: sk-e-0123456789abcdef
        weight: 2
  - { id: two, type: openai, apiTokens: [sk-f-0123456789abcdef, sk-g-0123456789abcdef] }
activeProviderId: one
`;
  assert.deepEqual(names(configOf(text, { env, path: '/etc/sparekey/main.yaml' })), [
    ['OPENAI_KEY_1', 'OPENAI_KEY_2', 'team-c', 'main.yaml:9', 'main.yaml:10'],
    ['main.yaml:12:42', 'main.yaml:12:65'],
  ]);
  // Without a file there is no line to name.
  assert.deepEqual(names(configOf(text, { env }))[0], ['OPENAI_KEY_1', 'OPENAI_KEY_2', 'team-c', '', '']);
});

void test('what is more than a reference is not called by it, and no name shows a secret', () => {
  const apiTokens = `[ "\${OPENAI_KEY_1}x", "x$\${OPENAI_KEY_1}", 'a\${OPENAI_KEY_2}' ]`;
  const [found] = names(
    configOf(`provider: { type: openai, apiTokens: ${apiTokens} }`, { env, path: 'f.yaml' }),
  );
  assert.deepEqual(found, ['f.yaml:1:40', 'f.yaml:1:60', 'f.yaml:1:81']);
});

void test('a key of a file of tokens is called by its line there, also where the provider is the only one', () => {
  const tokenFiles = new Map([
    ['/etc/pools/keys.txt', { ok: true, text: `# spare\n${A}\n\n${B}\n` }],
  ] as const);
  const options = { env, tokenFiles, path: '/etc/main.yaml' };
  const text = `provider: { type: openai, apiTokensFile: pools/keys.txt, apiTokens: [${C}] }`;
  assert.deepEqual(names(configOf(text, options)), [['main.yaml:1', 'keys.txt:2', 'keys.txt:4']]);
});

void test('the origin of a key is no part of its id, which stays where lines move', () => {
  const text = `provider: { type: openai, apiTokens: [${A}] }`;
  const [before, after] = [text, `\n\n${text}`].map((each) => {
    const [first] = openProvider(providerOf(each, { path: 'f.yaml' }), () => FRESH).pool.all();
    return first?.key;
  });
  assert.deepEqual([before?.name, after?.name], ['f.yaml:1', 'f.yaml:3']);
  assert.equal(before?.id, after?.id);
});

void test('keys of one value that holds several are numbered, in a variable as in a line of a file', () => {
  const config = configOf(`provider: { type: openai, apiTokens: [${A}, ${B}, ${C}, sk-d-0123456789abcdef] }`);
  // Where each stands, as it is once a list is made several items.
  const written = ['${OPENAI_KEYS}', '${OPENAI_KEYS}'];
  const named = withKeyOrigins(config, {
    file: '/etc/main.yaml',
    locate: ([, , index]) => {
      const text = written[Number(index)];
      return { line: 4, column: 7, ...(text !== undefined && { written: text }) };
    },
    tokenLine: ([, , index]) =>
      Number(index) < written.length ? undefined : { file: 'a/keys.txt', line: 12 },
    providerPath: () => ['provider'],
  });
  assert.deepEqual(names(named), [['OPENAI_KEYS[1]', 'OPENAI_KEYS[2]', 'keys.txt:12[1]', 'keys.txt:12[2]']]);
});

void test('keys of the environment are called by their variable, those of a list by their number too', () => {
  const found = configFromEnvironment({ OPENAI_API_KEY: `${A}, ${B}`, MISTRAL_API_KEY: C });
  assert.ok(found?.ok);
  const called = new Set(names(found.config).flat());
  assert.deepEqual(called, new Set(['OPENAI_API_KEY[1]', 'OPENAI_API_KEY[2]', 'MISTRAL_API_KEY']));
});
