import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyModelMatcher, modelMapper, modelMatcher } from '../../src/providers/model-names.ts';
import { configOf } from '../config/parsing.ts';

void describe('modelMatcher', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['gpt-5', ['gpt-5'], ['gpt-5-mini', 'GPT-5', '']],
    ['gpt-5*', ['gpt-5', 'gpt-5-mini'], ['gpt-4', 'my-gpt-5']],
    ['*', ['gpt-5', ''], []],
    ['~^claude-.*-latest$', ['claude-3-latest'], ['claude-latest', 'my-claude-3-latest']],
    ['~mini', ['gpt-5-mini', 'mini-max'], ['gpt-5']],
    [String.raw`~^gpt\-4\.1$`, ['gpt-4.1'], ['gpt-4x1']],
    ['a.c', ['a.c'], ['abc']],
  ];
  for (const [pattern, matched, others] of cases) {
    void it(`${pattern} matches ${JSON.stringify(matched)} and not ${JSON.stringify(others)}`, () => {
      const matches = modelMatcher(pattern);
      for (const model of matched) assert.ok(matches(model), model);
      for (const model of others) assert.ok(!matches(model), model);
    });
  }

  void it('gives the same answer every time', () => {
    const matches = modelMatcher('~mini');
    assert.deepEqual([matches('mini'), matches('mini'), matches('mini')], [true, true, true]);
  });

  void it('takes any of several patterns, all models without patterns, and none with an empty list', () => {
    const any = anyModelMatcher(['gpt-5*', 'o3']);
    assert.deepEqual(['gpt-5-mini', 'o3', 'o3-mini'].map(any), [true, true, false]);
    assert.ok(anyModelMatcher(undefined)('gpt-5'));
    assert.ok(!anyModelMatcher([])('gpt-5'));
  });

  // An escape that is allowed only without the Unicode flag is common in configurations that come over.
  void it('compiles whatever regular expression the configuration accepts', () => {
    const pattern = String.raw`~^gpt\-4[\w\-]*\_x$`;
    const text = JSON.stringify({
      provider: { type: 'openai', modelMapping: { [pattern]: 'gpt-5' } },
      routes: [{ model: pattern, to: ['openai'] }],
    });
    const { providers, routes } = configOf(text);
    assert.ok(modelMatcher(routes[0]?.model ?? '')('gpt-4-mini_x'));
    assert.equal(modelMapper(providers[0]?.modelMapping ?? {})('gpt-4-mini_x'), 'gpt-5');
  });
});

void describe('modelMapper', () => {
  const rules: Readonly<Record<string, string>> = {
    'gpt-4*': 'four',
    '*': 'rest',
    '~^gpt-(.+)-(mini|nano)$': 'small-$2-of-$1',
    'gpt-4-32k': 'large',
    'o*': 'reasoning',
    o3: '',
    'free-*': '',
  };
  const cases: readonly (readonly [string, string, string])[] = [
    ['an exact name first', 'gpt-4-32k', 'large'],
    ['a prefix', 'gpt-4-turbo', 'four'],
    ['patterns in the order written', 'gpt-4-mini', 'four'],
    ['a regular expression, with its groups', 'gpt-5-nano', 'small-nano-of-5'],
    ['`*` last, wherever it stands', 'claude', 'rest'],
    ['an empty target of an exact name keeps the name', 'o3', 'o3'],
    ['an empty target of a pattern keeps the name', 'free-llama', 'free-llama'],
    ['a pattern behind `*` still goes before it', 'o4', 'reasoning'],
    ['a name that looks like a rule is none', '*', 'rest'],
    ['a name that ends like a prefix is matched as a name', 'gpt-4*', 'four'],
    ['a name of the prototype is a name like any', 'constructor', 'rest'],
  ];
  for (const [what, model, mapped] of cases) {
    void it(`${what}: ${model} → ${mapped}`, () => assert.equal(modelMapper(rules)(model), mapped));
  }

  void it('keeps every name where there are no rules, or none that matches', () => {
    assert.equal(modelMapper({})('gpt-5'), 'gpt-5');
    assert.equal(modelMapper({ 'claude-*': 'x' })('gpt-5'), 'gpt-5');
  });

  void it('replaces what a regular expression found, and keeps the rest', () => {
    assert.equal(
      modelMapper({ '~-\\d{8}$': '' })('gpt-5-20260101'),
      'gpt-5-20260101',
      'an empty target keeps',
    );
    assert.equal(modelMapper({ '~^openai/': 'azure/' })('openai/gpt-5'), 'azure/gpt-5');
  });

  void it('reads a group in braces as it reads one without', () => {
    assert.equal(modelMapper({ '~^gpt-(\\d)$': 'v${1}1' })('gpt-5'), 'v51');
  });
});

void describe('patterns of models', () => {
  void it('cost no more than the length of the name, however it is made', () => {
    // With a backtracking engine the first of these never ends.
    const names = [`${'a'.repeat(1_000)}!`, 'claude'.repeat(80) + 'sonnet'.repeat(80), '-'.repeat(1_020)];
    assert.deepEqual(names.map(modelMatcher('~^([a-z0-9]+-?)+$')), [false, true, false]);
    assert.deepEqual(names.map(modelMatcher('~.*claude.*sonnet.*latest')), [false, false, false]);
    assert.deepEqual(names.map(modelMatcher('~^(.*)-(.*)-(.*)-(.*)!$')), [false, false, false]);
  });

  void it("are in RE2's syntax, as in the configuration they come from", () => {
    assert.equal(modelMatcher('~(?i)^GPT-')('gpt-5'), true);
    assert.equal(modelMapper({ '~^gpt-(\\d+)': 'm${1}' })('gpt-5-nano'), 'm5-nano');
  });
});
