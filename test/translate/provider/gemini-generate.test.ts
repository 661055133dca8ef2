import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NormalizedRequest } from '../../../src/translate/codec.ts';
import { geminiGenerateCodec } from '../../../src/translate/provider/gemini-generate.ts';
import { requestOf, interceptedFrom, toolNamed, TOOL_TURN } from '../sdk-requests.ts';

const FLASH = 'gemini-2.5-flash';
const PRO = 'gemini-2.5-pro';
const THREE = 'gemini-3-flash-preview';
const CONTENTS = [{ role: 'user', parts: [{ text: 'hi' }] }];
const LOOK = {
  name: 'look',
  description: 'No description was given.',
  parametersJsonSchema: { type: 'object', properties: {} },
};

function pictureAt(url: string, mediaType = 'image/*'): NormalizedRequest {
  return requestOf({
    prompt: [
      { role: 'user', content: [{ type: 'file', mediaType, data: { type: 'url', url: new URL(url) } }] },
    ],
  });
}

interface Case {
  readonly what: string;
  readonly model?: string;
  readonly request: NormalizedRequest;
  readonly body: object;
}

const cases: readonly Case[] = [
  { what: 'a question', request: requestOf(), body: { contents: CONTENTS } },
  {
    what: 'bounds and sampling',
    request: requestOf({
      maxOutputTokens: 10,
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      stopSequences: ['X'],
      seed: 1,
    }),
    body: {
      generationConfig: {
        maxOutputTokens: 10,
        temperature: 0.5,
        topP: 0.9,
        topK: 5,
        stopSequences: ['X'],
        seed: 1,
      },
      contents: CONTENTS,
    },
  },
  {
    what: 'the budget that the client names, and its includeThoughts',
    request: requestOf({}, { thinkingTokens: 5000, showThinking: true }),
    body: {
      generationConfig: { thinkingConfig: { thinkingBudget: 5000, includeThoughts: true } },
      contents: CONTENTS,
    },
  },
  {
    what: 'no more thinking than there is',
    request: requestOf({}, { thinkingTokens: 100_000 }),
    body: { generationConfig: { thinkingConfig: { thinkingBudget: 24_576 } }, contents: CONTENTS },
  },
  {
    what: 'some thinking for a model that cannot be without',
    model: PRO,
    request: requestOf({}, { thinkingTokens: 0 }),
    body: { generationConfig: { thinkingConfig: { thinkingBudget: 128 } }, contents: CONTENTS },
  },
  {
    what: 'none where the client wants none',
    request: requestOf({ reasoning: 'none' }),
    body: { generationConfig: { thinkingConfig: { thinkingBudget: 0 } }, contents: CONTENTS },
  },
  {
    what: 'a level instead of a number from the third generation on',
    model: THREE,
    request: requestOf({}, { thinkingTokens: 5000, showThinking: true }),
    body: {
      generationConfig: { thinkingConfig: { thinkingLevel: 'medium', includeThoughts: true } },
      contents: CONTENTS,
    },
  },
  {
    what: 'nothing of thinking for models that refuse to hear of it',
    model: 'gemini-2.0-flash',
    request: requestOf({ reasoning: 'high' }, { thinkingTokens: 5000, showThinking: true }),
    body: { contents: CONTENTS },
  },
  {
    what: 'instructions before the conversation, and later ones at their place',
    request: requestOf({
      prompt: [
        { role: 'system', content: 'A' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'system', content: 'B' },
      ],
    }),
    body: {
      systemInstruction: { parts: [{ text: 'A' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }, { text: '<system-reminder>\nB\n</system-reminder>' }] },
      ],
    },
  },
  {
    what: 'a tool that must be called',
    request: requestOf({
      tools: [toolNamed('look'), { type: 'provider', id: 'google.google_search', name: 'search', args: {} }],
      toolChoice: { type: 'required' },
    }),
    body: {
      tools: [{ functionDeclarations: [LOOK] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      contents: CONTENTS,
    },
  },
  {
    what: 'a picture by its URL, with the type of its extension',
    request: pictureAt('https://pictures.invalid/a/cat.JPG?size=1'),
    body: {
      contents: [
        {
          role: 'user',
          parts: [
            {
              fileData: { mimeType: 'image/jpeg', fileUri: 'https://pictures.invalid/a/cat.JPG?size=1' },
            },
          ],
        },
      ],
    },
  },
  {
    what: 'answers of tools together, failures and pictures among them',
    model: THREE,
    request: requestOf({ prompt: TOOL_TURN }),
    body: {
      contents: [
        { role: 'user', parts: [{ text: 'Look' }] },
        {
          role: 'model',
          parts: [
            { text: 'So be it' },
            {
              functionCall: { id: 'c1', name: 'look', args: { n: 12_345_678_901_234_567_000 } },
              thoughtSignature: 'skip_thought_signature_validator',
            },
            {
              functionCall: { id: 'c2', name: 'show', args: {} },
              thoughtSignature: 'skip_thought_signature_validator',
            },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'look', response: { name: 'look', error: 'Too dark' } } },
            {
              functionResponse: {
                id: 'c2',
                name: 'show',
                response: { name: 'show', content: 'Here' },
                parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
              },
            },
          ],
        },
      ],
    },
  },
];

void describe('a request for Gemini', () => {
  for (const { what, model = FLASH, request, body } of cases) {
    void it(`has ${what}`, async () => {
      const intercepted = await interceptedFrom(geminiGenerateCodec, request, model);
      assert.deepEqual(intercepted.body, { generationConfig: {}, ...body });
    });
  }

  void it('is refused for a picture of unknown type', () => {
    const request = pictureAt('https://pictures.invalid/cat');
    assert.throws(
      () =>
        geminiGenerateCodec.toCallOptions(request, FLASH, {
          resendsReasoning: false,
          capabilities: {},
        }),
      {
        name: 'NotExpressible',
        message: /image\/\*/,
      },
    );
  });

  void it('takes signatures back to where they belong', async () => {
    const google = { google: { thoughtSignature: 'cw==' } };
    const request = requestOf({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Hm', providerOptions: google },
            { type: 'tool-call', toolCallId: 'c', toolName: 'look', input: '{}', providerOptions: google },
          ],
        },
      ],
    });
    const { body } = await interceptedFrom(geminiGenerateCodec, request, THREE);
    assert.ok(Array.isArray(body['contents']));
    assert.deepEqual(body['contents'].slice(0, 2), [
      ...CONTENTS,
      {
        role: 'model',
        parts: [
          { text: 'Hm', thought: true, thoughtSignature: 'cw==' },
          { functionCall: { id: 'c', name: 'look', args: {} }, thoughtSignature: 'cw==' },
        ],
      },
    ]);
  });

  void it('requests a stream as events', () => {
    const { path, query } = geminiGenerateCodec.target(FLASH, true);
    assert.equal(path + query, `/models/${FLASH}:streamGenerateContent?alt=sse`);
    assert.equal(geminiGenerateCodec.target(FLASH, false).path, `/models/${FLASH}:generateContent`);
  });
});
