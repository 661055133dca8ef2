import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { NormalizedRequest } from '../../../../src/translate/codec.ts';
import type { Json } from '../../../../src/base/json.ts';
import { geminiClientCodec } from '../../../../src/translate/client/codecs.ts';

const SCHEMA = { type: 'object', properties: { at: { type: 'integer' } } };
const LOOK = { name: 'look', description: 'Looks.', parametersJsonSchema: SCHEMA };
const HEAR = { name: 'hear' };
const TOOLS = [{ functionDeclarations: [LOOK, HEAR] }];

function read(more: Json): NormalizedRequest {
  return geminiClientCodec.decodeRequest({ contents: [{ parts: [{ text: 'hi' }] }], ...more });
}

void suite('how Gemini’s clients want to be answered is read', () => {
  const cases: readonly (readonly [name: string, config: Json, options: Json, extraOptions?: Json])[] = [
    ['in no way', {}, {}],
    [
      'sampling',
      {
        maxOutputTokens: 9,
        temperature: 0.5,
        topP: 0.9,
        topK: 5,
        seed: 1,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        stopSequences: ['X'],
        candidateCount: 1,
      },
      {
        maxOutputTokens: 9,
        temperature: 0.5,
        topP: 0.9,
        topK: 5,
        seed: 1,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        stopSequences: ['X'],
      },
    ],
    [
      'the other spelling',
      { max_output_tokens: 9, top_p: 0.9, stop_sequences: ['X'] },
      { maxOutputTokens: 9, topP: 0.9, stopSequences: ['X'] },
    ],
    ['JSON', { responseMimeType: 'application/json' }, { responseFormat: { type: 'json' } }],
    [
      'an answer by a schema of JSON',
      { responseMimeType: 'application/json', responseJsonSchema: SCHEMA },
      { responseFormat: { type: 'json', schema: SCHEMA } },
    ],
    [
      'an answer by a schema of Google’s',
      {
        responseMimeType: 'application/json',
        responseSchema: { type: 'OBJECT', properties: { at: { type: 'INTEGER' } } },
      },
      { responseFormat: { type: 'json', schema: SCHEMA } },
    ],
    [
      'thinking within a budget, to be shown',
      { thinkingConfig: { thinkingBudget: 1_024, includeThoughts: true } },
      {},
      { thinkingTokens: 1_024, showThinking: true },
    ],
    ['no thinking', { thinkingConfig: { thinkingBudget: 0 } }, {}, { thinkingTokens: 0 }],
    ['thinking as the model sees fit', { thinking_config: { thinking_budget: -1 } }, {}],
    ['a level of thinking', { thinkingConfig: { thinkingLevel: 'LOW' } }, { reasoning: 'low' }],
  ];
  for (const [name, config, options, extraOptions = {}] of cases)
    void test(name, () => {
      for (const field of ['generationConfig', 'generation_config']) {
        const decoded = read({ [field]: config });
        const { prompt, ...rest } = decoded.options;
        assert.deepEqual(prompt, [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
        assert.deepEqual({ ...rest }, options);
        assert.deepEqual(decoded.extraOptions, extraOptions);
        assert.deepEqual(decoded.dropped, []);
      }
    });

  const choices: readonly (readonly [config: Json, names: readonly string[], choice: unknown])[] = [
    [{ mode: 'AUTO' }, ['look', 'hear'], undefined],
    [{ mode: 'NONE' }, ['look', 'hear'], { type: 'none' }],
    [{ mode: 'ANY' }, ['look', 'hear'], { type: 'required' }],
    [{ mode: 'ANY', allowedFunctionNames: ['hear'] }, ['look', 'hear'], { type: 'tool', toolName: 'hear' }],
    [{ mode: 'ANY', allowed_function_names: ['look', 'hear'] }, ['look', 'hear'], { type: 'required' }],
    [{ mode: 'VALIDATED', allowedFunctionNames: ['hear'] }, ['hear'], undefined],
  ];
  for (const [functionCallingConfig, names, choice] of choices)
    void test(`the choice of functions: ${Object.values(functionCallingConfig).join(' ')}`, () => {
      const { tools, toolChoice } = read({ tools: TOOLS, toolConfig: { functionCallingConfig } }).options;
      assert.deepEqual(
        tools?.map(({ name }) => name),
        names,
      );
      assert.deepEqual(toolChoice, choice);
    });

  void test('functions, whose parameters may be in either kind of schema', () => {
    const parameters = {
      type: 'OBJECT',
      property_ordering: ['at', 'of'],
      properties: {
        at: { type: 'INTEGER', nullable: true, format: 'int64' },
        of: { type: 'ARRAY', min_items: '1', items: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] } },
        min_items: { type: 'TYPE_UNSPECIFIED', enum: ['A'] },
      },
      required: ['at'],
    };
    const tools = [{ function_declarations: [LOOK, { name: 'own', parameters }, HEAR] }];
    assert.deepEqual(read({ tools }).options.tools, [
      { type: 'function', name: 'look', description: 'Looks.', inputSchema: SCHEMA },
      {
        type: 'function',
        name: 'own',
        inputSchema: {
          type: 'object',
          properties: {
            at: { type: ['integer', 'null'] },
            of: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
            min_items: { enum: ['A'] },
          },
          required: ['at'],
        },
      },
      { type: 'function', name: 'hear', inputSchema: { type: 'object', properties: {} } },
    ]);
  });
});

void suite('what only Gemini has', () => {
  void test('is left out, by its name', () => {
    const decoded = read({
      safetySettings: [],
      labels: { team: 'a' },
      generationConfig: { speechConfig: {}, media_resolution: 'LOW', seed: 1, logprobs: null },
      tools: [{ googleSearch: {} }, { codeExecution: {}, functionDeclarations: [LOOK] }],
    });
    assert.deepEqual(decoded.dropped, [
      'safetySettings',
      'tools.googleSearch',
      'tools.codeExecution',
      'generationConfig.speechConfig',
      'generationConfig.media_resolution',
    ]);
  });

  const refused: readonly (readonly [name: string, decoded: Json])[] = [
    ['what it keeps', { cachedContent: 'cachedContents/1' }],
    ['several answers', { generationConfig: { candidateCount: 2 } }],
    ['images', { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }],
    ['one of some values', { generationConfig: { responseMimeType: 'text/x.enum' } }],
    ['some function, where there is none', { toolConfig: { functionCallingConfig: { mode: 'ANY' } } }],
    [
      'a function that is not there',
      {
        tools: TOOLS,
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['taste'] } },
      },
    ],
  ];
  for (const [name, decoded] of refused)
    void test(`is refused where it is ${name}`, () => assert.throws(() => read(decoded), NotExpressible));
});
