import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ContextWindows, contextWindowIn } from '../../src/failover/context-windows.ts';
import { judge } from '../../src/verdict/judge.ts';
import { isTooLong } from '../../src/failover/next-step.ts';
import { openProvider } from '../../src/providers/provider.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { configOf } from '../config/parsing.ts';

/** What vendors say, and the window in it. */
const SAID: readonly (readonly [type: string, message: string, window: number | undefined])[] = [
  [
    'openai',
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9631 tokens.",
    8_192,
  ],
  [
    'openrouter',
    "This endpoint's maximum context length is 131,072 tokens. However, you requested about 200,000.",
    131_072,
  ],
  ['grok', "This model's maximum prompt length is 131072 but the request contains 180000 tokens.", 131_072],
  ['claude', 'prompt is too long: 210000 tokens > 200000 maximum', 200_000],
  [
    'gemini',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    1_048_576,
  ],
  [
    'mistral',
    'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    32_768,
  ],
  [
    'cohere',
    'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.',
    4_081,
  ],
  ['bedrock', 'Input is too long for requested model.', undefined],
  ['openai', 'Your input exceeds the context window of this model.', undefined],
];

void suite('a request that is too long for a model', () => {
  for (const [type, message, window] of SAID) {
    void test(`is recognised at ${type}, with ${window ?? 'no'} window: ${message.slice(0, 40)}`, () => {
      assert.equal(contextWindowIn(message), window);
      const errorText = JSON.stringify({ error: { message, type: 'invalid_request_error', code: null } });
      const answered = { kind: 'answered', status: 400, headers: {}, errorText, where: 'body' } as const;
      const verdict = judge(answered, { providerType: type, now: 0 });
      assert.ok(isTooLong({ verdict, failedByStatus: 400 }), verdict.rule);
    });
  }

  void test('is recognised by a 413, with any message', () => {
    const answered = {
      kind: 'answered',
      status: 413,
      headers: {},
      errorText: '<html><h1>413 Request Entity Too Large</h1></html>',
      where: 'body',
    } as const;
    const verdict = judge(answered, { providerType: 'openai', now: 0 });
    assert.ok(isTooLong({ verdict, failedByStatus: 413 }));
  });

  void test('is not what has room under another key’s limits, nor any other mistake', () => {
    const tooFast =
      'Request too large for model `m` in organization `o` on tokens per minute (TPM): Limit 6000, Requested 9000';
    for (const [status, message] of [
      [413, tooFast],
      [400, 'Unknown parameter: verbosity.'],
      [429, 'Rate limit reached.'],
    ] as const) {
      const errorText = JSON.stringify({ error: { message, type: 'x', code: null } });
      const answered = { kind: 'answered', status, headers: {}, errorText, where: 'body' } as const;
      const verdict = judge(answered, { providerType: 'groq', now: 0 });
      assert.ok(!isTooLong({ verdict, failedByStatus: status }), verdict.rule);
    }
  });
});

const said = (tokens: number): string => `maximum context length is ${tokens} tokens`;

void suite('learned context windows', () => {
  const [config = assert.fail()] = configOf('provider: { type: openai }').providers;
  const provider = openProvider(config, () => FRESH);

  void test('is what the configuration says, and else what a refusal said last, for each model', () => {
    const windows = new ContextWindows();
    assert.equal(windows.of({ provider, model: 'a' }), undefined);
    windows.learn({ provider, model: 'a' }, said(8_192));
    windows.learn({ provider, model: 'a' }, said(4_096));
    windows.learn({ provider, model: 'a' }, 'no number in it');
    assert.equal(windows.of({ provider, model: 'a' }), 4_096);
    assert.equal(windows.of({ provider, model: 'b' }), undefined);
    assert.equal(windows.of({ provider, model: 'a', contextWindow: 1_000 }), 1_000);
  });

  void test('is bounded, and a number that can be no window is none', () => {
    const windows = new ContextWindows();
    for (let n = 0; n < 1_001; n++) windows.learn({ provider, model: `m${n}` }, said(8_192));
    assert.equal(windows.of({ provider, model: 'm0' }), undefined);
    assert.equal(windows.of({ provider, model: 'm1' }), 8_192);
    for (const tokens of [0, 1, 99_999_999_999]) assert.equal(contextWindowIn(said(tokens)), undefined);
  });
});
