import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as z from 'zod';
import type { Json } from '../../../../src/base/json.ts';
import type { GenerateResult } from '../../../../src/translate/codec.ts';
import { idWithState, packOpaqueState } from '../../../../src/translate/opaque-state.ts';
import { anthropicClientCodec } from '../../../../src/translate/client/codecs.ts';
import { accumulated, CONTEXT, finish, streamed, wholeAnswer } from '../sdk-responses.ts';
import type { Content } from '../sdk-responses.ts';

const GOOGLE = { google: { thoughtSignature: 'R09P' } };
const BEDROCK = { amazonBedrock: { redactedContent: 'UkVE' } };
const message = z.looseObject({
  content: z.array(z.unknown()),
  stop_reason: z.string(),
  stop_sequence: z.string().nullable(),
  usage: z.looseObject({}),
});

function written(...[content, reason, metadata]: Parameters<typeof wholeAnswer>): z.infer<typeof message> {
  return message.parse(anthropicClientCodec.encodeResponse(wholeAnswer(content, reason, metadata), CONTEXT));
}

void suite('an answer for Anthropic’s clients', () => {
  void test('has their names, and counts what came from a cache apart', () => {
    assert.deepEqual(
      anthropicClientCodec.encodeResponse(wholeAnswer([{ type: 'text', text: 'hello' }]), CONTEXT),
      {
        id: 'msg_req_1',
        type: 'message',
        role: 'assistant',
        model: 'client-model',
        content: [{ type: 'text', text: 'hello', citations: null }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: {
          input_tokens: 60,
          cache_creation_input_tokens: 10,
          cache_read_input_tokens: 30,
          output_tokens: 50,
        },
      },
    );
  });

  const blocks: readonly (readonly [name: string, content: Content, block: Json | undefined])[] = [
    [
      'thinking with Anthropic’s signature as it is',
      { type: 'reasoning', text: 'so', providerMetadata: { anthropic: { signature: 'Q0xB' } } },
      { type: 'thinking', thinking: 'so', signature: 'Q0xB' },
    ],
    [
      'thinking with another’s signature, marked',
      { type: 'reasoning', text: 'so', providerMetadata: GOOGLE },
      { type: 'thinking', thinking: 'so', signature: packOpaqueState(GOOGLE) },
    ],
    [
      'thinking that Anthropic hides',
      { type: 'reasoning', text: '', providerMetadata: { anthropic: { redactedData: 'UkVE' } } },
      { type: 'redacted_thinking', data: 'UkVE' },
    ],
    [
      'thinking that Bedrock hides',
      { type: 'reasoning', text: '', providerMetadata: BEDROCK },
      { type: 'redacted_thinking', data: packOpaqueState(BEDROCK) },
    ],
    ['no thinking where there is none', { type: 'reasoning', text: '' }, undefined],
    ['no text where there is none', { type: 'text', text: '' }, undefined],
    [
      'a call whose id holds Gemini’s signature',
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'look',
        input: '{"at":1}',
        providerMetadata: GOOGLE,
      },
      { type: 'tool_use', id: idWithState('c1', GOOGLE), name: 'look', input: { at: 1 } },
    ],
    [
      'a call without arguments',
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '' },
      { type: 'tool_use', id: 'c1', name: 'look', input: {} },
    ],
    [
      'no call of a tool that the provider ran',
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{}', providerExecuted: true },
      undefined,
    ],
  ];
  for (const [name, content, block] of blocks)
    void test(`has ${name}`, () =>
      assert.deepEqual(written([content]).content, block === undefined ? [] : [block]));

  void test('has hidden thinking in a stream as well', async () => {
    const { content } = await accumulated(
      streamed(anthropicClientCodec, [
        { type: 'reasoning-start', id: '0', providerMetadata: { anthropic: { redactedData: 'UkVE' } } },
        { type: 'reasoning-end', id: '0' },
        { type: 'reasoning-start', id: '1' },
        { type: 'reasoning-end', id: '1', providerMetadata: BEDROCK },
        finish(),
      ]),
    );
    assert.deepEqual(content, [
      { type: 'redacted_thinking', data: 'UkVE' },
      { type: 'redacted_thinking', data: packOpaqueState(BEDROCK) },
    ]);
  });

  const stops: readonly (readonly [GenerateResult['finishReason'], string])[] = [
    [{ unified: 'stop', raw: 'stop' }, 'end_turn'],
    [{ unified: 'length', raw: 'MAX_TOKENS' }, 'max_tokens'],
    [{ unified: 'length', raw: 'model_context_window_exceeded' }, 'model_context_window_exceeded'],
    [{ unified: 'content-filter', raw: 'content_filter' }, 'refusal'],
    [{ unified: 'tool-calls', raw: 'tool_calls' }, 'tool_use'],
    [{ unified: 'stop', raw: 'pause_turn' }, 'pause_turn'],
    [{ unified: 'other', raw: 'eos' }, 'end_turn'],
  ];
  for (const [reason, stop] of stops)
    void test(`stops for ${stop} where its provider’s reason is ${reason.raw}`, async () => {
      assert.equal(written([], reason).stop_reason, stop);
      assert.equal((await accumulated(streamed(anthropicClientCodec, [finish(reason)]))).stop_reason, stop);
    });

  void test('names the sequence that stopped it, where its provider did', async () => {
    const reason = { unified: 'stop', raw: 'stop_sequence' } as const;
    const metadata = { amazonBedrock: { stopSequence: 'X' } };
    const stopped = [
      written([], reason, metadata),
      await accumulated(streamed(anthropicClientCodec, [finish(reason, metadata)])),
    ];
    for (const { stop_reason: stop, stop_sequence: sequence } of stopped)
      assert.deepEqual({ stop, sequence }, { stop: 'stop_sequence', sequence: 'X' });
  });

  void test('has its usage at the end of a stream', async () => {
    const { usage } = await accumulated(streamed(anthropicClientCodec, [finish()]));
    assert.deepEqual(message.shape.usage.parse(usage), written([]).usage);
  });
});
