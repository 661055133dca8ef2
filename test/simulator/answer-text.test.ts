import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../support/property.ts';
import { answerPieces, answerTag, ECHO_LIMIT, isAnswerTo, readAnswer } from '../../simulator/answer-text.ts';

void test('an answer repeats what was said and ends in its mark', () => {
  const tag = answerTag('k', 'm', 'Hello there');
  const pieces = answerPieces('Hello there', tag);
  assert.deepEqual(pieces, ['You', ' said:', ' Hello', ' there', ` [sim:${tag}:5]`]);
  assert.deepEqual(readAnswer(pieces.join('')), { message: 'Hello there', tag, chunks: 5 });
});

void test('any message is repeated in exactly as many pieces as asked, and can be read back', () => {
  const messages = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !text.endsWith(' ·'));
  fc.assert(
    fc.property(messages, fc.option(fc.integer({ min: 1, max: 60 })), (message, count) => {
      const tag = answerTag('k', 'm', message);
      const pieces = answerPieces(message, tag, count ?? undefined);
      const text = pieces.join('');
      assert.deepEqual(readAnswer(text), { message: message, tag, chunks: pieces.length });
      if (count !== null) assert.equal(pieces.length, count);
      assert.ok(isAnswerTo(text, message, 'm', ['other', 'k']));
    }),
  );
});

void test('an answer of another key, to another message, cut short or spliced is not taken for the right one', () => {
  const pieces = answerPieces('one two', answerTag('k', 'm', 'one two'));
  const text = pieces.join('');
  assert.ok(isAnswerTo(text, 'one two', 'm', ['k']));
  assert.ok(!isAnswerTo(text, 'one two', 'm', ['other']));
  assert.ok(!isAnswerTo(text, 'one', 'm', ['k']));
  assert.ok(!isAnswerTo(text, 'one two', 'n', ['k']));
  assert.ok(!isAnswerTo(pieces.slice(0, -1).join(''), 'one two', 'm', ['k']));
  assert.ok(!isAnswerTo(`${pieces.slice(0, 3).join('')}${text}`, 'one two', 'm', ['k']));
});

void test('a long message is repeated up to a limit', () => {
  const message = 'x'.repeat(ECHO_LIMIT + 1);
  const text = answerPieces(message, answerTag('k', 'm', message)).join('');
  assert.ok(text.length < ECHO_LIMIT + 50);
  assert.ok(isAnswerTo(text, message, 'm', ['k']));
});
