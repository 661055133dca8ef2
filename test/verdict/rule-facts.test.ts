import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleFacts } from '../../src/verdict/rule-facts.ts';
import { faultVerdicts } from '../../src/verdict/fault-verdicts.ts';
import { ruleSets } from '../../src/verdict/rules/tables.ts';
import { configOf } from '../config/parsing.ts';

void test('every rule of a table is found by its id under each provider it judges', () => {
  for (const [name, rules] of ruleSets) {
    for (const { id, verdict, source } of rules) {
      assert.deepEqual(ruleFacts(id, name, []), { class: verdict.class, scope: verdict.scope, source });
    }
  }
});

void test('so is what was seen of an exchange', () => {
  for (const { rule, class: meant } of Object.values(faultVerdicts)) {
    assert.equal(ruleFacts(rule, 'openai', [])?.class, meant);
  }
  assert.equal(ruleFacts('ok', 'openai', [])?.class, 'ok');
});

void test('a rule of the configuration goes by what that says', () => {
  const { verdicts } = configOf(
    'provider: { type: openai }\nverdicts: [{ id: broke, when: { status: 403 }, class: billing }]',
  );
  assert.deepEqual(ruleFacts('config.broke', 'openai', verdicts), {
    class: 'billing',
    scope: 'billing_domain',
    source: 'the configuration',
  });
});

void test('a rule that no longer exists is no reason to fail', () => {
  assert.equal(ruleFacts('config.gone', 'openai', []), undefined);
});
