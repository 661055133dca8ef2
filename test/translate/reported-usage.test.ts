import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { anthropicClientCodec } from '../../src/translate/client/codecs.ts';
import { operationNamed } from '../../src/dialects/operations/table.ts';
import type { Dialect } from '../../src/dialects/operations/operation.ts';
import { parseObject } from '../../src/base/json.ts';
import { responseTranslatorFor } from '../../src/translate/job.ts';
import { NO_QUIRKS } from '../../src/translate/codec.ts';

/*
 * What a provider says of tokens, in each client's words: cached, written and thought tokens are counted once. Anthropic and
 * Bedrock count cached tokens beside the others, OpenAI and Gemini among them.
 */

const CLIENTS = [
  'chat.completions',
  'responses.create',
  'messages.create',
  'gemini.generateContent',
] as const;
type Client = (typeof CLIENTS)[number];

interface ReportedUsage {
  readonly what: string;
  readonly dialect: Dialect;
  readonly response: object;
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
  readonly written?: number;
  readonly thought?: number;
}

const chat = (usage: object): object => ({
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage,
});

const REPORTED: readonly ReportedUsage[] = [
  {
    what: 'Anthropic’s',
    dialect: 'anthropic-messages',
    response: {
      type: 'message',
      role: 'assistant',
      id: 'a',
      model: 'm',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 1000,
        output_tokens: 7,
      },
    },
    input: 1110,
    cached: 100,
    written: 1000,
    output: 7,
  },
  {
    what: 'Bedrock’s',
    dialect: 'bedrock-converse',
    response: {
      output: { message: { role: 'assistant', content: [{ text: 'hi' }] } },
      stopReason: 'end_turn',
      usage: {
        inputTokens: 10,
        cacheReadInputTokens: 100,
        cacheWriteInputTokens: 1000,
        outputTokens: 7,
        totalTokens: 1117,
      },
    },
    input: 1110,
    cached: 100,
    written: 1000,
    output: 7,
  },
  {
    what: 'Gemini’s',
    dialect: 'gemini-generate',
    response: {
      candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
      usageMetadata: {
        promptTokenCount: 110,
        cachedContentTokenCount: 100,
        candidatesTokenCount: 7,
        thoughtsTokenCount: 5,
        totalTokenCount: 122,
      },
    },
    input: 110,
    cached: 100,
    output: 12,
    thought: 5,
  },
  {
    what: 'OpenAI’s',
    dialect: 'openai-chat',
    response: chat({
      prompt_tokens: 1110,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 1000 },
      completion_tokens: 12,
      completion_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 1122,
    }),
    input: 1110,
    cached: 100,
    written: 1000,
    output: 12,
    thought: 5,
  },
  {
    what: 'xAI’s, which counts thinking beside the answer',
    dialect: 'openai-chat',
    response: chat({
      prompt_tokens: 110,
      completion_tokens: 7,
      completion_tokens_details: { reasoning_tokens: 50 },
      total_tokens: 167,
    }),
    input: 110,
    output: 57,
    thought: 50,
  },
  {
    what: 'DeepSeek’s',
    dialect: 'openai-chat',
    response: chat({
      prompt_tokens: 110,
      prompt_cache_hit_tokens: 100,
      prompt_cache_miss_tokens: 10,
      completion_tokens: 7,
      total_tokens: 117,
    }),
    input: 110,
    cached: 100,
    output: 7,
  },
  {
    what: 'Moonshot’s',
    dialect: 'openai-chat',
    response: chat({ prompt_tokens: 110, cached_tokens: 100, completion_tokens: 7, total_tokens: 117 }),
    input: 110,
    cached: 100,
    output: 7,
  },
];

/** The client's words for what was reported. */
function expected(client: Client, reported: ReportedUsage): object {
  const { input, output, cached = 0, written = 0, thought = 0 } = reported;
  switch (client) {
    case 'chat.completions':
      return {
        prompt_tokens: input,
        completion_tokens: output,
        total_tokens: input + output,
        prompt_tokens_details: {
          cached_tokens: cached,
          audio_tokens: 0,
          ...(written > 0 && { cache_write_tokens: written }),
        },
        completion_tokens_details: { reasoning_tokens: thought, audio_tokens: 0 },
      };
    case 'responses.create':
      return {
        input_tokens: input,
        input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: thought },
        total_tokens: input + output,
      };
    case 'messages.create':
      return {
        input_tokens: input - cached - written,
        cache_creation_input_tokens: written,
        cache_read_input_tokens: cached,
        output_tokens: output,
      };
    case 'gemini.generateContent':
      return {
        promptTokenCount: input,
        candidatesTokenCount: output - thought,
        totalTokenCount: input + output,
        ...(thought > 0 && { thoughtsTokenCount: thought }),
        ...(cached > 0 && { cachedContentTokenCount: cached }),
      };
  }
}

async function usageFor(client: Client, { dialect, response }: ReportedUsage): Promise<unknown> {
  const translator = responseTranslatorFor({
    spec: {
      operation: client,
      clientDialect: operationNamed(client).dialect,
      providerDialect: dialect,
      model: 'm',
      quirks: NO_QUIRKS,
      stream: false,
    },
    parseOptions: { prompt: [{ role: 'user', content: [{ type: 'text', text: '-' }] }] },
    context: { id: 'r', model: 'm', acceptedAt: 0, body: {}, query: '' },
    dropped: [],
    signal: new AbortController().signal,
  });
  const headers = { 'content-type': 'application/json' };
  const body = Buffer.from(JSON.stringify(response));
  const translated = parseObject((await translator.translateWhole(200, headers, body)).toString());
  return translated?.['usage'] ?? translated?.['usageMetadata'];
}

for (const reported of REPORTED) {
  void suite(`tokens as reported: ${reported.what}`, () => {
    for (const client of CLIENTS) {
      void test(`for ${client}`, async () => {
        assert.deepEqual(await usageFor(client, reported), expected(client, reported));
      });
    }
  });
}

void test('a provider that tells nothing leaves Anthropic’s stream its estimate', () => {
  const usage = {
    inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: undefined, text: undefined, reasoning: undefined },
  };
  const context = { id: 'r', model: 'm', acceptedAt: 0, body: {}, query: '', estimatedInputTokens: 42 };
  const encoder = anthropicClientCodec.encodeStream(context);
  const written = encoder.encode({
    type: 'finish',
    finishReason: { unified: 'stop', raw: 'stop' },
    usage,
  });
  assert.deepEqual(
    [...written.matchAll(/"input_tokens":(\d+)/gu)].map((match) => match[1]),
    ['42', '42'],
  );
});
