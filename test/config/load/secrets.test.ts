import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../../support/property.ts';
import { stringify } from 'yaml';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import { parseConfig } from '../../../src/config/load/load.ts';
import type { LoadResult } from '../../../src/config/load/load.ts';
import { formatProblem } from '../../../src/config/load/problem.ts';

/** Whatever is wrong with a configuration, what is said of it gives no secret away. */

/** Long enough not to occur in our own words by chance. */
const secret = fc.stringMatching(/^sk-[A-HJ-NP-Z2-9]{12,24}$/);

/** What a slip makes of a secret or of the value around it. */
const slips: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => ` ${text} `,
  (text) => `${text} ${text}`,
  (text) => `${text}é`,
  (text) => [text],
  (text) => ({ [text]: null }),
  (text) => ({ [text]: '${NOT_SET}' }),
  (text) => ({ key: text, weight: 0, nmae: text }),
  (text) => ({ key: [text], name: text, models: [`~(${text}`] }),
  (text) => `\${NOT_SET}${text}`,
  (text) => `\${${text}}`,
  () => '${HELD}',
  () => '${HELD} ${HELD}',
  () => ({ key: '${HELD}', weight: '${HELD}' }),
];

/** Mistakes elsewhere, beside which the secrets stand. */
const mistakes: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { bogus: 1 },
  { listen: '0.0.0.0:1' },
  { routes: [{ model: '~(', to: ['gone'] }] },
  { log: 'loud' },
  { activeProviderId: 'gone' },
  { workers: '${HELD}' },
];

const slipped = fc
  .tuple(secret, fc.constantFrom(...slips))
  .map(([text, slip]) => ({ text, value: slip(text) }));

function said(result: LoadResult): string {
  return result.ok
    ? [
        ...describeConfig(result.config),
        ...result.warnings.map((each) => formatProblem(each)),
        JSON.stringify(result.config),
      ].join('\n')
    : result.problems
        .map((problem) => `${formatProblem(problem, 'f')} ${JSON.stringify(problem)}`)
        .join('\n');
}

/** A key's name is said, and so are the four last characters of a long key; these are no secrets. */
function assertUnsaid(text: string, output: string): void {
  assert.ok(!output.includes(text), `${text} in ${output}`);
}

void test('a configuration with secrets and mistakes anywhere shows none of the secrets', () => {
  fc.assert(
    fc.property(
      fc.record({
        held: secret,
        tokens: fc.array(slipped, { minLength: 1, maxLength: 4 }),
        client: slipped,
        admin: slipped,
        whole: fc.boolean(),
        fromFile: fc.array(secret, { maxLength: 3 }),
        mistake: fc.constantFrom(...mistakes),
        broken: fc.constantFrom('', '\n}', '\n  - x', '\n"', '\nlisten: 1\nlisten: 2'),
      }),
      ({ held, tokens, client, admin, whole, fromFile, mistake, broken }) => {
        const text =
          stringify({
            admin: whole ? admin.value : { token: admin.value },
            clients: [whole ? client.value : { name: 'web', key: client.value }],
            provider: {
              type: 'openai',
              apiTokens: tokens.map(({ value }) => value),
              apiTokensFile: 'pool.keys',
            },
            ...mistake,
          }) + broken;
        const file = { ok: true, text: [...fromFile, ...fromFile, `${held} x`].join('\n') } as const;
        const options = { path: '/pool/f.yaml', tokenFiles: new Map([['/pool/pool.keys', file]]) };
        const output = said(parseConfig(text, { env: { HELD: held }, ...options }));
        for (const each of [held, client.text, admin.text, ...fromFile, ...tokens.map((token) => token.text)])
          assertUnsaid(each, output);
      },
    ),
    { numRuns: 1000 },
  );
});

void test('keys from the environment are not shown either', () => {
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', ' x', 'é'),
      (keys, slip) => {
        const list = [...keys, `${keys[0] ?? ''}${slip}`].join(',');
        const result = configFromEnvironment({ OPENAI_API_KEY: list });
        assert.ok(result);
        for (const key of keys) assertUnsaid(key, said(result));
      },
    ),
  );
});

void test('a key that is a list or a map is quoted nowhere, not even by the parser', (t) => {
  const warned = t.mock.method(process, 'emitWarning', () => {});
  for (const text of [
    'provider: { ? [sk-1] : 1 }',
    'provider: { ? { sk-1: a } : 1, type: openai, apiTokens: [k] }',
  ])
    parseConfig(text, { env: {} });
  assert.equal(warned.mock.callCount(), 0);
});

function provider(more: object): object {
  return { provider: { type: 'openai', apiTokens: ['sk-other-0123456789'], ...more } };
}

void test('a key that slid into a name, a route, a URL or a path is not shown', () => {
  const key = 'sk-Zq9XWv0123456789abcd';
  const slid: readonly object[] = [
    { ...provider({}), clients: [{ name: key, key: 'team-0123456789' }] },
    { ...provider({}), routes: [{ model: key, to: ['openai'] }] },
    { ...provider({}), routes: [{ model: 'm', to: ['openai'] }], log: { level: `https://h/${key}` } },
    { ...provider({ id: `apiToken=${key}` }), routes: [{ model: 'm', to: ['openai'] }] },
    provider({ apiTokens: [`\${file:${key}}`] }),
    provider({ apiTokens: [{ key: 'sk-other-0123456789', name: `Bearer ${key}` }] }),
    provider({ baseUrl: `https://h/${key}?x` }),
  ];
  for (const config of slid) {
    const result = parseConfig(stringify(config), { env: {}, path: '/pool/f.yaml' });
    const lines = result.ok
      ? [...describeConfig(result.config), ...result.warnings.map((each) => formatProblem(each))]
      : result.problems.map((each) => formatProblem(each, 'f.yaml'));
    assert.doesNotMatch(lines.join('\n'), /Zq9XWv/);
  }
});
