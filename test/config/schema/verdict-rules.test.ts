import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../../src/verdict/judge.ts';
import type { Answered } from '../../../src/verdict/outcome.ts';
import type { Verdict } from '../../../src/verdict/verdict.ts';
import { configOf, problemsIn, providerOf } from '../parsing.ts';

function judged(text: string, answer: Partial<Answered>): Verdict {
  const provider = providerOf(text);
  return judge(
    { kind: 'answered', status: 403, headers: {}, errorText: '', where: 'body', ...answer },
    { providerType: provider.type, now: 0, ownRules: provider.verdicts },
  );
}

const named = (code: string): string => JSON.stringify({ error: { code, message: 'No' } });
const forAll = (rules: string): string => `provider: { type: openai }\nverdicts:\n${rules}`;

void test('a rule of the configuration goes before those of the type and has what is usual for its class', () => {
  const text = forAll('  - { id: broke, when: { status: 403, says: "wallet" }, class: billing }');
  assert.deepEqual(judged(text, { errorText: '{"message":"Your Wallet is empty"}' }), {
    class: 'billing',
    scope: 'billing_domain',
    retry: 'other-domain',
    rule: 'config.broke',
  });
  assert.equal(judged(text, { errorText: '{"message":"No"}' }).rule, 'general.refused');
});

void test("a provider's own rules go before those for all, and the first that fits decides", () => {
  const text = `provider:
  type: openai
  verdicts: [{ id: near, when: { status: 4xx }, class: rate_limit, wait: none }]
verdicts:
  - { id: far, when: { status: 4xx }, class: overloaded }
`;
  assert.equal(judged(text, { headers: { 'retry-after': '5' } }).rule, 'config.near');
  assert.equal(judged(text, { headers: { 'retry-after': '5' } }).waitMs, undefined);
  assert.deepEqual(
    configOf(text).verdicts.map(({ id }) => id),
    ['config.far'],
  );
});

void test('words are distinguished from expressions, in any case of letters, and exceptions hold', () => {
  const text = forAll(
    '  - { id: it, when: { named: [Gone, "~^quota_"], unless: { headers: { X-Why: "fine" } } }, class: key_dead, maxWait: 2h }',
  );
  assert.equal(judged(text, { errorText: named('GONE') }).rule, 'config.it');
  assert.equal(judged(text, { errorText: named('Quota_used') }).rule, 'config.it');
  assert.notEqual(judged(text, { errorText: named('no_quota_') }).rule, 'config.it');
  const why = { 'x-why': 'all is Fine' };
  assert.notEqual(judged(text, { errorText: named('gone'), headers: why }).rule, 'config.it');
});

void test('a wait is looked for where the rule says, and believed as far as it says', () => {
  const text = forAll(
    '  - { id: it, when: { status: 403 }, class: client_error, wait: retry-after, maxWait: 90s }',
  );
  assert.equal(judged(text, { headers: { 'retry-after': '3600' } }).waitMs, 90_000);
});

void test('mistakes in rules are reported with their position', () => {
  const problems = problemsIn(
    forAll(`  - { id: a, when: {}, class: billing }
  - { id: b, when: { says: "(" }, class: billing }
  - { id: c, when: { named: ["~["] }, class: billing }
  - { id: d, when: { status: 99 }, class: billing }
  - { id: e, when: { status: 403, sayz: x }, class: billing }
  - { id: f, when: { status: 403 }, class: broke }
  - { id: g, when: { status: 403 }, class: billing, retries: none }
  - { id: "no spaces", when: { status: 403 }, class: billing }
  - { id: same, when: { status: 403 }, class: billing }
  - { id: same, when: { status: 404 }, class: billing }
`),
  );
  assert.deepEqual(
    problems.map(({ path }) => path),
    [
      'verdicts[0].when',
      'verdicts[1].when.says',
      'verdicts[2].when.named[0]',
      'verdicts[3].when.status',
      'verdicts[4].when.sayz',
      'verdicts[5].class',
      'verdicts[6].retries',
      'verdicts[7].id',
      'verdicts[9].id',
    ],
  );
  assert.match(problems[1]?.expected ?? '', /regular expression/);
  assert.match(problems[4]?.expected ?? '', /did you mean says/);
});
