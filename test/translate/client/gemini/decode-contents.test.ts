import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { NormalizedRequest } from '../../../../src/translate/codec.ts';
import type { Json } from '../../../../src/base/json.ts';
import { packOpaqueState } from '../../../../src/translate/opaque-state.ts';
import { geminiClientCodec } from '../../../../src/translate/client/codecs.ts';

type Prompt = NormalizedRequest['options']['prompt'];

const ANTHROPIC = { anthropic: { signature: 'Q0xB' } };
const PNG = { mimeType: 'image/png', data: 'UE5H' };
const SHOWN = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'UE5H' } };

function messagesOf(role: string | undefined, ...parts: Json[]): Prompt {
  return geminiClientCodec.decodeRequest({ contents: [{ ...(role !== undefined && { role }), parts }] })
    .options.prompt;
}

void suite('contents of Gemini’s users are decoded', () => {
  const cases: readonly (readonly [name: string, part: Json, read: Json])[] = [
    ['a text', { text: 'hi' }, { type: 'text', text: 'hi' }],
    ['an image', { inlineData: PNG }, SHOWN],
    ['an image in the other spelling', { inline_data: { mime_type: 'image/png', data: 'UE5H' } }, SHOWN],
    [
      'a file at a URL',
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://a.example/b' } },
      {
        type: 'file',
        mediaType: 'application/pdf',
        data: { type: 'url', url: new URL('https://a.example/b') },
      },
    ],
  ];
  for (const [name, part, read] of cases)
    void test(name, () => {
      assert.deepEqual(messagesOf('user', part), [{ role: 'user', content: [read] }]);
      assert.deepEqual(messagesOf(undefined, part), [{ role: 'user', content: [read] }]);
    });

  void test('a text with nothing around it, after instructions in either spelling', () => {
    const contents = 'hi';
    const parts = [{ text: 'Be kind.' }, { text: 'Be brief.' }];
    for (const instruction of [{ systemInstruction: { parts } }, { system_instruction: { parts } }])
      assert.deepEqual(geminiClientCodec.decodeRequest({ contents, ...instruction }).options.prompt, [
        { role: 'system', content: 'Be kind.\nBe brief.' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      ]);
  });

  const refused: readonly (readonly [name: string, part: Json])[] = [
    ['a file that Google keeps', { fileData: { fileUri: 'https://generativelanguage.googleapis.com/f/1' } }],
    ['a part with nothing known', { videoMetadata: {} }],
  ];
  for (const [name, part] of refused)
    void test(`but not ${name}`, () => assert.throws(() => messagesOf('user', part), NotExpressible));
});

void suite('contents of the model are decoded', () => {
  const cases: readonly (readonly [name: string, part: Json, read: Json])[] = [
    [
      'a thought that Gemini has signed',
      { text: 'so', thought: true, thoughtSignature: 'R09P' },
      { type: 'reasoning', text: 'so', providerOptions: { google: { thoughtSignature: 'R09P' } } },
    ],
    [
      'a thought that Anthropic has signed',
      { text: 'so', thought: true, thought_signature: packOpaqueState(ANTHROPIC) },
      { type: 'reasoning', text: 'so', providerOptions: ANTHROPIC },
    ],
    [
      'a call, with its signature',
      { functionCall: { id: 'c1', name: 'look', args: { at: 1 } }, thoughtSignature: 'R09P' },
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'look',
        input: { at: 1 },
        providerOptions: { google: { thoughtSignature: 'R09P' } },
      },
    ],
  ];
  for (const [name, part, read] of cases)
    void test(name, () =>
      assert.deepEqual(messagesOf('model', part), [{ role: 'assistant', content: [read] }]),
    );

  void test('without code that Google ran', () => {
    const parts = [
      { executableCode: { code: '1' } },
      { codeExecutionResult: { output: '1' } },
      { text: 'one' },
    ];
    assert.deepEqual(messagesOf('model', ...parts), [
      { role: 'assistant', content: [{ type: 'text', text: 'one' }] },
    ]);
  });
});

void suite('what functions have answered Gemini’s clients is read', () => {
  const cases: readonly (readonly [name: string, response: Json, output: Json])[] = [
    ['its output', { output: 'sun' }, { type: 'text', value: 'sun' }],
    ['its result', { result: { at: 1 } }, { type: 'text', value: '{"at":1}' }],
    ['an error', { error: 'dark' }, { type: 'error-text', value: 'dark' }],
    ['fields of its own', { at: 1 }, { type: 'text', value: '{"at":1}' }],
    [
      'fields beside its output',
      { output: 'sun', exit: 0 },
      { type: 'text', value: '{"output":"sun","exit":0}' },
    ],
    [
      'fields beside an error',
      { error: 'dark', at: 1 },
      { type: 'error-text', value: '{"error":"dark","at":1}' },
    ],
    [
      'an error that is null',
      { error: null, sky: 'blue' },
      { type: 'text', value: '{"error":null,"sky":"blue"}' },
    ],
  ];
  for (const [name, response, output] of cases)
    void test(name, () => assert.deepEqual(answered(response), resultOf(output)));

  void test('files that it shows', () => {
    assert.deepEqual(
      answered({ output: 'seen' }, { parts: [{ inlineData: PNG }] }),
      resultOf({ type: 'content', value: [{ type: 'text', text: 'seen' }, SHOWN] }),
    );
  });
});

void suite('answers of functions find their calls', () => {
  const cases: readonly (readonly [
    name: string,
    calls: readonly Json[],
    responses: readonly Json[],
    order: readonly number[],
  ])[] = [
    ['by id', [call('a', '1'), call('a', '2')], [answerOf('a', '2'), answerOf('a', '1')], [1, 0]],
    [
      'by name, in order',
      [call('a'), call('b'), call('a')],
      [answerOf('a'), answerOf('a'), answerOf('b')],
      [0, 2, 1],
    ],
    [
      'by name, where only the call has an id',
      [call('a', '1'), call('b', '2')],
      [answerOf('b'), answerOf('a')],
      [1, 0],
    ],
    [
      'by name, where only the answer has an id',
      [call('a'), call('b')],
      [answerOf('b', '9'), answerOf('a')],
      [1, 0],
    ],
  ];
  for (const [name, calls, responses, order] of cases)
    void test(name, () => {
      const [decoded, answers] = geminiClientCodec.decodeRequest({
        contents: [
          { role: 'model', parts: calls },
          { role: 'function', parts: responses },
        ],
      }).options.prompt;
      const made = idsIn(decoded);
      assert.equal(new Set(made).size, calls.length);
      assert.deepEqual(
        idsIn(answers),
        order.map((at) => made[at]),
      );
    });
});

function idsIn(message: Prompt[number] | undefined): string[] {
  if (message === undefined || message.role === 'system') return [];
  return message.content.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : []));
}

function resultOf(output: Json): Json {
  return {
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId: 'call_0', toolName: 'look', output }],
  };
}

function call(name: string, id?: string): Json {
  return { functionCall: { name, args: {}, ...(id !== undefined && { id }) } };
}

function answerOf(name: string, id?: string): Json {
  return { functionResponse: { name, response: {}, ...(id !== undefined && { id }) } };
}

/** What is read of a function's answer to a call without an id. */
function answered(value: Json, more: Json = {}): Prompt[number] | undefined {
  return geminiClientCodec.decodeRequest({
    contents: [
      { role: 'model', parts: [call('look')] },
      { role: 'user', parts: [{ functionResponse: { name: 'look', response: value, ...more } }] },
    ],
  }).options.prompt[1];
}
