import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { Json } from '../../../../src/base/json.ts';
import { packOpaqueState } from '../../../../src/translate/opaque-state.ts';
import { responsesClientCodec } from '../../../../src/translate/client/codecs.ts';

const SCHEMA = { type: 'json_schema', name: 'n', schema: { type: 'object' } };

/** What one field beside the input becomes, without the prompt. */
const OPTIONS: readonly (readonly [what: string, body: Json, options: Json, extraOptions?: Json])[] = [
  ['nothing', {}, {}],
  ['null everywhere', { temperature: null, tools: null, tool_choice: null, reasoning: null, text: null }, {}],
  ['a length', { max_output_tokens: 5 }, { maxOutputTokens: 5 }],
  ['sampling', { temperature: 0, top_p: 0.5 }, { temperature: 0, topP: 0.5 }],
  ['an effort', { reasoning: { effort: 'low' } }, { reasoning: 'low' }, { showThinking: true }],
  ['thinking to be shown', { reasoning: { summary: 'auto' } }, {}, { showThinking: true }],
  ['no thinking', { reasoning: { effort: 'none' } }, { reasoning: 'none' }, { showThinking: false }],
  ['any JSON', { text: { format: { type: 'json_object' } } }, { responseFormat: { type: 'json' } }],
  [
    'JSON by a schema',
    { text: { format: SCHEMA } },
    { responseFormat: { type: 'json', name: 'n', schema: { type: 'object' } } },
  ],
  [
    'JSON by a schema that is to be kept to',
    { text: { format: { ...SCHEMA, strict: true } } },
    {
      responseFormat: { type: 'json', name: 'n', schema: { type: 'object' } },
      providerOptions: { openaiCompatible: { strictJsonSchema: true } },
    },
  ],
  ['a user', { user: 'u', safety_identifier: 's' }, {}, { user: 's' }],
  ['one call at a time', { parallel_tool_calls: false }, {}, { parallelTools: false }],
];

/** Items of the input, and the messages that they become. */
const INPUTS: readonly (readonly [what: string, input: unknown, messages: readonly Json[]])[] = [
  ['a text', 'hi', [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]],
  [
    'messages of all roles',
    [
      { role: 'developer', content: 'a' },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'b' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'c' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'd' }] },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'e' }] },
    ],
    [
      { role: 'system', content: 'a' },
      { role: 'system', content: 'b' },
      { role: 'user', content: [{ type: 'text', text: 'c' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'd' },
          { type: 'text', text: 'e' },
        ],
      },
    ],
  ],
  [
    'images and files',
    [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'low' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' },
          { type: 'input_file', file_url: 'https://example.com/b.pdf' },
        ],
      },
    ],
    [
      {
        role: 'user',
        content: [
          {
            type: 'file',
            mediaType: 'image/png',
            data: { type: 'data', data: 'QUJD' },
            providerOptions: { openai: { imageDetail: 'low' } },
          },
          {
            type: 'file',
            mediaType: 'application/pdf',
            data: { type: 'data', data: 'QUJD' },
            filename: 'a.pdf',
          },
          {
            type: 'file',
            mediaType: 'application/pdf',
            data: { type: 'url', url: new URL('https://example.com/b.pdf') },
          },
        ],
      },
    ],
  ],
  [
    'one turn of calls and their results',
    [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      { role: 'assistant', content: 'so' },
      { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"n":1}' },
      { type: 'function_call', call_id: 'c2', namespace: 'mcp__maps__', name: 'find', arguments: '' },
      { type: 'function_call_output', call_id: 'c1', output: 'one' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'two' }] },
    ],
    [
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'so' },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { n: 1 } },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'mcp__maps__find', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            toolName: 'look',
            output: { type: 'text', value: 'one' },
          },
          {
            type: 'tool-result',
            toolCallId: 'c2',
            toolName: 'mcp__maps__find',
            output: { type: 'text', value: 'two' },
          },
        ],
      },
    ],
  ],
  [
    'reasoning with its provider’s opaque state',
    [
      {
        type: 'reasoning',
        summary: [],
        content: null,
        encrypted_content: packOpaqueState({ anthropic: { signature: 's' } }),
      },
      { role: 'assistant', content: 'so' },
    ],
    [
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: '', providerOptions: { anthropic: { signature: 's' } } },
          { type: 'text', text: 'so' },
        ],
      },
    ],
  ],
  [
    'nothing of a thought that only OpenAI can read',
    [
      { type: 'reasoning', summary: [], encrypted_content: 'gAAAA' },
      { role: 'assistant', content: 'so' },
    ],
    [{ role: 'assistant', content: [{ type: 'text', text: 'so' }] }],
  ],
];

void suite('requests for responses', () => {
  for (const [what, body, options, extraOptions = {}] of OPTIONS) {
    void test(`hold ${what}`, () => {
      const read = responsesClientCodec.decodeRequest({ model: 'm', input: 'hi', ...body });
      const { prompt: _, ...rest } = read.options;
      assert.deepEqual(rest, options);
      assert.deepEqual(read.extraOptions, extraOptions);
      assert.deepEqual(read.dropped, []);
    });
  }

  for (const [what, input, messages] of INPUTS) {
    void test(`hold ${what}`, () => {
      const { options } = responsesClientCodec.decodeRequest({ instructions: 'S', input });
      assert.deepEqual(options.prompt, [{ role: 'system', content: 'S' }, ...messages]);
    });
  }

  void test('name what is dropped: tools that OpenAI runs, their items, and what only OpenAI includes', () => {
    const { options, dropped } = responsesClientCodec.decodeRequest({
      input: [
        { role: 'user', content: 'hi' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'web_search_call', id: 'ws_2', status: 'completed' },
      ],
      tools: [{ type: 'web_search' }, { type: 'file_search' }, { type: 'mcp' }, { type: 'tool_search' }],
      tool_choice: 'auto',
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
      text: { verbosity: 'low' },
      truncation: 'auto',
      top_logprobs: 2,
      service_tier: 'flex',
    });
    assert.equal(options.tools, undefined);
    assert.deepEqual(dropped, [
      'top_logprobs',
      'service_tier',
      'input.web_search_call',
      'tools.web_search',
      'tools.file_search',
      'tools.mcp',
      'tools.tool_search',
      'include.message.output_text.logprobs',
      'text.verbosity',
      'truncation',
    ]);
  });

  void test('have names of tools in namespaces that no provider finds too long, and none twice', () => {
    const long = 'a'.repeat(60);
    const { options } = responsesClientCodec.decodeRequest({
      input: 'hi',
      tools: [
        {
          type: 'namespace',
          name: long,
          tools: ['one', 'two'].map((name) => ({ type: 'function', name, parameters: {} })),
        },
      ],
      tool_choice: { type: 'function', namespace: long, name: 'two' },
    });
    const names = options.tools?.map(({ name }) => name) ?? [];
    assert.equal(new Set(names).size, 2);
    assert.ok(names.every((name) => /^[\w-]{1,64}$/.test(name)));
    assert.deepEqual(options.toolChoice, { type: 'tool', toolName: names[1] });
  });
});

const REFUSED: readonly (readonly [what: string, body: Json, reason: RegExp])[] = [
  ['an earlier response', { input: 'hi', previous_response_id: 'resp_1' }, /^previous_response_id names/],
  ['a conversation', { input: 'hi', conversation: 'conv_1' }, /^conversation names/],
  ['a stored prompt', { input: 'hi', prompt: { id: 'pmpt_1' } }, /^prompt names/],
  ['work in the background', { input: 'hi', background: true }, /^background/],
  ['items by reference', { input: [{ type: 'item_reference', id: 'msg_1' }] }, /input\[0\] names/],
  ['no input', {}, /input is neither/],
  ['items that are none', { input: ['hi'] }, /input\[0\] is not an object/],
  ['roles that nobody has', { input: [{ role: 'critic', content: '' }] }, /input\[0\]\.role/],
  [
    'images that OpenAI keeps',
    { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
    /named by an id/,
  ],
  [
    'files that OpenAI keeps',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] },
    /named by an id/,
  ],
];

void suite('requests for responses that rest on what OpenAI keeps are refused', () => {
  for (const [what, body, reason] of REFUSED) {
    void test(what, () => {
      assert.throws(
        () => responsesClientCodec.decodeRequest(body),
        (error) => error instanceof NotExpressible && reason.test(error.message),
      );
    });
  }
});
