import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as z from 'zod';
import { gatewayFor } from '../../support/gateway.ts';
import { ask, dataOf } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

/*
 * A coding assistant on the command line that knows the Responses API alone, before a provider that speaks
 * Anthropic's messages. The shape of its requests is that of Codex: codex-rs/tools/src/tool_spec.rs.
 */

const PATCH = '*** Begin Patch\n*** Add File: a "b".txt\n+hi\n*** End Patch\n';

const TOOLS = [
  {
    type: 'function',
    name: 'exec_command',
    description: 'Runs a command.',
    strict: false,
    parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
  },
  {
    type: 'custom',
    name: 'apply_patch',
    description: 'Edits files.',
    format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
  },
  {
    type: 'namespace',
    name: 'mcp__docs__',
    description: 'Tools in the mcp__docs__ namespace.',
    tools: [
      { type: 'function', name: 'search', description: '', strict: false, parameters: { type: 'object' } },
    ],
  },
  { type: 'local_shell' },
  { type: 'web_search', external_web_access: true },
];

const QUESTION = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Add a file.' }] };

/** What Anthropic's API streams: a signed thought, then a call of each kind. */
const CALLS = [
  { id: 'toolu_1', name: 'apply_patch', input: { input: PATCH } },
  { id: 'toolu_2', name: 'mcp__docs__search', input: { q: 'x' } },
  { id: 'toolu_3', name: 'local_shell', input: { command: ['ls', '-l'] } },
];

/** The events of a block: its beginning, its pieces and its end. */
function block(index: number, content_block: object, ...deltas: readonly object[]) {
  return [
    { type: 'content_block_start', index, content_block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function events(): string {
  const usage = { input_tokens: 10, cache_read_input_tokens: 4, output_tokens: 1 };
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [], usage };
  const all = [
    { type: 'message_start', message: { ...head, stop_reason: null, stop_sequence: null } },
    ...block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'A file.' },
      { type: 'signature_delta', signature: 'c2lnbmVk' },
    ),
    ...CALLS.flatMap(({ id, name, input }, at) => {
      const text = JSON.stringify(input);
      const pieces = [text.slice(0, 12), text.slice(12)];
      return block(
        at + 1,
        { type: 'tool_use', id, name, input: {} },
        ...pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      );
    }),
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 9 },
    },
    { type: 'message_stop' },
  ];
  return all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

const item = z.looseObject({ type: z.string() });
const event = z.looseObject({ type: z.string(), item: item.optional() });
const sent = z.looseObject({
  tools: z.array(z.looseObject({ name: z.string(), description: z.string().optional() })),
  messages: z.array(z.looseObject({ role: z.string(), content: z.array(z.unknown()) })),
});

void suite('a client that knows responses alone, before Anthropic’s API', () => {
  void test('edits files, calls tools of servers and runs commands, and sends back the items it was sent', async (context) => {
    const upstream = await rawUpstream(context, ({ end }) => {
      end(rawAnswer('200 OK', ['content-type: text/event-stream', 'connection: close'], events()));
    });
    const { url } = await gatewayFor(context, {
      config: {
        providers: [{ id: 'a', type: 'claude', baseUrl: `${upstream.origin}/v1`, apiTokens: ['k'] }],
      },
    });
    const request = {
      model: 'claude-sonnet-4-5',
      instructions: 'You edit files.',
      tools: TOOLS,
      tool_choice: 'auto',
      parallel_tool_calls: false,
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'session',
    };
    const turn = async (input: readonly unknown[]) => {
      const response = await ask(url, { path: '/v1/responses', body: { ...request, input } });
      assert.equal(response.status, 200, response.text);
      assert.equal(response.headers['x-sparekey-dropped'], 'tools.web_search');
      const written = dataOf(response.text).map((data) => event.parse(JSON.parse(data)));
      assert.equal(written.at(-1)?.type, 'response.completed');
      return written.flatMap(({ type, item: each }) =>
        type === 'response.output_item.done' && each !== undefined ? [each] : [],
      );
    };

    const items = await turn([QUESTION]);
    assert.deepEqual(
      items.map((each) => {
        const written = Object.entries(each);
        return Object.fromEntries(
          written.filter(([name]) => !['id', 'status', 'encrypted_content'].includes(name)),
        );
      }),
      [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'A file.' }] },
        { type: 'custom_tool_call', call_id: 'toolu_1', name: 'apply_patch', input: PATCH },
        {
          type: 'function_call',
          call_id: 'toolu_2',
          name: 'search',
          namespace: 'mcp__docs__',
          arguments: '{"q":"x"}',
        },
        {
          type: 'local_shell_call',
          call_id: 'toolu_3',
          action: { type: 'exec', env: {}, command: ['ls', '-l'] },
        },
      ],
    );

    await turn([
      QUESTION,
      ...items,
      { type: 'custom_tool_call_output', call_id: 'toolu_1', output: 'done' },
      { type: 'function_call_output', call_id: 'toolu_2', output: 'found' },
      { type: 'local_shell_call_output', call_id: 'toolu_3', output: 'total 0' },
    ]);
    const [first, second] = upstream.requests.map(({ body }) => sent.parse(JSON.parse(body.toString())));
    assert.deepEqual(
      first?.tools.map(({ name }) => name),
      ['exec_command', 'apply_patch', 'mcp__docs__search', 'local_shell'],
    );
    assert.match(first?.tools[1]?.description ?? '', /lark grammar:\nstart: "\*\*\* Begin Patch"$/u);
    assert.deepEqual(second?.messages.slice(1), [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'A file.', signature: 'c2lnbmVk' },
          ...CALLS.map((call) => ({ type: 'tool_use', ...call })),
        ],
      },
      {
        role: 'user',
        content: ['done', 'found', 'total 0'].map((content, at) => ({
          type: 'tool_result',
          tool_use_id: `toolu_${at + 1}`,
          content,
        })),
      },
    ]);
  });
});
