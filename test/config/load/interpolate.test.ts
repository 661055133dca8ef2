import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../../support/property.ts';
import { hideReferences, showReferences } from '../../../src/config/load/interpolate.ts';
import { configOf, problemsIn, providerOf } from '../parsing.ts';

const tokensOf = (text: string, env: Record<string, string>): readonly string[] =>
  providerOf(text, { env }).apiTokens.map(({ key }) => key.reveal());

void test('a variable stands anywhere in a value, in block and in flow style, plain and quoted', () => {
  const env = { HOST: 'one.example', VERSION: 'v1', KEY: 'sk-a' };
  const provider = providerOf(
    `providers:
  - { id: \${HOST}, type: openai, baseUrl: "https://\${HOST}/\${VERSION}", apiTokens: [\${KEY}, 'x\${KEY}x'] }`,
    { env },
  );
  assert.equal(provider.id, 'one.example');
  assert.equal(provider.baseUrl, 'https://one.example/v1');
  assert.deepEqual(
    provider.apiTokens.map(({ key }) => key.reveal()),
    ['sk-a', 'xsk-ax'],
  );
});

void test('numbers and switches may come from the environment', () => {
  const { failover, timeout } = providerOf(
    `provider:
  type: openai
  apiTokens: [a]
  timeout: \${TIMEOUT}
  failover: { enabled: \${ON}, failureThreshold: \${COUNT}, healthCheckModel: m }`,
    { env: { TIMEOUT: '3s', ON: 'true', COUNT: '7' } },
  );
  assert.deepEqual([timeout, failover.enabled, failover.failureThreshold], [3000, true, 7]);
});

void test('what a variable holds is text, whatever it looks like', () => {
  const text = 'provider: { type: openai, apiTokens: [${KEY}] }';
  for (const value of ['123456', 'true', 'null', '{x:1}', '#x', '&a'])
    assert.deepEqual(tokensOf(text, { KEY: value }), [value]);
  for (const value of ['[a,b]', '${OTHER}', 'a,b'])
    assert.deepEqual(
      providerOf('provider: { type: openai, modelMapping: { m: ${NAME} } }', { env: { NAME: value } })
        .modelMapping,
      { m: value },
    );
});

void test('a variable that is not set is an error that names it, once', () => {
  const text =
    'provider:\n  type: openai\n  apiTokens:\n    - ${MISSING_KEY}\n    - ${MISSING_KEY}\n  timeout: ${NO_TIME}\n';
  assert.deepEqual(problemsIn(text), [
    {
      path: 'provider.apiTokens[0]',
      expected: 'the environment variable MISSING_KEY, which is not set',
      variable: 'MISSING_KEY',
      line: 4,
      column: 7,
    },
    {
      path: 'provider.apiTokens[1]',
      expected: 'the environment variable MISSING_KEY, which is not set',
      variable: 'MISSING_KEY',
      line: 5,
      column: 7,
    },
    {
      path: 'provider.timeout',
      expected: 'the environment variable NO_TIME, which is not set',
      variable: 'NO_TIME',
      line: 6,
      column: 12,
    },
  ]);
});

void test('what an object has by nature is not in the environment', () => {
  const [problem] = problemsIn('provider: { type: openai, apiTokens: [${constructor}] }');
  assert.match(problem?.expected ?? '', /constructor, which is not set/);
});

void test('a doubled dollar keeps the reference as it is', () => {
  const text = 'provider: { type: openai, modelMapping: { a: $${NAME}, b: "x$${Y}${Z}" } }';
  assert.deepEqual(providerOf(text, { env: { Z: 'z' } }).modelMapping, { a: '${NAME}', b: 'x${Y}z' });
});

void test('the numbered groups of a modelMapping target stay', () => {
  const text = 'provider: { type: openai, modelMapping: { "~(a)": "$1-${1}", "~(b)": b${1} } }';
  assert.deepEqual(providerOf(text).modelMapping, { '~(a)': '$1-${1}', '~(b)': 'b${1}' });
});

void test('names of fields are not expanded', () => {
  const text = 'provider: { type: openai, modelMapping: { "${NAME}": x } }';
  assert.deepEqual(providerOf(text, { env: { NAME: 'n' } }).modelMapping, { '${NAME}': 'x' });
});

void test('a reference without a proper name is an error', () => {
  for (const reference of ['${}', '${a-b}', '${A', '${ A }', '${1A}', '${gsk_0123456789abcdef0123}']) {
    const [problem] = problemsIn(`provider:\n  type: openai\n  baseUrl: https://x/${reference}\n`);
    assert.match(problem?.expected ?? '', /name of an environment variable/, reference);
    assert.equal(problem?.path, 'provider.baseUrl');
  }
});

void test('references in comments need no variable', () => {
  assert.equal(configOf('# ${NOT_SET}\nprovider: { type: openai } # ${NOT_SET}').providers.length, 1);
});

void test('reserved characters are refused', () => {
  assert.deepEqual(problemsIn('provider: { type: openai }\nx: \uFDD0'), [
    { path: '', expected: 'no characters that Unicode sets aside (U+FDD0 to U+FDD3)', line: 2, column: 4 },
  ]);
});

void test('hiding keeps the length of every text, and showing brings it back', () => {
  const pieces = fc.constantFrom('$', '{', '}', '${', '${A}', '$${A}', 'A', ' ', '\n', '"', '${1}', '𝄞');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      const hidden = hideReferences(text);
      assert.equal(hidden.length, text.length);
      assert.equal(showReferences(hidden), text);
    }),
  );
});
