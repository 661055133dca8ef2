import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isModelName } from '../../src/base/model-name.ts';

const NAMES = [
  'gpt-5',
  'org/name',
  'accounts/fireworks/models/x',
  'models/gemini-2.5-flash',
  '/models/llama.gguf',
  String.raw`C:\models\x.gguf`,
  'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude:0',
  'ft:gpt-5:org::id',
  'model:fastest?x#y',
  '模型 é 😀',
  '100%',
  'a..b',
  '...',
  '.hidden',
];

const NO_NAMES = [
  '..',
  '.',
  'a/./b',
  'a/../../b',
  String.raw`a\..\b`,
  '..;x/b',
  '%2e%2e/b',
  'a%2F..%2fb',
  '%252e%252E%252Fb',
  '%25252e%25252e',
  'a\u0000b',
  'a\nb',
  'a%0ab',
  'a\u0085b',
  '\ud800',
  'x'.repeat(1025),
  `%${'25'.repeat(9)}2e`,
];

void describe('the name of a model', () => {
  for (const name of NAMES) void it(`is ${name}`, () => assert.ok(isModelName(name)));

  for (const name of NO_NAMES)
    void it(`is not ${JSON.stringify(name).slice(0, 40)}`, () => assert.ok(!isModelName(name)));
});
