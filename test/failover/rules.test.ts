import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, tableFor } from '../../src/failover/judge.ts';
import { generalRules, lastRule } from '../../src/failover/rules/general.ts';
import { openaiRules } from '../../src/failover/rules/openai.ts';
import { readError } from '../../src/failover/rules/provider-error.ts';
import { qwenRules } from '../../src/failover/rules/qwen.ts';
import { matches } from '../../src/failover/rules/rule.ts';
import type { Match, Rule } from '../../src/failover/rules/rule.ts';
import type { Answered } from '../../src/failover/outcome.ts';

const tables: readonly (readonly [string, readonly Rule[]])[] = [
  ['openai', openaiRules],
  ['qwen', qwenRules],
  ['a type of its own', generalRules],
];
const all = tables.flatMap(([, rules]) => rules);

function exampleOf({ example }: Rule): Answered {
  return {
    kind: 'answered',
    status: example.status,
    headers: example.headers ?? {},
    errorText: example.body ?? '',
    where: example.stream === true ? 'stream' : 'body',
  };
}

void describe('a verdict table', () => {
  for (const [providerType, rules] of tables) {
    for (const rule of rules) {
      void it(`lets ${rule.id} decide its own example at ${providerType}`, () => {
        const verdict = judge(exampleOf(rule), { providerType, now: 0 });
        assert.equal(verdict.rule, rule.id);
        assert.equal(verdict.class, rule.verdict.class);
        assert.equal(verdict.scope, rule.verdict.scope);
        assert.equal(verdict.retry, rule.verdict.retry);
      });
    }
  }

  void it('gives every rule an id of its own and a source', () => {
    const ids = all.map((rule) => rule.id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const { id, source } of all) {
      assert.match(id, /^[a-z0-9]+\.[a-z0-9-]+$/);
      assert.notEqual(source, '');
    }
  });

  void it('falls through to the general rules and ends with the one that fits everything', () => {
    for (const providerType of ['openai', 'qwen', 'unheard-of']) {
      const table = tableFor(providerType);
      assert.equal(table.at(-1), lastRule);
      assert.deepEqual(table.slice(-generalRules.length), generalRules);
    }
    assert.deepEqual(lastRule.when, {});
  });

  void it('has no expression that remembers where it stopped', () => {
    for (const { id, when } of all)
      assert.ok(when.message === undefined || !/[gy]/.test(when.message.flags), id);
  });
});

void describe('a rule', () => {
  const answer: Answered = {
    kind: 'answered',
    status: 429,
    headers: { 'x-amzn-errortype': 'ThrottlingException' },
    errorText:
      '{"error":{"message":"Slow down, please","type":"requests","code":"Too_Fast","status":"EXHAUSTED"}}',
    where: 'body',
  };
  const fits = (when: Match, operation?: string): boolean =>
    matches(when, answer, readError(answer.errorText, undefined), operation);

  void it('fits where every field it has agrees', () => {
    assert.ok(fits({ status: 429, code: 'too_fast', type: 'requests', message: /^Slow/, where: 'body' }));
    assert.ok(!fits({ status: 429, code: 'too_fast', type: 'tokens' }));
    assert.ok(!fits({ status: 429, where: 'stream' }));
    assert.ok(!fits({ form: 'html' }));
  });

  void it('takes a status, a list, or a class of them', () => {
    assert.ok(fits({ status: [500, 429] }));
    assert.ok(fits({ status: '4xx' }));
    assert.ok(fits({ status: ['5xx', '4xx'] }));
    assert.ok(!fits({ status: '5xx' }));
  });

  void it('finds a name wherever the error carries it, without regard to case', () => {
    for (const named of ['TOO_FAST', 'requests', 'exhausted']) assert.ok(fits({ named }), named);
    assert.ok(!fits({ named: ['slow', 'please'] }));
  });

  void it('asks the headers and the operation', () => {
    assert.ok(fits({ headers: { 'x-amzn-errortype': /^Throttling/ } }));
    assert.ok(!fits({ headers: { 'x-amzn-errortype': /^Throttling/, 'x-other': /./ } }));
    assert.ok(fits({ operation: ['embeddings', 'chat.completions'] }, 'chat.completions'));
    assert.ok(!fits({ operation: 'embeddings' }, 'chat.completions'));
    assert.ok(!fits({ operation: 'embeddings' }));
  });
});
