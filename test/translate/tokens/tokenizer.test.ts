import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { openTokenizer } from '../../../src/translate/tokens/tokenizer.ts';

void suite('the tokenizer', () => {
  void test('counts as the package does', async () => {
    const count = await openTokenizer();
    for (const text of ['', 'Hello, you', 'const a = { b: [1, 2] };\n', '今天天气很好', '🙂🙃'])
      assert.equal(count(text), countTokens(text), text);
    assert.ok(count('<|endoftext|>') > 1, 'the name of a special token is text');
  });

  void test('gives the package no run of like characters whole', async () => {
    // Whole, each of these would take it minutes.
    const count = await openTokenizer();
    for (const unit of ['a', ' ', '!', '漢', '\u0301']) {
      const tokens = count(unit.repeat(200_000));
      assert.ok(tokens > 200 && tokens < 400_000, `${unit}: ${tokens}`);
    }
  });

  void test('counts the rest of a very long request as what it has read', async () => {
    const sentence = 'It says a little of what there is to be said. ';
    const count = await openTokenizer();
    const once = count(sentence.repeat(20_000));
    const rest = count(sentence.repeat(200_000));
    assert.ok(Math.abs(rest / once - 10) < 0.01, `${once} and ${rest}`);
    assert.ok(Math.abs(count(sentence) - once / 20_000) < 0.01);
  });
});
