import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Json } from '../../../../src/base/json.ts';
import type { NormalizedRequest } from '../../../../src/translate/codec.ts';
import { idWithState, packOpaqueState } from '../../../../src/translate/opaque-state.ts';
import { anthropicClientCodec } from '../../../../src/translate/client/codecs.ts';

const GOOGLE = { google: { thoughtSignature: 'R09P' } };
const MARK = { type: 'ephemeral', ttl: '1h' } as const;
const MARKED = { providerOptions: { anthropic: { cacheControl: MARK } } };
function read(more: Json): NormalizedRequest {
  return anthropicClientCodec.decodeRequest({
    model: 'm',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
    ...more,
  });
}

/** What the last message of the prompt holds, and the one before it. */
function messageOf(role: string, ...content: Json[]): NormalizedRequest['options']['prompt'] {
  return read({ messages: [{ role, content }] }).options.prompt;
}

void suite('messages of Anthropic’s users are decoded', () => {
  const png = { type: 'base64', media_type: 'image/png', data: 'UE5H' };
  const pdf = { type: 'base64', media_type: 'application/pdf', data: 'UERG' };
  const cases: readonly (readonly [name: string, block: Json, parts: readonly Json[]])[] = [
    ['a text', { type: 'text', text: 'hi', cache_control: MARK }, [{ type: 'text', text: 'hi', ...MARKED }]],
    [
      'an image',
      { type: 'image', source: png },
      [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'UE5H' } }],
    ],
    [
      'an image at a URL',
      { type: 'image', source: { type: 'url', url: 'https://a.example/b?c' } },
      [
        {
          type: 'file',
          mediaType: 'image/*',
          data: { type: 'url', url: new URL('https://a.example/b?c') },
        },
      ],
    ],
    [
      'a document, with what it is about before it',
      { type: 'document', source: pdf, title: 'T', context: 'Of 1999.' },
      [
        { type: 'text', text: 'Of 1999.' },
        {
          type: 'file',
          mediaType: 'application/pdf',
          data: { type: 'data', data: 'UERG' },
          filename: 'T',
        },
      ],
    ],
    [
      'a document that is text',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'D' }, title: 'T' },
      [{ type: 'text', text: 'T\nD' }],
    ],
    [
      'a document of texts',
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'D' }] }, context: 'C' },
      [{ type: 'text', text: 'C\nD' }],
    ],
    [
      'what a search has found',
      { type: 'search_result', title: 'T', source: 'S', content: [{ type: 'text', text: 'F' }] },
      [{ type: 'text', text: 'T\nS\nF' }],
    ],
  ];
  for (const [name, block, parts] of cases)
    void test(name, () => assert.deepEqual(messageOf('user', block), [{ role: 'user', content: parts }]));
});

void suite('messages of the model are decoded', () => {
  const cases: readonly (readonly [name: string, block: Json, part: Json])[] = [
    [
      'thinking that Anthropic has signed',
      { type: 'thinking', thinking: 'so', signature: 'Q0xB' },
      {
        type: 'reasoning',
        text: 'so',
        providerOptions: { anthropic: { signature: 'Q0xB' }, amazonBedrock: { signature: 'Q0xB' } },
      },
    ],
    [
      'thinking that Gemini has signed',
      { type: 'thinking', thinking: 'so', signature: packOpaqueState(GOOGLE) },
      { type: 'reasoning', text: 'so', providerOptions: GOOGLE },
    ],
    [
      'thinking that nobody has signed',
      { type: 'thinking', thinking: 'so', signature: '' },
      { type: 'reasoning', text: 'so' },
    ],
    [
      'thinking that is hidden',
      { type: 'redacted_thinking', data: 'UkVE' },
      {
        type: 'reasoning',
        text: '',
        providerOptions: { anthropic: { redactedData: 'UkVE' }, amazonBedrock: { redactedContent: 'UkVE' } },
      },
    ],
    [
      'a call',
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } },
      { type: 'tool-call', toolCallId: 'toolu_1', toolName: 'look', input: { at: 1 } },
    ],
    [
      'a call whose id holds a signature',
      { type: 'tool_use', id: idWithState('c1', GOOGLE), name: 'look', input: {} },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {}, providerOptions: GOOGLE },
    ],
  ];
  for (const [name, block, part] of cases)
    void test(name, () =>
      assert.deepEqual(messageOf('assistant', block), [{ role: 'assistant', content: [part] }]),
    );

  void test('without what Anthropic’s own tools did', () => {
    const blocks = [
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
      { type: 'web_search_tool_result', tool_use_id: 's1', content: [] },
    ];
    assert.deepEqual(messageOf('assistant', ...blocks, { type: 'text', text: 'found' }), [
      { role: 'assistant', content: [{ type: 'text', text: 'found' }] },
    ]);
  });
});

void suite('what tools have answered Anthropic’s clients is read', () => {
  const id = idWithState('c1', GOOGLE);
  const call = { role: 'assistant', content: [{ type: 'tool_use', id, name: 'look', input: {} }] };
  const answered = (result: Json, ...more: Json[]) =>
    read({
      messages: [
        call,
        { role: 'user', content: [...more, { type: 'tool_result', tool_use_id: id, ...result }] },
      ],
    }).options.prompt.slice(1);
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'UE5H' } };
  const shown = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'UE5H' } };
  const text = { type: 'text', text: 'seen' };

  const cases: readonly (readonly [name: string, result: Json, output: Json])[] = [
    ['a text', { content: 'seen' }, { type: 'text', value: 'seen' }],
    ['blocks of text', { content: [text, text] }, { type: 'text', value: 'seen\nseen' }],
    ['nothing', {}, { type: 'text', value: '' }],
    ['an error', { content: [text], is_error: true }, { type: 'error-text', value: 'seen' }],
    ['an image', { content: [text, image] }, { type: 'content', value: [text, shown] }],
    ['an error with an image', { content: [image], is_error: true }, { type: 'content', value: [shown] }],
  ];
  for (const [name, result, output] of cases)
    void test(name, () => assert.deepEqual(answered(result), [resultOf(output)]));

  void test('before the user’s own text', () => {
    assert.deepEqual(answered({ content: 'seen' }, text), [
      resultOf({ type: 'text', value: 'seen' }),
      { role: 'user', content: [text] },
    ]);
  });
});

function resultOf(output: Json): Json {
  return {
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'look', output }],
  };
}
