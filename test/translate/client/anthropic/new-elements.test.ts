import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Json } from '../../../../src/base/json.ts';
import { anthropicClientCodec } from '../../../../src/translate/client/codecs.ts';
import { NotExpressible } from '../../../../src/translate/codec.ts';
import type { NormalizedRequest } from '../../../../src/translate/codec.ts';

const HI = { role: 'user', content: 'hi' };
const LOOK = { name: 'look', input_schema: { type: 'object', properties: {} } };

const read = (fields: Json): NormalizedRequest =>
  anthropicClientCodec.decodeRequest({ model: 'm', max_tokens: 5, messages: [HI], ...fields });

const namesOf = ({ options }: NormalizedRequest) => (options.tools ?? []).map(({ name }) => name);

void suite('tools that Anthropic describes and the client runs', () => {
  const CLIENT_TOOLS = [
    ['bash_20250124', 'bash', 'command,restart'],
    [
      'text_editor_20250124',
      'str_replace_editor',
      'command,path,file_text,old_str,new_str,insert_line,view_range',
    ],
    [
      'text_editor_20250728',
      'str_replace_based_edit_tool',
      'command,path,file_text,old_str,new_str,insert_line,view_range,insert_text',
    ],
    [
      'memory_20250818',
      'memory',
      'command,path,file_text,old_str,new_str,insert_line,view_range,insert_text,old_path,new_path',
    ],
  ] as const;
  for (const [type, name, fields] of CLIENT_TOOLS)
    void test(`become functions: ${type}`, () => {
      const decoded = read({ tools: [{ type, name }], tool_choice: { type: 'tool', name } });
      const [tool] = decoded.options.tools ?? [];
      assert.ok(tool?.type === 'function');
      assert.equal(tool.name, name);
      assert.equal(Object.keys(tool.inputSchema['properties'] ?? {}).join(), fields);
      assert.deepEqual(decoded.dropped, []);
    });

  void test('are declared where a search would load them', () => {
    const decoded = read({
      tools: [
        { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' },
        { ...LOOK, defer_loading: true },
      ],
    });
    assert.deepEqual(namesOf(decoded), ['look']);
    assert.deepEqual(decoded.dropped, ['tools.tool_search_tool_regex']);
  });

  void test('are named where the client’s own search has found them', () => {
    const { options } = read({
      tools: [LOOK],
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'find', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              content: [{ type: 'tool_reference', tool_name: 'look' }],
            },
          ],
        },
      ],
    });
    const last = options.prompt.at(-1);
    assert.ok(last?.role === 'tool' && last.content[0]?.type === 'tool-result');
    assert.deepEqual(last.content[0].output, { type: 'text', value: 'The tool look can be called now.' });
  });
});

void suite('system messages within a conversation of Anthropic’s', () => {
  void test('add tools and remove them', () => {
    const definition = { name: 'new', input_schema: { type: 'object' } };
    const decoded = read({
      tools: [LOOK],
      messages: [
        HI,
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Now this.' },
            { type: 'tool_addition', tool: { type: 'tool_definition', definition } },
            { type: 'tool_removal', tool: { type: 'tool_reference', name: 'look' } },
          ],
          output_config: { effort: 'low' },
        },
      ],
    });
    assert.deepEqual(namesOf(decoded), ['new']);
    assert.equal(decoded.options.reasoning, 'low');
    assert.deepEqual(decoded.options.prompt.at(-1), { role: 'system', content: 'Now this.' });
  });

  void test('are not shown any more where they hold for one turn', () => {
    const reminder = { role: 'system', content: 'Be quick.', clear_at: 'next_user_message' };
    assert.equal(read({ messages: [HI, reminder] }).options.prompt.length, 2);
    assert.equal(
      read({ messages: [HI, reminder, { role: 'assistant', content: 'so' }, HI] }).options.prompt.length,
      3,
    );
  });
});

void suite('a conversation that Anthropic has compacted', () => {
  const compaction = { type: 'compaction', content: 'They greeted.' };

  void test('goes on from its summary', () => {
    const { prompt } = read({
      system: 'S',
      messages: [
        HI,
        {
          role: 'assistant',
          content: [{ type: 'text', text: 'old' }, compaction, { type: 'text', text: 'so' }],
        },
        HI,
      ],
    }).options;
    assert.deepEqual(prompt, [
      { role: 'system', content: 'S' },
      {
        role: 'user',
        content: [{ type: 'text', text: 'A summary of the conversation so far:\nThey greeted.' }],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'so' }] },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
    ]);
  });

  void test('goes on as it was where that has failed', () => {
    const failed = {
      role: 'assistant',
      content: [
        { ...compaction, content: null },
        { type: 'text', text: 'so' },
      ],
    };
    assert.equal(read({ messages: [HI, failed] }).options.prompt.length, 2);
  });
});

void suite('what nobody knows of Anthropic’s is refused by its name', () => {
  const cases: readonly (readonly [what: string, fields: Json, reason: RegExp])[] = [
    [
      'a tool',
      { tools: [{ type: 'hologram_20270101', name: 'h' }] },
      /tools\[0\] is of type hologram_20270101/,
    ],
    ['a later form of a tool', { tools: [{ type: 'bash_20990101', name: 'bash' }] }, /type bash_20990101/],
    [
      'a block of the user’s',
      { messages: [{ role: 'user', content: [{ type: 'hologram' }] }] },
      /type hologram/,
    ],
    [
      'a block of the model’s',
      { messages: [HI, { role: 'assistant', content: [{ type: 'hologram' }] }] },
      /messages\[1\] holds a block of type hologram/,
    ],
    ['a block of instructions', { system: [{ type: 'image' }] }, /system holds a block of type image/],
    ['a block that is no object', { messages: [{ role: 'user', content: ['hi'] }] }, /is not an object/],
    ['tools that are no list', { tools: LOOK }, /tools is not a list/],
  ];
  for (const [what, fields, reason] of cases)
    void test(what, () => {
      assert.throws(
        () => read(fields),
        (error) => error instanceof NotExpressible && reason.test(error.message),
      );
    });

  void test('but not what its servers did, which is dropped by its name', () => {
    const blocks = ['server_tool_use', 'web_search_tool_result', 'mcp_tool_use', 'container_upload'];
    const { dropped } = read({
      messages: [HI, { role: 'assistant', content: blocks.map((type) => ({ type })) }],
    });
    assert.deepEqual(
      dropped,
      blocks.map((type) => `messages.${type}`),
    );
  });

  void test('and images in a document of parts are kept', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'UE5H' } };
    const source = { type: 'content', content: [{ type: 'text', text: 'D' }, image] };
    const { prompt } = read({
      messages: [{ role: 'user', content: [{ type: 'document', title: 'T', source }] }],
    }).options;
    assert.deepEqual(prompt, [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'T' },
          { type: 'text', text: 'D' },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'UE5H' } },
        ],
      },
    ]);
  });
});
