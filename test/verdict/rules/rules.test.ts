import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { effectOf } from '../../../src/verdict/effect.ts';
import { judge } from '../../../src/verdict/judge.ts';
import { lastRule } from '../../../src/verdict/rules/general/status-rules.ts';
import { generalRules } from '../../../src/verdict/rules/general/general-rules.ts';
import { readError } from '../../../src/verdict/provider-error/read-error.ts';
import { matches } from '../../../src/verdict/rules/match.ts';
import type { Match, Rule } from '../../../src/verdict/rules/rule.ts';
import { ruleSets, tableFor } from '../../../src/verdict/rules/tables.ts';
import { providerTypes } from '../../../src/catalog/provider-types.ts';
import type { Answered } from '../../../src/verdict/outcome.ts';

const all = ruleSets.flatMap(([, rules]) => rules);

function exampleOf({ example }: Rule): Answered {
  return {
    kind: 'answered',
    status: example.status,
    headers: example.headers ?? {},
    errorText: example.body ?? '',
    where: example.stream === true ? 'stream' : 'body',
  };
}

function patternsOf(when: Match): (string | RegExp)[] {
  const words = [when.code, when.type, when.named, when.operation, when.message, when.says].flat();
  const inner = when.unless === undefined ? [] : patternsOf(when.unless);
  return [...words, ...inner, ...Object.values(when.headers ?? {})].filter((word) => word !== undefined);
}

void describe('a verdict table', () => {
  for (const [providerType, rules] of ruleSets) {
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
    for (const providerType of [...providerTypes.keys(), 'unheard-of']) {
      const table = tableFor(providerType);
      assert.equal(table.at(-1), lastRule);
      assert.deepEqual(table.slice(-generalRules.length), generalRules);
    }
    assert.deepEqual(lastRule.when, {});
  });

  void it('has no expression with state, and no word in capitals', () => {
    for (const { id, when } of all) {
      for (const word of patternsOf(when)) {
        if (typeof word === 'string') assert.equal(word, word.toLowerCase(), id);
        else assert.doesNotMatch(word.flags, /[gy]/, id);
      }
    }
  });

  void it('takes no key out by words that may be about another credential', () => {
    for (const { id, when, verdict } of all) {
      const condemns =
        verdict.class === 'key_dead' || (verdict.class === 'billing' && verdict.scope !== 'key_model');
      if (!condemns) continue;
      // `states` leaves out what is quoted and what the client wrote; a whole sentence begins where the message does.
      const isNamed = [when.named, when.code, when.type].some((field) => field !== undefined);
      assert.ok(isNamed || when.says === undefined, `${id} looks for words anywhere`);
      const wholeSentence = when.message === undefined || when.message.source.startsWith('^');
      assert.ok(wholeSentence || id === 'openrouter.key-cap', `${id} looks for a part of a message`);
    }
  });

  void it('holds no key from a model by words that may echo the client, where a request is refused', () => {
    for (const { id, when, verdict } of all) {
      const isAboutRequest = [when.status ?? '4xx']
        .flat()
        .some((one) => one === 400 || one === 404 || one === '4xx');
      const holds = effectOf({ ...verdict, rule: id }).kind === 'denies';
      const isNamed = [when.named, when.code, when.type].some((field) => field !== undefined);
      assert.ok(!isAboutRequest || !holds || isNamed || when.says === undefined, id);
    }
  });

  void it('has every rule that the page on verdicts names', () => {
    const page = readFileSync(new URL('../../../docs/VERDICTS.md', import.meta.url), 'utf8');
    const named = [...page.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, id]) => id ?? '');
    const ids = new Set(all.map(({ id }) => id));
    const families = new Set(ruleSets.map(([name]) => name));
    const unheardOf = named.filter((id) => families.has(id.split('.')[0] ?? '') && !ids.has(id));
    assert.deepEqual(unheardOf, []);
    assert.ok(named.length >= 20);
  });

  void it('knows a provider by any of its names', () => {
    assert.equal(tableFor('Azure OpenAI'), tableFor('azure'));
    assert.equal(tableFor('dashscope'), tableFor('qwen'));
    assert.equal(tableFor('zhipu'), tableFor('zhipuai'));
    assert.notEqual(tableFor('qwen'), tableFor('openai'));
    assert.equal(tableFor('unheard-of'), generalRules);
    for (const name of ['vertex_ai', 'google-genai', 'Google AI Studio', 'gemini/flash', 'antigravity']) {
      assert.equal(tableFor(name), tableFor('google'), name);
    }
    for (const name of ['aws', 'amazon-bedrock', 'bedrock_converse', 'bedrock:eu-west-1']) {
      assert.equal(tableFor(name), tableFor('bedrock'), name);
    }
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
    matches(when, answer, readError(answer.errorText, answer.headers), operation);

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

  void it('finds a name wherever the error carries it', () => {
    for (const named of ['too_fast', 'requests', 'exhausted', /^throttling/, ['slow', 'too_fast']]) {
      assert.ok(fits({ named }));
    }
    assert.ok(!fits({ named: ['slow', 'please'] }));
  });

  void it('does not fit what its exception fits', () => {
    assert.ok(!fits({ status: 429, unless: { named: 'too_fast' } }));
    assert.ok(fits({ status: 429, unless: { named: 'too_slow' } }));
    assert.ok(fits({ status: 429, unless: { headers: { 'retry-after': /./ } } }));
  });

  void it('reads what a message says without its links', () => {
    const linked = { ...answer, errorText: '{"message":"Slow down: https://a.example/billing"}' };
    const error = readError(linked.errorText, {});
    assert.ok(matches({ message: /billing/ }, linked, error, undefined));
    assert.ok(!matches({ says: /billing/ }, linked, error, undefined));
  });

  void it('asks the headers and the operation', () => {
    assert.ok(fits({ headers: { 'x-amzn-errortype': /^Throttling/ } }));
    assert.ok(!fits({ headers: { 'x-amzn-errortype': /^Throttling/, 'x-other': /./ } }));
    assert.ok(fits({ operation: ['embeddings', 'chat.completions'] }, 'chat.completions'));
    assert.ok(!fits({ operation: 'embeddings' }, 'chat.completions'));
    assert.ok(!fits({ operation: 'embeddings' }));
  });
});
