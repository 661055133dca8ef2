import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { Json } from '../../../../src/base/json.ts';
import { chatClientCodec, completionsClientCodec } from '../../../../src/translate/client/codecs.ts';

const HI = [{ role: 'user', content: 'hi' }];
const LOOK = { name: 'look', description: 'Looks.', parameters: { type: 'object' }, strict: true };
const CACHED = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const MARK = { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } } };

/** What one field beside the messages becomes, without the messages. */
const OPTIONS: readonly (readonly [what: string, body: Json, options: Json, extraOptions?: Json])[] = [
  ['nothing', {}, {}],
  ['null everywhere', { temperature: null, stop: null, tools: null, tool_choice: null, user: null }, {}],
  ['max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
  ['max_completion_tokens first', { max_tokens: 5, max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
  ['one stop', { stop: 'X' }, { stopSequences: ['X'] }],
  ['several stops', { stop: ['X', 'Y'] }, { stopSequences: ['X', 'Y'] }],
  [
    'sampling',
    { temperature: 0, top_p: 0.5, seed: 1, presence_penalty: 0.1, frequency_penalty: 0.2 },
    { temperature: 0, topP: 0.5, seed: 1, presencePenalty: 0.1, frequencyPenalty: 0.2 },
  ],
  ['an effort', { reasoning_effort: 'low' }, { reasoning: 'low' }, { showThinking: true }],
  ['no effort', { reasoning_effort: 'none' }, { reasoning: 'none' }, { showThinking: false }],
  [
    'OpenRouter’s reasoning',
    { reasoning: { effort: 'high' } },
    { reasoning: 'high' },
    { showThinking: true },
  ],
  ['OpenRouter’s budget', { reasoning: { max_tokens: 99 } }, {}, { thinkingTokens: 99, showThinking: true }],
  [
    'LiteLLM’s thinking',
    { thinking: { type: 'enabled', budget_tokens: 99 } },
    {},
    { thinkingTokens: 99, showThinking: true },
  ],
  [
    'LiteLLM’s thinking, off',
    { thinking: { type: 'disabled' } },
    { reasoning: 'none' },
    { showThinking: false },
  ],
  [
    'the Higress plugin’s budget',
    { reasoning_max_tokens: 99 },
    {},
    { thinkingTokens: 99, showThinking: true },
  ],
  ['any JSON', { response_format: { type: 'json_object' } }, { responseFormat: { type: 'json' } }],
  ['text', { response_format: { type: 'text' } }, {}],
  [
    'JSON by a schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } },
    { responseFormat: { type: 'json', name: 'n', schema: { type: 'object' } } },
  ],
  ['a user', { user: 'u' }, {}, { user: 'u' }],
  ['a safety identifier', { user: 'u', safety_identifier: 's' }, {}, { user: 's' }],
  ['one call at a time', { parallel_tool_calls: false }, {}, { parallelTools: false }],
];

/** What tools and the choice among them become. */
const TOOL = {
  type: 'function',
  name: 'look',
  description: 'Looks.',
  inputSchema: { type: 'object' },
  strict: true,
};
const OTHER = { type: 'function', name: 'other', inputSchema: { type: 'object', properties: {} } };
const TOOLS = [
  { type: 'function', function: LOOK },
  { type: 'function', function: { name: 'other' } },
];
const CHOICES: readonly (readonly [what: string, choice: unknown, options: Json])[] = [
  ['nothing', undefined, { tools: [TOOL, OTHER] }],
  ['auto', 'auto', { tools: [TOOL, OTHER], toolChoice: { type: 'auto' } }],
  ['none', 'none', { tools: [TOOL, OTHER], toolChoice: { type: 'none' } }],
  ['required', 'required', { tools: [TOOL, OTHER], toolChoice: { type: 'required' } }],
  [
    'one',
    { type: 'function', function: { name: 'look' } },
    { tools: [TOOL, OTHER], toolChoice: { type: 'tool', toolName: 'look' } },
  ],
  [
    'those allowed',
    {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'other' } }] },
    },
    { tools: [OTHER], toolChoice: { type: 'required' } },
  ],
];

void suite('chat requests', () => {
  for (const [what, body, options, extraOptions = {}] of OPTIONS) {
    void test(`hold ${what}`, () => {
      const { prompt, ...rest } = chatClientCodec.decodeRequest({
        model: 'm',
        messages: HI,
        ...body,
      }).options;
      assert.deepEqual(rest, options);
      assert.equal(prompt.length, 1);
      assert.deepEqual(chatClientCodec.decodeRequest({ messages: HI, ...body }).extraOptions, extraOptions);
      assert.deepEqual(chatClientCodec.decodeRequest({ messages: HI, ...body }).dropped, []);
    });
  }

  for (const [what, choice, options] of CHOICES) {
    void test(`choose ${what} of their tools`, () => {
      const { prompt: _, ...rest } = chatClientCodec.decodeRequest({
        messages: HI,
        tools: TOOLS,
        tool_choice: choice,
      }).options;
      assert.deepEqual(rest, options);
    });
  }

  void test('may have the older functions and their results', () => {
    const { options } = chatClientCodec.decodeRequest({
      functions: [{ name: 'look' }],
      function_call: { name: 'look' },
      messages: [
        ...HI,
        { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{"a":1}' } },
        { role: 'function', name: 'look', content: 'seen' },
      ],
    });
    assert.deepEqual(options.toolChoice, { type: 'tool', toolName: 'look' });
    assert.deepEqual(options.prompt.slice(1), [
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'call_look', toolName: 'look', input: { a: 1 } }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call_look',
            toolName: 'look',
            output: { type: 'text', value: 'seen' },
          },
        ],
      },
    ]);
  });

  void test('keep marks for the cache wherever clients put them', () => {
    const { options } = chatClientCodec.decodeRequest({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'S', ...CACHED }] },
        { role: 'user', content: [{ type: 'text', text: 'a', ...CACHED }] },
        { role: 'user', content: 'b', ...CACHED },
        { role: 'assistant', content: [{ type: 'text', text: 'c', ...CACHED }] },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'd', ...CACHED }] },
      ],
      tools: [
        { type: 'function', function: { name: 'one' }, ...CACHED },
        { type: 'function', function: { name: 'two', ...CACHED } },
      ],
    });
    const result = { type: 'tool-result', toolCallId: 'c1', toolName: 'unknown' };
    assert.deepEqual(options.prompt, [
      { role: 'system', content: 'S', ...MARK },
      { role: 'user', content: [{ type: 'text', text: 'a', ...MARK }] },
      { role: 'user', content: [{ type: 'text', text: 'b' }], ...MARK },
      { role: 'assistant', content: [{ type: 'text', text: 'c' }], ...MARK },
      { role: 'tool', content: [{ ...result, output: { type: 'text', value: 'd' }, ...MARK }] },
    ]);
    assert.deepEqual(
      options.tools?.map((tool) => tool.type === 'function' && tool.providerOptions),
      [MARK.providerOptions, MARK.providerOptions],
    );
  });

  void test('name what is left out', () => {
    const body = { logprobs: true, logit_bias: {}, prediction: {}, web_search_options: {}, verbosity: 'low' };
    assert.deepEqual(
      chatClientCodec.decodeRequest({ messages: HI, ...body, store: null }).dropped,
      Object.keys(body),
    );
  });

  void test('declare of two tools of one name the first, and name the other', () => {
    const tools = [LOOK, { ...LOOK, description: 'Looks again.' }].map((each) => ({
      type: 'function',
      function: each,
    }));
    const { options, dropped } = chatClientCodec.decodeRequest({ messages: HI, tools });
    assert.deepEqual(dropped, ['tools.look']);
    assert.deepEqual(
      options.tools?.map((tool) => tool.type === 'function' && tool.description),
      ['Looks.'],
    );
  });
});

const REFUSED: readonly (readonly [what: string, body: Json, reason: RegExp])[] = [
  ['several answers', { messages: HI, n: 2 }, /more than one answer/],
  ['audio', { messages: HI, modalities: ['text', 'audio'] }, /audio/],
  ['tools of a type that nobody has', { messages: HI, tools: [{ type: 'hologram' }] }, /of type hologram/],
  ['tools that are no objects', { messages: HI, tools: ['look'] }, /tools\[0\] is not an object/],
  ['a tool that is not there, by force', { messages: HI, tool_choice: 'required' }, /tool_choice/],
  [
    'calls of a type that nobody has',
    { messages: [...HI, { role: 'assistant', tool_calls: [{ id: 'c', type: 'hologram' }] }] },
    /messages\[1\] holds a tool call of type hologram/,
  ],
  [
    'an answer’s audio that OpenAI keeps',
    { messages: [...HI, { role: 'assistant', audio: { id: 'a' } }] },
    /the audio of messages\[1\]/,
  ],
  [
    'parts of an answer that nobody has',
    { messages: [...HI, { role: 'assistant', content: [{ type: 'smell' }] }] },
    /messages\[1\] holds a part of type smell/,
  ],
  [
    'images among instructions',
    { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] },
    /messages\[0\] holds a part of type image_url/,
  ],
  ['no messages', {}, /messages is not a list/],
  ['messages that are none', { messages: ['hi'] }, /messages\[0\] is not an object/],
  ['roles that nobody has', { messages: [{ role: 'critic', content: '' }] }, /messages\[0\]\.role/],
  ['parts that nobody has', { messages: [{ role: 'user', content: [{ type: 'smell' }] }] }, /type smell/],
  [
    'files that OpenAI keeps',
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    /named by an id/,
  ],
  [
    'images whose address is none',
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x.png' } }] }] },
    /neither a URL nor data/,
  ],
  [
    'data that is not escaped',
    {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png,%' } }] }],
    },
    /not escaped/,
  ],
];

void suite('chat requests that mean what nobody else can do are refused', () => {
  for (const [what, body, reason] of REFUSED) {
    void test(what, () => {
      assert.throws(() => chatClientCodec.decodeRequest(body), isRefusal(reason));
    });
  }
});

void suite('text completions', () => {
  void test('become a user’s message', () => {
    for (const prompt of ['Once', ['Once']]) {
      const { options, dropped } = completionsClientCodec.decodeRequest({
        prompt,
        max_tokens: 5,
        stop: 'X',
        echo: true,
      });
      assert.deepEqual(options, {
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'Once' }] }],
        maxOutputTokens: 5,
        stopSequences: ['X'],
      });
      assert.deepEqual(dropped, ['echo']);
    }
  });

  void test('are refused where they are several, or tokens, or to fill a gap', () => {
    for (const body of [{}, { prompt: ['a', 'b'] }, { prompt: [1, 2] }, { prompt: 'a', n: 2 }])
      assert.throws(() => completionsClientCodec.decodeRequest(body), NotExpressible);
    assert.throws(
      () => completionsClientCodec.decodeRequest({ prompt: 'a', suffix: 'b' }),
      isRefusal(/suffix/),
    );
  });
});

function isRefusal(reason: RegExp) {
  return (error: unknown): boolean => error instanceof NotExpressible && reason.test(error.message);
}
