import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isModelName, withModel, withModelAtEnd } from '../../../src/dialects/operations/model-in-path.ts';

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

  void it('is one segment of a path', () => {
    assert.equal(withModel('/a/{model}/b', 'x/y?z#\\:é'), '/a/x%2Fy%3Fz%23%5C%3A%C3%A9/b');
    assert.equal(withModel('/a/{model}/b', '$& $1'), '/a/%24%26%20%241/b');
    assert.equal(withModel('/models/{model}:f', 'models/gemini-2.5'), '/models/gemini-2.5:f');
    assert.equal(withModel('/model/{model}/f', 'models/x'), '/model/models%2Fx/f');
  });

  void it('is several where it ends a path, unless one were empty', () => {
    assert.equal(withModelAtEnd('/models/{model}', 'org/a b?'), '/models/org/a%20b%3F');
    assert.equal(withModelAtEnd('/models/{model}', '/org//x'), '/models/%2Forg%2F%2Fx');
  });
});
