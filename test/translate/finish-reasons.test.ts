import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asObject, objectsOf, parseObject } from '../../src/base/json.ts';
import type { Json } from '../../src/base/json.ts';
import { FINISH_MEANINGS, finishRows, finishWords } from '../../src/dialects/finish/finish-reasons.ts';
import type { FinishMeaning } from '../../src/dialects/finish/finish-reasons.ts';
import {
  anthropicClientCodec,
  chatClientCodec,
  completionsClientCodec,
  geminiClientCodec,
  responsesClientCodec,
} from '../../src/translate/client/codecs.ts';
import type { ClientCodec, ProviderCodec } from '../../src/translate/codec.ts';
import { NO_QUIRKS } from '../../src/translate/codec.ts';
import { startPackageCall } from '../../src/translate/package-call.ts';
import { anthropicMessagesCodec } from '../../src/translate/provider/anthropic-messages.ts';
import { bedrockConverseCodec } from '../../src/translate/provider/bedrock-converse.ts';
import { geminiGenerateCodec } from '../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../src/translate/provider/openai-chat.ts';
import { parseOptionsOf } from '../../src/translate/retained-request.ts';
import { SdkResponseTranslator } from '../../src/translate/sdk-response-translator.ts';
import { converseEvent } from '../support/aws-frames.ts';
import { requestOf } from './sdk-requests.ts';
import { CollectingSink } from './translated.ts';

/** How a provider ends an answer, whole and streamed. */
interface Provider {
  readonly codec: ProviderCodec;
  readonly whole: (reason: string) => Json;
  readonly streamed: (reason: string) => Buffer;
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const data = (...events: readonly Json[]) =>
  Buffer.from(
    events
      .map(
        (each) =>
          `${'type' in each ? `event: ${String(each['type'])}\n` : ''}data: ${JSON.stringify(each)}\n\n`,
      )
      .join(''),
  );

const chunk = (choice: Json): Json => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'm',
  choices: [{ index: 0, ...choice }],
});

const chat: Provider = {
  codec: openaiChatCodec,
  whole: (finish_reason) => ({
    id: 'c',
    object: 'chat.completion',
    created: 0,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'so' }, finish_reason }],
    usage: USAGE,
  }),
  streamed: (finish_reason) =>
    Buffer.concat([
      data(
        chunk({ delta: { role: 'assistant', content: 'so' }, finish_reason: null }),
        chunk({ delta: {}, finish_reason }),
      ),
      Buffer.from('data: [DONE]\n\n'),
    ]),
};

const message = (more: Json): Json => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'm',
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
  ...more,
});

const anthropic: Provider = {
  codec: anthropicMessagesCodec,
  whole: (stop_reason) => message({ content: [{ type: 'text', text: 'so' }], stop_reason }),
  streamed: (stop_reason) =>
    data(
      { type: 'message_start', message: message({ content: [] }) },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'so' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ),
};

const content = (finishReason: string): Json => ({
  candidates: [{ content: { role: 'model', parts: [{ text: 'so' }] }, finishReason, index: 0 }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
});

const gemini: Provider = {
  codec: geminiGenerateCodec,
  whole: content,
  streamed: (reason) => data(content(reason)),
};

const TOKENS = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const bedrock: Provider = {
  codec: bedrockConverseCodec,
  whole: (stopReason) => ({
    output: { message: { role: 'assistant', content: [{ text: 'so' }] } },
    stopReason,
    usage: TOKENS,
    metrics: { latencyMs: 1 },
  }),
  streamed: (stopReason) =>
    Buffer.concat([
      converseEvent('messageStart', { role: 'assistant' }),
      converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'so' } }),
      converseEvent('contentBlockStop', { contentBlockIndex: 0 }),
      converseEvent('messageStop', { stopReason }),
      converseEvent('metadata', { usage: TOKENS, metrics: { latencyMs: 1 } }),
    ]),
};

/** The providers by the vendors of the table; whoever is not named speaks OpenAI's chats. */
const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  ['Anthropic', anthropic],
  ['Gemini', gemini],
  ['Amazon Bedrock', bedrock],
]);

interface Client {
  readonly codec: ClientCodec;
  /** The word for a meaning. */
  readonly word: (meaning: FinishMeaning) => string;
  /** Finds the word in an answer, which may be an event. */
  readonly find: (answer: Json) => unknown;
}

const first = (value: unknown): Json => objectsOf(value)[0] ?? {};
const object = (value: unknown): Json => asObject(value) ?? {};

const CLIENTS: readonly (readonly [name: string, client: Client])[] = [
  [
    'chats',
    {
      codec: chatClientCodec,
      word: (meaning) => finishWords[meaning].chat,
      find: ({ choices }) => first(choices)['finish_reason'],
    },
  ],
  [
    'text completions',
    {
      codec: completionsClientCodec,
      word: (meaning) => finishWords[meaning === 'tool-calls' ? 'end' : meaning].chat,
      find: ({ choices }) => first(choices)['finish_reason'],
    },
  ],
  [
    'messages',
    {
      codec: anthropicClientCodec,
      word: (meaning) => finishWords[meaning].anthropic,
      find: (answer) => answer['stop_reason'] ?? object(answer['delta'])['stop_reason'],
    },
  ],
  [
    'content',
    {
      codec: geminiClientCodec,
      word: (meaning) => finishWords[meaning].gemini,
      find: ({ candidates }) => first(candidates)['finishReason'],
    },
  ],
  [
    'responses',
    {
      codec: responsesClientCodec,
      word: (meaning) => finishWords[meaning].responses,
      find: (answer) => {
        const response = 'response' in answer ? object(answer['response']) : answer;
        const reason = object(response['incomplete_details'])['reason'];
        return response['status'] === 'in_progress' ? undefined : (reason ?? response['status']);
      },
    },
  ],
];

const HEADERS = { 'content-type': 'application/json' };

function translatorOf(provider: Provider, client: Client, stream: boolean): SdkResponseTranslator {
  const options = parseOptionsOf(provider.codec.toCallOptions(requestOf(), 'm', NO_QUIRKS));
  return new SdkResponseTranslator({
    streams: stream,
    startCall: () => startPackageCall({ model: 'm', quirks: NO_QUIRKS, stream }, provider.codec, options),
    clientCodec: client.codec,
    context: { id: 'r', model: 'm', acceptedAt: 0, body: {}, query: '?alt=sse' },
    dropped: [],
    signal: new AbortController().signal,
  });
}

async function wholeWord(provider: Provider, client: Client, reason: string): Promise<unknown> {
  const body = Buffer.from(JSON.stringify(provider.whole(reason)));
  const answer = await translatorOf(provider, client, false).translateWhole(200, HEADERS, body);
  return client.find(parseObject(answer.toString()) ?? {});
}

async function streamedWord(provider: Provider, client: Client, reason: string): Promise<unknown> {
  const sink = new CollectingSink();
  const translator = translatorOf(provider, client, true).translateStream(HEADERS, sink);
  translator.write(provider.streamed(reason));
  assert.ok(await translator.end());
  const events = sink.text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => parseObject(line.slice('data: '.length)))
    .filter((event) => event !== undefined);
  return events.map(client.find).findLast((word) => word !== undefined && word !== null);
}

void suite('why an answer ended', () => {
  for (const { vendor, words } of finishRows)
    for (const meaning of FINISH_MEANINGS)
      for (const word of words[meaning] ?? [])
        void test(`${vendor}’s ${word} is said in every client’s words, whole and streamed`, async () => {
          const provider = PROVIDERS.get(vendor) ?? chat;
          for (const [name, client] of CLIENTS) {
            const expected = client.word(meaning);
            assert.equal(await wholeWord(provider, client, word), expected, `${name}, whole`);
            // Gemini's package goes on by itself after this one, and has nobody to ask.
            if (word !== 'CONTINUATION')
              assert.equal(await streamedWord(provider, client, word), expected, `${name}, streamed`);
          }
        });

  void test('a word that is in no row means nothing in particular', async () => {
    for (const [name, client] of CLIENTS)
      assert.equal(await wholeWord(chat, client, 'hologram'), client.word('other'), name);
  });

  void test('a prompt that Gemini blocked is filtered, whatever it says why', async () => {
    for (const blockReason of ['SAFETY', 'OTHER', 'PROHIBITED_CONTENT', 'MODEL_ARMOR'])
      for (const [name, client] of CLIENTS) {
        const blocked: Provider = {
          ...gemini,
          whole: () => ({ promptFeedback: { blockReason }, usageMetadata: {} }),
          streamed: () => data({ promptFeedback: { blockReason }, usageMetadata: {} }),
        };
        assert.equal(await wholeWord(blocked, client, ''), client.word('filter'), `${name}, whole`);
        assert.equal(await streamedWord(blocked, client, ''), client.word('filter'), `${name}, streamed`);
      }
  });
});
