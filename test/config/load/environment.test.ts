import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import type { Config } from '../../../src/config/schema/schema.ts';

function configOf(env: NodeJS.ProcessEnv): Config {
  const result = configFromEnvironment(env);
  assert.ok(result?.ok);
  return result.config;
}

/** The pools by their providers. */
function tokensOf(env: NodeJS.ProcessEnv): unknown {
  return configOf(env).providers.map(({ id, apiTokens }) => [id, apiTokens.map(({ key }) => key.reveal())]);
}

void test('without a key there is no configuration', () => {
  assert.equal(configFromEnvironment({ PATH: '/bin', OPENAI_API_KEY: '', GROQ_API_KEY: ' , ' }), undefined);
});

void test('a comma-separated list is a pool, blanks around its items aside', () => {
  const { providers } = configOf({ OPENAI_API_KEY: ' sk-a, sk-b,,sk-c,' });
  assert.deepEqual(
    providers.map(({ id, type, apiTokens }) => [id, type, apiTokens.map(({ key }) => key.reveal())]),
    [['openai', 'openai', ['sk-a', 'sk-b', 'sk-c']]],
  );
});

void test('each variable makes a provider with failover on, the first one active', () => {
  const { providers, activeProviderId, state } = configOf({
    GROQ_API_KEY: 'g',
    DEEPSEEK_API_KEY: 'd',
    YI_API_KEY: 'y',
  });
  assert.deepEqual(
    providers.map(({ id, failover }) => [id, failover.enabled]),
    [
      ['deepseek', true],
      ['groq', true],
      ['yi', true],
    ],
  );
  assert.equal(activeProviderId, 'deepseek');
  assert.deepEqual(state, { kind: 'sqlite', path: resolve('sparekey.db') });
});

void test('keys come back by a health check where a model for it is known, by a cooldown elsewhere', () => {
  const [known, unknown] = configOf({ OPENAI_API_KEY: 'o', YI_API_KEY: 'y' }).providers;
  assert.deepEqual([known?.failover.healthCheckModel, known?.failover.cooldownDuration], ['gpt-5-nano', 0]);
  assert.deepEqual(
    [unknown?.failover.healthCheckModel, unknown?.failover.cooldownDuration],
    [undefined, 60_000],
  );
});

void test('another documented name of a variable counts where the usual one is not set', () => {
  assert.deepEqual(tokensOf({ GOOGLE_API_KEY: 'g' }), [['gemini', ['g']]]);
  assert.deepEqual(tokensOf({ GOOGLE_API_KEY: 'g', GEMINI_API_KEY: 'h' }), [['gemini', ['h']]]);
  assert.deepEqual(tokensOf({ GOOGLE_API_KEY: 'g', GEMINI_API_KEY: '' }), [['gemini', ['g']]]);
});

void test('what is wrong with a list names the variable and the item', () => {
  assert.deepEqual(configFromEnvironment({ OPENAI_API_KEY: 'a,b,a', GROQ_API_KEY: 'x y' }), {
    ok: false,
    problems: [
      {
        path: 'OPENAI_API_KEY',
        value: '[secret]',
        expected: 'a token that no earlier item has (item 3 of the list)',
      },
      {
        path: 'GROQ_API_KEY',
        value: '[secret]',
        expected:
          'a token of printable ASCII characters without spaces, as a header can carry it (item 1 of the list)',
      },
    ],
  });
});

void test('what is probably no key is told with its variable, and its place in a list', () => {
  const result = configFromEnvironment({
    OPENAI_API_KEY: 'sk-proj-0123456789abcdef,sk-ant-api03-0123456789abcdef',
    MISTRAL_API_KEY: 'your-api-key-here',
  });
  assert.deepEqual(result?.warnings, [
    {
      path: 'OPENAI_API_KEY',
      expected: 'a token for openai: this one begins as those for claude do (item 2 of the list)',
    },
    { path: 'MISTRAL_API_KEY', expected: 'the token itself, in place of an example of one' },
  ]);
});
