import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as z from 'zod';
import type { Json } from '../../../src/base/json.ts';
import type { GenerateResult, ClientCodec, StreamPart } from '../../../src/translate/codec.ts';
import {
  chatClientCodec,
  completionsClientCodec,
  responsesClientCodec,
} from '../../../src/translate/client/codecs.ts';
import { contextOf, dataOf, finishOf, framesOf, resultOf } from './any-response.ts';

type Content = GenerateResult['content'];
type Source = Extract<StreamPart, { readonly type: 'source' }>;

const json = z.record(z.string(), z.unknown());
const SOURCE: Source = { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example/', title: 'A' };
const CALL = { type: 'tool-call' as const, toolCallId: 'c1', toolName: 'look', input: '{"n":1}' };
const TEXT: readonly StreamPart[] = [
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'so' },
];
const INCLUDE = { stream_options: { include_usage: true } };
const TOLD_USAGE = {
  prompt_tokens: 10,
  completion_tokens: 8,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 3, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 0 },
};

function start(id: string): StreamPart {
  return { type: 'tool-input-start', id, toolName: 'look' };
}

/** The frames' data; the end marker as it is. */
function encoded(codec: ClientCodec, parts: readonly StreamPart[], body: Json = {}): unknown[] {
  return framesOf(codec, parts, contextOf(body)).map((frame): unknown => {
    const data = dataOf(frame);
    const value: unknown = data === '[DONE]' ? data : JSON.parse(data);
    return value;
  });
}

/** Of each chunk the delta of its choice, and why it ended where it did. */
function deltas(parts: readonly StreamPart[], body: Json = {}): unknown[] {
  const chunk = z.object({ choices: z.array(json) });
  return encoded(chatClientCodec, parts, body).flatMap((each) => {
    const { data } = chunk.safeParse(each);
    return (data?.choices ?? []).map(({ delta, finish_reason: reason }) => reason ?? delta);
  });
}

void suite('chats', () => {
  void test('are whole with text, reasoning, calls and sources', () => {
    const content: Content = [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'so' },
      SOURCE,
      { ...CALL, providerMetadata: { google: { thoughtSignature: 'c2ln' } } },
    ];
    assert.deepEqual(chatClientCodec.encodeResponse(resultOf(content, 'tool-calls'), contextOf()), {
      id: 'chatcmpl-req_1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'so',
            refusal: null,
            reasoning_content: 'hm',
            tool_calls: [
              {
                id: 'c1',
                type: 'function',
                function: { name: 'look', arguments: '{"n":1}' },
                extra_content: { google: { thought_signature: 'c2ln' } },
              },
            ],
            annotations: [
              {
                type: 'url_citation',
                url_citation: { url: 'https://a.example/', title: 'A', start_index: 0, end_index: 0 },
              },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: TOLD_USAGE,
    });
  });

  void test('stream the role first, the usage last where it was requested, and then the end marker', () => {
    const heading = {
      id: 'chatcmpl-req_1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'm',
    };
    const choice = { index: 0, logprobs: null };
    const role = { role: 'assistant', content: '' };
    assert.deepEqual(encoded(chatClientCodec, [...TEXT, finishOf('stop')], INCLUDE), [
      { ...heading, choices: [{ ...choice, delta: role, finish_reason: null }], usage: null },
      { ...heading, choices: [{ ...choice, delta: { content: 'so' }, finish_reason: null }], usage: null },
      { ...heading, choices: [{ ...choice, delta: {}, finish_reason: 'stop' }], usage: null },
      { ...heading, choices: [], usage: TOLD_USAGE },
      '[DONE]',
    ]);
    assert.ok(!JSON.stringify(encoded(chatClientCodec, [...TEXT, finishOf('stop')])).includes('usage'));
  });

  void test('give calls places, and {} to one without arguments', () => {
    const pieces = deltas([
      start('c1'),
      start('c2'),
      { type: 'tool-input-delta', id: 'c1', delta: '{"n":1}' },
      CALL,
      { ...CALL, toolCallId: 'c2', input: '' },
      finishOf('tool-calls'),
    ]);
    const started = { type: 'function', function: { name: 'look', arguments: '' } };
    assert.deepEqual(pieces, [
      { role: 'assistant', content: '' },
      { tool_calls: [{ index: 0, id: 'c1', ...started }] },
      { tool_calls: [{ index: 1, id: 'c2', ...started }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"n":1}' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      'tool_calls',
    ]);
  });

  void test('that are cut short within a call have that as their reason, whole and streamed', () => {
    const cut = { ...CALL, input: '{"n' };
    assert.equal(deltas([cut, finishOf('length')]).at(-1), 'length');
    const whole = JSON.stringify(chatClientCodec.encodeResponse(resultOf([cut], 'length'), contextOf()));
    assert.match(whole, /"finish_reason":"length"/u);
  });

  void test('of clients that know functions alone call one as a function', () => {
    const body = { functions: [{ name: 'look' }] };
    const whole = JSON.stringify(
      chatClientCodec.encodeResponse(resultOf([CALL], 'tool-calls'), contextOf(body)),
    );
    assert.match(whole, /"function_call":\{"name":"look","arguments":"\{\\"n\\":1\}"\}/u);
    assert.match(whole, /"finish_reason":"function_call"/u);
    assert.ok(!whole.includes('tool_calls'));
    const parts: StreamPart[] = [
      { type: 'tool-input-start', id: 'c1', toolName: 'look' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"n":1}' },
      CALL,
      finishOf('tool-calls'),
    ];
    assert.deepEqual(deltas(parts, body).slice(1), [
      { function_call: { name: 'look', arguments: '' } },
      { function_call: { arguments: '{"n":1}' } },
      'function_call',
    ]);
  });
});

void suite('text completions', () => {
  void test('are the text alone, whole and streamed', () => {
    const heading = { id: 'cmpl-req_1', object: 'text_completion', created: 1_700_000_000, model: 'm' };
    const choice = { index: 0, logprobs: null };
    assert.deepEqual(
      completionsClientCodec.encodeResponse(resultOf([{ type: 'text', text: 'so' }], 'length'), contextOf()),
      {
        ...heading,
        choices: [{ ...choice, text: 'so', finish_reason: 'length' }],
        usage: TOLD_USAGE,
      },
    );
    assert.deepEqual(encoded(completionsClientCodec, [...TEXT, finishOf('stop')], INCLUDE), [
      { ...heading, choices: [{ ...choice, text: 'so', finish_reason: null }] },
      { ...heading, choices: [{ ...choice, text: '', finish_reason: 'stop' }] },
      { ...heading, choices: [], usage: TOLD_USAGE },
      '[DONE]',
    ]);
  });
});

const events = z.array(z.looseObject({ type: z.string() }));

/** The types of the events, and the response that the last one holds. */
function response(parts: readonly StreamPart[], body: Json = {}) {
  const all = events.parse(encoded(responsesClientCodec, parts, body));
  return {
    types: all.map(({ type }) => type.replace('response.', '')),
    final: json.parse(all.at(-1)?.['response']),
  };
}

void suite('responses', () => {
  void test('stream their events in OpenAI’s order, and end one item where another begins', () => {
    const { types, final } = response([
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'hm' },
      { type: 'reasoning-end', id: '0' },
      ...TEXT,
      SOURCE,
      { type: 'tool-input-start', id: 'c1', toolName: 'look' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"n":1}' },
      CALL,
      // Providers that speak chat completions end a text at the very end.
      { type: 'text-end', id: '0' },
      finishOf('tool-calls'),
    ]);
    assert.deepEqual(types, [
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.annotation.added',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
    const content: Content = [{ type: 'reasoning', text: 'hm' }, { type: 'text', text: 'so' }, SOURCE, CALL];
    assert.deepEqual(
      final,
      responsesClientCodec.encodeResponse(resultOf(content, 'tool-calls'), contextOf()),
    );
    assert.deepEqual(json.array().parse(final['output'])[1]?.['content'], [
      {
        type: 'output_text',
        text: 'so',
        annotations: [
          { type: 'url_citation', url: 'https://a.example/', title: 'A', start_index: 2, end_index: 2 },
        ],
        logprobs: [],
      },
    ]);
  });

  void test('that are cut short are incomplete, with the reason', () => {
    for (const [unified, reason] of [
      ['length', 'max_output_tokens'],
      ['content-filter', 'content_filter'],
    ] as const) {
      const { types, final } = response([...TEXT, finishOf(unified)]);
      assert.equal(types.at(-1), 'incomplete');
      assert.deepEqual([final['status'], final['incomplete_details']], ['incomplete', { reason }]);
    }
  });

  void test('echo the request, and have the usage', () => {
    const body = {
      instructions: 'S',
      metadata: { a: 'b' },
      temperature: 0.5,
      text: { verbosity: 'low' },
      tools: [{ type: 'function', name: 'look' }],
      tool_choice: 'none',
      parallel_tool_calls: false,
    };
    const { final } = response([...TEXT, finishOf('stop')], body);
    for (const [name, value] of Object.entries({
      ...body,
      text: { format: { type: 'text' }, verbosity: 'low' },
    }))
      assert.deepEqual(final[name], value, name);
    assert.equal(final['store'], false);
    assert.deepEqual(final['usage'], {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 3, cache_write_tokens: 0 },
      output_tokens: 8,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 18,
    });
  });
});
