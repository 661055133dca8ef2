import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Json } from '../../../../src/base/json.ts';
import { geminiClientCodec } from '../../../../src/translate/client/codecs.ts';
import { NotExpressible } from '../../../../src/translate/codec.ts';

const HI = { role: 'user', parts: [{ text: 'hi' }] };
const read = (fields: Json) => geminiClientCodec.decodeRequest({ contents: [HI], ...fields });
const withPart = (role: string, part: unknown): Json => ({ contents: [HI, { role, parts: [part] }] });

void suite('what nobody knows of Gemini’s is refused by its name', () => {
  const cases: readonly (readonly [what: string, fields: Json, reason: RegExp])[] = [
    [
      'a part of the user’s',
      withPart('user', { hologram: {} }),
      /contents\[1\] holds a part of the kind hologram/,
    ],
    [
      'a part of the model’s',
      withPart('model', { hologram: {} }),
      /contents\[1\] holds a part of the kind hologram/,
    ],
    ['a part of instructions', { systemInstruction: { parts: [{ inlineData: {} }] } }, /kind inlineData/],
    ['a thought of it', withPart('model', { thought: true, hologram: 1 }), /of the kind hologram/],
    ['a part without content', withPart('model', {}), /holds a part without content/],
    ['a part that is no object', withPart('user', 'hi'), /contents\[1\]\.parts\[0\] is not an object/],
    ['a tool', { tools: [{ hologram: {} }] }, /tools\[0\] is of the kind hologram/],
    ['a role', withPart('system', { text: 'hi' }), /contents\[1\]\.role/],
    [
      'a call in pieces',
      withPart('model', {
        functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'b' }] },
      }),
      /contents\[1\] holds a functionCall in pieces/,
    ],
  ];
  for (const [what, fields, reason] of cases)
    void test(what, () => {
      assert.throws(
        () => read(fields),
        (error) => error instanceof NotExpressible && reason.test(error.message),
      );
    });

  void test('but not what Google’s servers did, which is dropped by its name', () => {
    const parts = [
      { toolCall: { id: 't', toolType: 'GOOGLE_SEARCH_WEB' } },
      { tool_response: { id: 't' } },
      { executableCode: { code: '1' } },
      { codeExecutionResult: { output: '1' } },
      { inlineData: { mimeType: 'image/png', data: 'UE5H' } },
      { text: 'so' },
    ];
    const { options, dropped } = read({
      contents: [HI, { role: 'model', parts }],
      tools: [
        { googleSearch: {}, url_context: {} },
        { fileSearch: {}, codeExecution: null },
      ],
    });
    assert.deepEqual(options.prompt.at(-1), { role: 'assistant', content: [{ type: 'text', text: 'so' }] });
    assert.deepEqual(dropped, [
      'tools.googleSearch',
      'tools.url_context',
      'tools.fileSearch',
      'contents.toolCall',
      'contents.toolResponse',
      'contents.executableCode',
      'contents.codeExecutionResult',
      'contents.inlineData',
    ]);
  });
});
