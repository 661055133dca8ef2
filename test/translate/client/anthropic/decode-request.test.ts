import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { NormalizedRequest } from '../../../../src/translate/codec.ts';
import type { Json } from '../../../../src/base/json.ts';
import { anthropicClientCodec } from '../../../../src/translate/client/codecs.ts';

const MARK = { type: 'ephemeral' };
const MARKED = { providerOptions: { anthropic: { cacheControl: MARK } } };
const SCHEMA = { type: 'object', properties: { at: { type: 'integer' } } };
const TOOL = { name: 'look', description: 'Looks.', input_schema: SCHEMA };
const SEARCH = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 };

function read(more: Json): NormalizedRequest {
  return anthropicClientCodec.decodeRequest({
    model: 'm',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
    ...more,
  });
}

void suite('how Anthropic’s clients want to be answered is read', () => {
  const cases: readonly (readonly [name: string, decoded: Json, options: Json, extraOptions?: Json])[] = [
    ['nothing but a bound', {}, {}],
    [
      'sampling',
      { temperature: 0.5, top_p: 0.9, top_k: 5, stop_sequences: ['X'] },
      { temperature: 0.5, topP: 0.9, topK: 5, stopSequences: ['X'] },
    ],
    [
      'thinking within a budget, which the bound counts too',
      { max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 31_999 } },
      { maxOutputTokens: 32_000 },
      { showThinking: true, thinkingTokens: 31_999 },
    ],
    [
      'thinking as the model sees fit, with an effort',
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'high' } },
      { reasoning: 'high' },
      { showThinking: false },
    ],
    ['no thinking', { thinking: { type: 'disabled' } }, {}, { thinkingTokens: 0 }],
    [
      'an answer by a schema',
      { output_config: { format: { type: 'json_schema', schema: SCHEMA } } },
      { responseFormat: { type: 'json', schema: SCHEMA } },
    ],
    [
      'tools, one after the other',
      {
        tools: [{ ...TOOL, type: 'custom', strict: true, cache_control: MARK }],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
      {
        tools: [
          {
            type: 'function',
            name: 'look',
            description: 'Looks.',
            inputSchema: SCHEMA,
            strict: true,
            ...MARKED,
          },
        ],
        toolChoice: { type: 'auto' },
      },
      { parallelTools: false },
    ],
    ['a user', { metadata: { user_id: 'user-1' } }, {}, { user: 'user-1' }],
  ];
  for (const [name, decoded, options, extraOptions = {}] of cases)
    void test(name, () => {
      const { prompt, ...rest } = read(decoded).options;
      assert.deepEqual(prompt, [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
      assert.deepEqual({ ...rest }, { maxOutputTokens: 9, ...options });
      assert.deepEqual(read(decoded).extraOptions, extraOptions);
      assert.deepEqual(read(decoded).dropped, []);
    });

  const choices = [
    [{ type: 'any' }, { type: 'required' }],
    [
      { type: 'tool', name: 'look' },
      { type: 'tool', toolName: 'look' },
    ],
    [{ type: 'none' }, { type: 'none' }],
  ] as const;
  for (const [choice, toolChoice] of choices)
    void test(`the choice of tools: ${choice.type}`, () =>
      assert.deepEqual(read({ tools: [TOOL], tool_choice: choice }).options.toolChoice, toolChoice));

  void test('instructions, each with its mark', () => {
    const system = [
      { type: 'text', text: 'Be kind.', cache_control: MARK },
      { type: 'text', text: 'Be brief.' },
    ];
    assert.deepEqual(read({ system }).options.prompt.slice(0, 2), [
      { role: 'system', content: 'Be kind.', ...MARKED },
      { role: 'system', content: 'Be brief.' },
    ]);
    assert.deepEqual(read({ system: 'Be kind.' }).options.prompt[0], { role: 'system', content: 'Be kind.' });
  });

  void test('a user whose name other providers refuse is its hash', () => {
    const long = JSON.stringify({ device_id: 'd'.repeat(64), session_id: 's' });
    for (const user of [long, 'u'.repeat(65), 'someone@example.com'])
      assert.equal(
        read({ metadata: { user_id: user } }).extraOptions.user,
        createHash('sha256').update(user).digest('hex'),
      );
  });
});

void suite('what only Anthropic has', () => {
  void test('is left out, by its name', () => {
    const decoded = read({
      service_tier: 'auto',
      container: 'c',
      mcp_servers: [],
      context_management: {},
      inference_geo: null,
      tools: [SEARCH, { type: 'mcp_toolset', mcp_server_name: 's' }, TOOL],
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'document',
              source: { type: 'text', media_type: 'text/plain', data: 'D' },
              citations: { enabled: true },
            },
          ],
        },
      ],
    });
    assert.deepEqual(decoded.dropped, [
      'service_tier',
      'container',
      'mcp_servers',
      'context_management',
      'tools.web_search',
      'tools.mcp_toolset',
      'citations',
    ]);
    assert.deepEqual(
      decoded.options.tools?.map(({ name }) => name),
      ['look'],
    );
  });

  const refused: readonly (readonly [name: string, decoded: Json])[] = [
    ['its own tool, by force', { tools: [SEARCH, TOOL], tool_choice: { type: 'tool', name: 'web_search' } }],
    ['some tool, where it has all of them', { tools: [SEARCH], tool_choice: { type: 'any' } }],
    ['a file that it keeps', withBlock({ type: 'image', source: { type: 'file', file_id: 'f' } })],
    ['a block for its container', withBlock({ type: 'container_upload', file_id: 'f' })],
    ['a role that nobody knows', { messages: [{ role: 'someone', content: 'hi' }] }],
    ['nothing', { messages: undefined }],
  ];
  for (const [name, decoded] of refused)
    void test(`is refused where it is ${name}`, () => assert.throws(() => read(decoded), NotExpressible));
});

function withBlock(block: Json): Json {
  return { messages: [{ role: 'user', content: [block] }] };
}
