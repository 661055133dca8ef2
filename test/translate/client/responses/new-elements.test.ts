import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { objectsOf, parseObject } from '../../../../src/base/json.ts';
import type { Json } from '../../../../src/base/json.ts';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { NormalizedRequest } from '../../../../src/translate/codec.ts';
import { responsesClientCodec } from '../../../../src/translate/client/codecs.ts';
import { CONTEXT, finish, wholeAnswer } from '../sdk-responses.ts';

const decode = (body: Json): NormalizedRequest => responsesClientCodec.decodeRequest(body);
const USER = { role: 'user', content: 'go' };
const EXEC = { type: 'custom', name: 'exec', description: 'Runs it.' };
const WAIT = { type: 'function', name: 'wait', parameters: { type: 'object', properties: {} } };
const FUNCTIONS = { type: 'namespace', name: 'functions', description: '', tools: [EXEC, WAIT] };
const MAPS = { type: 'namespace', name: 'maps', description: 'Of the world.', tools: [WAIT, EXEC] };
const SEARCH = { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: null };

function namesOf({ options }: NormalizedRequest): readonly string[] {
  return (options.tools ?? []).map(({ name }) => name);
}

/** The item that a call becomes whose function the request has. */
function itemOf(body: Json, toolName: string, input: string): Json {
  const { clientTools = [] } = decode(body);
  const part = { type: 'tool-call' as const, toolCallId: 'c1', toolName, input };
  const answer = responsesClientCodec.encodeResponse(wholeAnswer([part]), { ...CONTEXT, clientTools });
  const [item, ...others] = objectsOf(parseObject(JSON.stringify(answer))?.['output']);
  assert.equal(others.length, 0);
  const streamed = streamedItems(clientTools, part);
  assert.deepEqual(streamed, [item]);
  const { id: _, status: __, call_id: callId, ...rest } = item ?? {};
  assert.equal(callId, 'c1');
  return rest;
}

function streamedItems(
  clientTools: NonNullable<NormalizedRequest['clientTools']>,
  part: { readonly toolCallId: string; readonly toolName: string; readonly input: string },
): unknown[] {
  const encoder = responsesClientCodec.encodeStream({ ...CONTEXT, clientTools });
  const { toolCallId: id, toolName, input } = part;
  const text =
    encoder.encode({ type: 'tool-input-start', id, toolName }) +
    encoder.encode({ type: 'tool-input-delta', id, delta: input }) +
    encoder.encode({ type: 'tool-call', toolCallId: id, toolName, input }) +
    encoder.encode(finish());
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => parseObject(line.slice('data: '.length)))
    .filter((event) => event !== undefined)
    .filter(({ type }) => type === 'response.output_item.done')
    .map(({ item }) => item);
}

void suite('tools that the conversation brings', () => {
  const added = { input: [{ type: 'additional_tools', role: 'developer', tools: [FUNCTIONS, MAPS] }, USER] };

  void test('are declared, those of the default namespace by their own names', () => {
    const decoded = decode(added);
    assert.deepEqual(namesOf(decoded), ['exec', 'wait', 'maps__wait', 'maps__exec']);
    assert.deepEqual(decoded.options.prompt, [{ role: 'user', content: [{ type: 'text', text: 'go' }] }]);
    assert.deepEqual(decoded.dropped, []);
  });

  void test('say with the first of a namespace what holds for all of it', () => {
    const [, , wait] = decode(added).options.tools ?? [];
    assert.ok(wait?.type === 'function');
    assert.equal(wait.description, 'About all tools of maps: Of the world.');
  });

  void test('are called by the names that the client knows', () => {
    const input = { input: 'ls' };
    assert.deepEqual(itemOf(added, 'exec', '{"input":"ls"}'), {
      type: 'custom_tool_call',
      name: 'exec',
      namespace: 'functions',
      ...input,
    });
    assert.deepEqual(itemOf(added, 'maps__wait', '{}'), {
      type: 'function_call',
      name: 'wait',
      namespace: 'maps',
      arguments: '{}',
    });
  });

  void test('take the place of what was declared before under their names', () => {
    const changed = { ...WAIT, parameters: { type: 'object', properties: { s: { type: 'number' } } } };
    const { options } = decode({
      tools: [WAIT],
      input: [{ type: 'additional_tools', role: 'developer', tools: [changed] }, USER],
    });
    assert.equal(options.tools?.length, 1);
    assert.deepEqual(options.tools[0], { type: 'function', name: 'wait', inputSchema: changed.parameters });
  });

  void test('have names of their own where two are called the same', () => {
    const body = { tools: [{ ...WAIT, name: 'exec' }, EXEC], input: [USER] };
    const names = namesOf(decode(body));
    assert.equal(new Set(names).size, 2);
    assert.equal(names[0], 'exec');
    assert.equal(itemOf(body, names[1] ?? '', '{"input":"ls"}')['type'], 'custom_tool_call');
    assert.equal(itemOf(body, 'exec', '{}')['type'], 'function_call');
  });
});

void suite('a search for tools that the client runs', () => {
  const body = {
    tools: [SEARCH, { ...WAIT, name: 'later', defer_loading: true }],
    input: [
      USER,
      { type: 'tool_search_call', call_id: 's1', execution: 'client', arguments: { query: 'maps' } },
      { type: 'tool_search_output', call_id: 's1', execution: 'client', status: 'completed', tools: [MAPS] },
    ],
  };

  void test('is a function, and what it has found is declared', () => {
    const decoded = decode(body);
    assert.deepEqual(namesOf(decoded), ['tool_search', 'later', 'maps__wait', 'maps__exec']);
    assert.deepEqual(decoded.dropped, []);
    assert.deepEqual(decoded.options.prompt.slice(1), [
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 's1', toolName: 'tool_search', input: { query: 'maps' } }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 's1',
            toolName: 'tool_search',
            output: { type: 'text', value: 'These tools can be called now: maps__wait, maps__exec' },
          },
        ],
      },
    ]);
  });

  void test('is called in an item of its own', () => {
    assert.deepEqual(itemOf(body, 'tool_search', '{"query":"maps"}'), {
      type: 'tool_search_call',
      execution: 'client',
      arguments: { query: 'maps' },
    });
  });

  void test('is dropped where OpenAI runs it, and its tools are declared all the same', () => {
    const decoded = decode({
      tools: [{ type: 'tool_search' }, { ...WAIT, defer_loading: true }],
      input: [
        USER,
        { type: 'tool_search_call', call_id: null, execution: 'server', arguments: {} },
        { type: 'tool_search_output', call_id: null, execution: 'server', tools: [WAIT] },
      ],
    });
    assert.deepEqual(namesOf(decoded), ['wait']);
    assert.deepEqual(decoded.dropped, [
      'input.tool_search_call',
      'input.tool_search_output',
      'tools.tool_search',
    ]);
    assert.equal(decoded.options.prompt.length, 1);
  });
});

void suite('tools of OpenAI’s that the client runs', () => {
  const shells = { tools: [{ type: 'shell', environment: { type: 'local' } }, { type: 'apply_patch' }] };
  const operation = { type: 'update_file', path: 'a', diff: '@@\n-b\n+c' };
  const body = {
    ...shells,
    tool_choice: { type: 'apply_patch' },
    input: [
      USER,
      {
        type: 'shell_call',
        call_id: 'c1',
        action: { commands: ['ls'], timeout_ms: 5, max_output_length: null },
      },
      {
        type: 'shell_call_output',
        call_id: 'c1',
        output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
      },
      { type: 'apply_patch_call', call_id: 'c2', status: 'completed', operation },
      { type: 'apply_patch_call_output', call_id: 'c2', status: 'failed', output: 'No b.' },
    ],
  };

  void test('are functions, and so are their calls', () => {
    const decoded = decode(body);
    assert.deepEqual(namesOf(decoded), ['shell', 'apply_patch']);
    assert.deepEqual(decoded.options.toolChoice, { type: 'tool', toolName: 'apply_patch' });
    const parts = decoded.options.prompt.slice(1).map(({ content }) => content[0]);
    assert.deepEqual(
      parts.map(
        (part) =>
          typeof part === 'object' && ('output' in part ? part.output : 'input' in part && part.input),
      ),
      [
        { commands: ['ls'], timeout_ms: 5 },
        { type: 'text', value: '[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]' },
        { operation },
        { type: 'error-text', value: 'No b.' },
      ],
    );
  });

  void test('are called in items of their own', () => {
    assert.deepEqual(itemOf(body, 'shell', '{"commands":["ls"],"timeout_ms":5}'), {
      type: 'shell_call',
      action: { commands: ['ls'], timeout_ms: 5, max_output_length: null },
      environment: { type: 'local' },
    });
    assert.deepEqual(itemOf(body, 'apply_patch', JSON.stringify({ operation })), {
      type: 'apply_patch_call',
      operation,
    });
  });

  void test('are dropped where they run in a container of OpenAI’s, with what they printed', () => {
    const decoded = decode({
      tools: [{ type: 'shell', environment: { type: 'container_auto' } }],
      input: [
        USER,
        {
          type: 'shell_call',
          call_id: 'c1',
          action: { commands: ['ls'] },
          environment: { type: 'container_reference', container_id: 'k' },
        },
        { type: 'shell_call_output', call_id: 'c1', output: [] },
      ],
    });
    assert.equal(decoded.options.tools, undefined);
    assert.deepEqual(decoded.dropped, ['input.shell_call', 'input.shell_call_output', 'tools.shell']);
  });
});

const update = (effort: string) => ({ type: 'configuration_update', reasoning: { effort } });

void suite('other items', () => {
  void test('an agent’s message to another is the user’s', () => {
    const content = [{ type: 'input_text', text: 'hi' }];
    assert.deepEqual(
      decode({ input: [{ type: 'agent_message', author: 'a', recipient: 'b', content }] }).options.prompt,
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'A message from a to b:' },
            { type: 'text', text: 'hi' },
          ],
        },
      ],
    );
  });

  void test('the last change of the configuration holds', () => {
    const { options } = decode({
      reasoning: { effort: 'low' },
      input: [update('high'), USER, update('minimal')],
    });
    assert.equal(options.reasoning, 'minimal');
  });

  void test('a compaction that holds nothing is passed over', () => {
    assert.equal(decode({ input: [{ type: 'context_compaction' }, USER] }).options.prompt.length, 1);
  });
});

const REFUSED: readonly (readonly [what: string, body: Json, reason: RegExp])[] = [
  [
    'an item of a kind that is not known',
    { input: [USER, { type: 'hologram' }] },
    /^input\[1\] is of type hologram/,
  ],
  [
    'a tool of a kind that is not known',
    { input: 'hi', tools: [{ type: 'hologram' }] },
    /^tools\[0\] is of type hologram/,
  ],
  [
    'such a tool within an item',
    { input: [{ type: 'additional_tools', tools: [{ type: 'hologram' }] }] },
    /^input\[0\]\.tools\[0\] is of type hologram/,
  ],
  ['a tool without a kind', { input: 'hi', tools: [{ name: 'f' }] }, /^tools\[0\] is of type unnamed/],
  ['tools that are no list', { input: 'hi', tools: WAIT }, /^tools is not a list/],
  [
    'a part that is not known',
    { input: [{ role: 'user', content: [{ type: 'hologram' }] }] },
    /part of type hologram/,
  ],
  [
    'such a part of the assistant’s',
    { input: [{ role: 'assistant', content: [{ type: 'hologram' }] }] },
    /input\[0\] holds a part of type hologram/,
  ],
  [
    'an image among instructions',
    { input: [{ role: 'developer', content: [{ type: 'input_image', image_url: 'data:,' }] }] },
    /input\[0\] holds a part of type input_image/,
  ],
  [
    'a part that is no object',
    { input: [{ role: 'user', content: ['hi'] }] },
    /input\[0\]\[0\] is not an object/,
  ],
  ['an item by its id alone', { input: [{ id: 'msg_1' }] }, /input\[0\] names an item by its id/],
  [
    'a conversation that OpenAI has compacted',
    { input: [{ type: 'compaction', encrypted_content: 'gAAA' }, USER] },
    /input\[0\] is a compacted conversation/,
  ],
  ['a call for compaction', { input: [USER, { type: 'compaction_trigger' }] }, /compaction_trigger/],
  [
    'a tool of OpenAI’s, by force',
    { input: 'hi', tools: [{ type: 'web_search' }, WAIT], tool_choice: { type: 'web_search' } },
    /tool_choice/,
  ],
  [
    'some tool, where all are OpenAI’s',
    { input: 'hi', tools: [{ type: 'web_search' }], tool_choice: 'required' },
    /tool_choice/,
  ],
];

void suite('what nobody knows is refused by its name', () => {
  for (const [what, body, reason] of REFUSED)
    void test(what, () => {
      assert.throws(
        () => decode(body),
        (error) => error instanceof NotExpressible && reason.test(error.message),
      );
    });
});
