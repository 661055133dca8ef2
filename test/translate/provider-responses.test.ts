import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ProviderCodec } from '../../src/translate/codec.ts';
import { anthropicMessagesCodec } from '../../src/translate/provider/anthropic-messages.ts';
import { bedrockConverseCodec } from '../../src/translate/provider/bedrock-converse.ts';
import { geminiGenerateCodec } from '../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../src/translate/provider/openai-chat.ts';
import { everyCut } from '../support/cuts.ts';
import { fixture, translatorFor, translatedFrom } from './translated.ts';

interface Answer {
  readonly what: string;
  readonly codec: ProviderCodec;
  readonly model: string;
  /** Of the fixture; beside it stand the parts that it holds. */
  readonly file: string;
}

const answers: readonly Answer[] = [
  {
    what: 'Anthropic’s thinking, signed and redacted, text and two calls',
    codec: anthropicMessagesCodec,
    model: 'claude-sonnet-4-5',
    file: 'anthropic-thinking-tools.sse',
  },
  {
    what: 'Gemini 2.5’s thought, signed text and call',
    codec: geminiGenerateCodec,
    model: 'gemini-2.5-flash',
    file: 'gemini-2.5.sse',
  },
  {
    what: 'Gemini 3’s thought, calls side by side, and a signature that stands alone',
    codec: geminiGenerateCodec,
    model: 'gemini-3-pro',
    file: 'gemini-3.sse',
  },
  {
    what: 'a chat’s reasoning, text and calls that come interleaved, and its usage in a chunk without choices',
    codec: openaiChatCodec,
    model: 'some-model',
    file: 'chat-reasoning-tools.sse',
  },
  {
    what: 'Bedrock’s reasoning, text and call in binary frames',
    codec: bedrockConverseCodec,
    model: 'us.anthropic.claude-sonnet-4-5',
    file: 'bedrock-claude.jsonl',
  },
];

void describe('a provider’s stream, read through its package', () => {
  for (const { what, codec, model, file } of answers) {
    const parts = new URL(`./fixtures/${file.replace(/\.\w+$/, '.parts.jsonl')}`, import.meta.url);
    const wanted = readFileSync(parts, 'utf8');

    void it(`is translated whole: ${what}`, async () => {
      assert.deepEqual(await translatedFrom(codec, model, [fixture(file)]), { text: wanted, isWhole: true });
    });

    void it(`is translated alike wherever it is cut: ${what}`, async () => {
      for (const chunks of everyCut(fixture(file))) {
        const { text, isWhole } = await translatedFrom(codec, model, chunks);
        assert.ok(isWhole && text === wanted, `cut at ${chunks[0]?.length}`);
      }
    });

    void it(`has no end wherever it ends too early: ${what}`, async () => {
      const bytes = fixture(file);
      const ends = Array.from({ length: 12 }, (_, at) => Math.floor((bytes.length * at) / 16));
      for (const end of ends) {
        const { text, isWhole } = await translatedFrom(codec, model, [bytes.subarray(0, end)]);
        assert.ok(!isWhole && !text.includes('END\n'), `ended after ${end} bytes`);
      }
    });
  }
});

void describe('a provider’s whole answer, read through its package', () => {
  const wholes: readonly {
    readonly codec: ProviderCodec;
    readonly model: string;
    readonly answer: object;
  }[] = [
    {
      codec: anthropicMessagesCodec,
      model: 'claude-sonnet-4-5',
      answer: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5',
        content: [{ type: 'text', text: 'Hällo' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 2 },
      },
    },
    {
      codec: geminiGenerateCodec,
      model: 'gemini-2.5-flash',
      answer: {
        candidates: [
          { content: { parts: [{ text: 'Hällo' }], role: 'model' }, finishReason: 'STOP', index: 0 },
        ],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
      },
    },
    {
      codec: openaiChatCodec,
      model: 'm',
      answer: {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hällo' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      },
    },
    {
      codec: bedrockConverseCodec,
      model: 'amazon.nova-lite-v1:0',
      answer: {
        output: { message: { role: 'assistant', content: [{ text: 'Hällo' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
        metrics: { latencyMs: 1 },
      },
    },
  ];

  for (const { codec, model, answer } of wholes) {
    void it(`has its text, its reason to stop and its usage: ${model}`, async () => {
      const translator = await translatorFor(codec, model, { stream: false });
      const translated = await translator.translateWhole(
        200,
        { 'content-type': 'application/json' },
        Buffer.from(JSON.stringify(answer)),
      );
      const text = translated.toString();
      assert.match(text, /"text":"Hällo"/);
      assert.match(text, /"unified":"stop"/);
      assert.match(text, /"inputTokens":\{"total":3/);
      assert.match(text, /"outputTokens":\{"total":2/);
    });

    void it(`is refused where it is not what it should be: ${model}`, async () => {
      const translator = await translatorFor(codec, model, { stream: false });
      await assert.rejects(translator.translateWhole(200, {}, Buffer.from('<html>')), {
        name: 'TranslationError',
      });
    });
  }
});
