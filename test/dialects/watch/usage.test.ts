import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenUsage } from '../../../src/base/token-usage.ts';
import { mergedUsage, readUsage } from '../../../src/dialects/watch/usage.ts';

/** What an object of counts means, by whose it is. */
const meanings: Readonly<Record<string, readonly [told: object, TokenUsage | undefined]>> = {
  'OpenAI counts what was cached within the prompt, and reasoning within the completion': [
    {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 12 },
      completion_tokens_details: { reasoning_tokens: 256, audio_tokens: 0, rejected_prediction_tokens: 0 },
    },
    { input: 2006, cachedInput: 1920, audioInput: 12, output: 300, reasoning: 256 },
  ],
  'embeddings have an input alone': [{ prompt_tokens: 8, total_tokens: 8 }, { input: 8 }],
  'Responses have the same under other names': [
    {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 64, cache_write_tokens: 20 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 40 },
      total_tokens: 150,
    },
    { input: 100, cachedInput: 64, cacheWrite: 20, output: 50, reasoning: 40 },
  ],
  'images have tokens of images': [
    { input_tokens: 60, input_tokens_details: { text_tokens: 20, image_tokens: 40 }, output_tokens: 272 },
    { input: 60, imageInput: 40, output: 272 },
  ],
  'transcripts have tokens of sound': [
    {
      type: 'tokens',
      input_tokens: 14,
      input_token_details: { text_tokens: 0, audio_tokens: 14 },
      output_tokens: 45,
    },
    { input: 14, audioInput: 14, output: 45 },
  ],
  'a transcript that is paid for by its length has none': [{ type: 'duration', seconds: 27 }, undefined],
  'Anthropic counts its cache beside the input': [
    {
      input_tokens: 50,
      cache_creation_input_tokens: 248,
      cache_read_input_tokens: 1800,
      cache_creation: { ephemeral_5m_input_tokens: 248, ephemeral_1h_input_tokens: 0 },
      output_tokens: 503,
      output_tokens_details: { thinking_tokens: 400 },
      service_tier: 'standard',
    },
    { input: 2098, cachedInput: 1800, cacheWrite: 248, output: 503, reasoning: 400 },
  ],
  'the end of a message of Anthropic has the output': [{ output_tokens: 15 }, { output: 15 }],
  'Converse counts as Anthropic does': [
    {
      inputTokens: 5,
      outputTokens: 7,
      totalTokens: 112,
      cacheReadInputTokens: 100,
      cacheWriteInputTokens: 0,
    },
    { input: 105, cachedInput: 100, output: 7 },
  ],
  'the metrics of an invocation': [
    { inputTokenCount: 9, outputTokenCount: 4, invocationLatency: 800, firstByteLatency: 300 },
    { input: 9, output: 4 },
  ],
  'Gemini counts thoughts beside the candidates, and what tools read beside the prompt': [
    {
      promptTokenCount: 1000,
      cachedContentTokenCount: 800,
      toolUsePromptTokenCount: 30,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 70,
      totalTokenCount: 1120,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 900 },
        { modality: 'AUDIO', tokenCount: 60 },
        { modality: 'IMAGE', tokenCount: 40 },
      ],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 20 }],
    },
    {
      input: 1030,
      cachedInput: 800,
      audioInput: 60,
      imageInput: 40,
      output: 90,
      reasoning: 70,
      imageOutput: 20,
    },
  ],
  'xAI counts reasoning beside the completion': [
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 },
    },
    { input: 32, output: 103, reasoning: 94 },
  ],
  'DeepSeek has words of its own for its cache': [
    { prompt_tokens: 10, completion_tokens: 2, prompt_cache_hit_tokens: 6, prompt_cache_miss_tokens: 4 },
    { input: 10, cachedInput: 6, output: 2 },
  ],
  'Moonshot too': [
    { prompt_tokens: 10, completion_tokens: 2, cached_tokens: 6 },
    { input: 10, cachedInput: 6, output: 2 },
  ],
  'Cohere has what was counted, and what is charged': [
    {
      billed_units: { input_tokens: 3, output_tokens: 4 },
      tokens: { input_tokens: 70, output_tokens: 4 },
      cached_tokens: 64,
    },
    { input: 70, cachedInput: 64, output: 4 },
  ],
  'Cohere’s embeddings are charged alone': [{ billed_units: { input_tokens: 3 } }, { input: 3 }],
  Ollama: [
    { model: 'm', done: true, prompt_eval_count: 26, eval_count: 259 },
    { input: 26, output: 259 },
  ],
  Hunyuan: [
    { PromptTokens: 3, CompletionTokens: 4, TotalTokens: 7 },
    { input: 3, output: 4 },
  ],
  Coze: [
    { token_count: 7, input_count: 3, output_count: 4 },
    { input: 3, output: 4 },
  ],
  'a total alone says nothing of either': [{ total_tokens: 12 }, undefined],
  'zero that was told is zero, and parts of none are left out': [
    { prompt_tokens: 5, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } },
    { input: 5, output: 0 },
  ],
};

for (const [name, [told, usage]] of Object.entries(meanings))
  void test(name, () => assert.deepEqual(readUsage({ ...told }), usage));

void test('what is no count is passed over', () => {
  const hostile: readonly unknown[] = [
    -1,
    1.5,
    '12',
    null,
    true,
    [7],
    { value: 7 },
    // Infinity, once it is parsed.
    JSON.parse('1e400'),
    JSON.parse('-1e400'),
    Number.NaN,
  ];
  for (const value of hostile) {
    const what = JSON.stringify(value);
    assert.equal(readUsage({ prompt_tokens: value, completion_tokens: value }), undefined, what);
    assert.deepEqual(readUsage({ prompt_tokens: value, completion_tokens: 3 }), { output: 3 }, what);
    assert.deepEqual(
      readUsage({
        input_tokens: 3,
        cache_read_input_tokens: value,
        input_tokens_details: value,
        output_tokens_details: { reasoning_tokens: value },
      }),
      { input: 3 },
      what,
    );
    assert.deepEqual(
      readUsage({ promptTokenCount: 3, thoughtsTokenCount: value, promptTokensDetails: value }),
      { input: 3 },
      what,
    );
  }
});

void test('counts end at the largest safe integer, and so do sums', () => {
  const max = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(readUsage({ prompt_tokens: 1e300, completion_tokens: max }), { input: max, output: max });
  assert.deepEqual(
    readUsage({ input_tokens: max, cache_read_input_tokens: max, cache_creation_input_tokens: 1e300 }),
    { input: max, cachedInput: max, cacheWrite: max },
  );
});

void test('a part is never more than its whole', () => {
  assert.deepEqual(
    readUsage({
      prompt_tokens: 5,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 6 },
    }),
    { input: 5, output: 5 },
  );
  assert.equal(readUsage({ cache_read_input_tokens: 5 }), undefined, 'a part without a whole');
});

void test('of running totals the larger is the later', () => {
  const start = readUsage({ input_tokens: 50, cache_read_input_tokens: 1800, output_tokens: 1 });
  assert.deepEqual(mergedUsage(start, readUsage({ input_tokens: 50, output_tokens: 15 })), {
    input: 1850,
    cachedInput: 1800,
    output: 15,
  });
  assert.equal(mergedUsage(start, undefined), start);
  assert.equal(mergedUsage(undefined, start), start);
});
