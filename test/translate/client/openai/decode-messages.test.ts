import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Json } from '../../../../src/base/json.ts';
import { chatClientCodec } from '../../../../src/translate/client/codecs.ts';

/** A part of a user's message, and what it becomes. */
const PARTS: readonly (readonly [what: string, part: Json, read: object])[] = [
  ['a text', { type: 'text', text: 'a' }, { type: 'text', text: 'a' }],
  [
    'an image by its address',
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    {
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'url', url: new URL('https://example.com/a.png') },
    },
  ],
  [
    'an image of no known type, to be looked at closely',
    { type: 'image_url', image_url: { url: 'https://example.com/a', detail: 'high' } },
    {
      type: 'file',
      mediaType: 'image/*',
      data: { type: 'url', url: new URL('https://example.com/a') },
      providerOptions: { openai: { imageDetail: 'high' } },
    },
  ],
  [
    'an image itself',
    { type: 'image_url', image_url: { url: 'data:image/webp;base64,QUJD' } },
    { type: 'file', mediaType: 'image/webp', data: { type: 'data', data: 'QUJD' } },
  ],
  [
    'sound',
    { type: 'input_audio', input_audio: { format: 'mp3', data: 'QUJD' } },
    { type: 'file', mediaType: 'audio/mpeg', data: { type: 'data', data: 'QUJD' } },
  ],
  [
    'sound of another kind',
    { type: 'input_audio', input_audio: { format: 'flac', data: 'QUJD' } },
    { type: 'file', mediaType: 'audio/flac', data: { type: 'data', data: 'QUJD' } },
  ],
  [
    'a file',
    { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
    {
      type: 'file',
      mediaType: 'application/pdf',
      data: { type: 'data', data: 'QUJD' },
      filename: 'a.pdf',
    },
  ],
  [
    'a file whose type only its name gives',
    { type: 'file', file: { filename: 'a.txt', file_data: 'QUJD' } },
    { type: 'file', mediaType: 'text/plain', data: { type: 'data', data: 'QUJD' }, filename: 'a.txt' },
  ],
  [
    'text in an address',
    { type: 'file', file: { file_data: 'data:text/plain,a%20b' } },
    { type: 'file', mediaType: 'text/plain', data: { type: 'data', data: 'YSBi' } },
  ],
];

void suite('messages of chats', () => {
  for (const [what, part, read] of PARTS) {
    void test(`hold ${what}`, () => {
      const { options } = chatClientCodec.decodeRequest({ messages: [{ role: 'user', content: [part] }] });
      assert.deepEqual(options.prompt, [{ role: 'user', content: [read] }]);
    });
  }

  void test('of the system and of developers stay where they are', () => {
    const { options } = chatClientCodec.decodeRequest({
      messages: [
        { role: 'system', content: 'a' },
        { role: 'user', content: 'b' },
        { role: 'developer', content: [{ type: 'text', text: 'c' }] },
      ],
    });
    assert.deepEqual(
      options.prompt.map(({ role }) => role),
      ['system', 'user', 'system'],
    );
  });

  void test('of a model hold its reasoning, its text and its calls, with what Gemini wants to see again', () => {
    const { options } = chatClientCodec.decodeRequest({
      messages: [
        {
          role: 'assistant',
          content: 'so',
          reasoning_content: 'hm',
          tool_calls: [
            {
              id: 'c1',
              type: 'function',
              function: { name: 'look', arguments: '{"n":1}' },
              extra_content: { google: { thought_signature: 'c2ln' } },
            },
            { id: 'c2', type: 'function', function: { name: 'look', arguments: '' } },
            { id: 'c3', type: 'function', function: { name: 'look', arguments: 'not JSON' } },
          ],
        },
      ],
    });
    const call = { type: 'tool-call', toolName: 'look' };
    assert.deepEqual(options.prompt[0]?.content, [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'so' },
      {
        ...call,
        toolCallId: 'c1',
        input: { n: 1 },
        providerOptions: { google: { thoughtSignature: 'c2ln' } },
      },
      { ...call, toolCallId: 'c2', input: {} },
      { ...call, toolCallId: 'c3', input: { INVALID_JSON: 'not JSON' } },
    ]);
  });

  void test('of a model that refused are its refusal', () => {
    const { options } = chatClientCodec.decodeRequest({
      messages: [{ role: 'assistant', content: null, refusal: 'no' }],
    });
    assert.deepEqual(options.prompt, [{ role: 'assistant', content: [{ type: 'text', text: 'no' }] }]);
  });

  void test('of tools name their tool, with a text or parts, images among them', () => {
    const url = 'data:image/png;base64,QUJD';
    const { options } = chatClientCodec.decodeRequest({
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c1', content: 'one' },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: [
            { type: 'text', text: 'two' },
            { type: 'text', text: 'three' },
          ],
        },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: [
            { type: 'text', text: 'four' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    const result = { type: 'tool-result', toolCallId: 'c1', toolName: 'look' };
    const image = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'QUJD' } };
    assert.deepEqual(
      options.prompt.slice(1).map(({ content }) => content),
      [
        [{ ...result, output: { type: 'text', value: 'one' } }],
        [{ ...result, output: { type: 'text', value: 'two\nthree' } }],
        [{ ...result, output: { type: 'content', value: [{ type: 'text', text: 'four' }, image] } }],
      ],
    );
  });
});
