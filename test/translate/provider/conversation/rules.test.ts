import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { modelCapabilities } from '../../../../src/catalog/models/model-capabilities.ts';
import { NO_QUIRKS } from '../../../../src/translate/codec.ts';
import type { CallOptions, ProviderCodec } from '../../../../src/translate/codec.ts';
import { anthropicMessagesCodec } from '../../../../src/translate/provider/anthropic-messages.ts';
import { bedrockConverseCodec } from '../../../../src/translate/provider/bedrock-converse.ts';
import { geminiGenerateCodec } from '../../../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../../../src/translate/provider/openai-chat.ts';
import { interceptedFrom, requestOf, toolNamed } from '../../sdk-requests.ts';

/* Each rule of a conversation, in what leaves. */

type Message = CallOptions['prompt'][number];

const OPENAI = { type: 'openai', model: 'gpt-4.1', codec: openaiChatCodec };
const MISTRAL = { type: 'mistral', model: 'mistral-large-latest', codec: openaiChatCodec };
const PERPLEXITY = { type: 'perplexity', model: 'sonar', codec: openaiChatCodec };
const SONNET = { type: 'claude', model: 'claude-sonnet-4-5', codec: anthropicMessagesCodec };
const OPUS = { type: 'claude', model: 'claude-opus-4-6', codec: anthropicMessagesCodec };
const GEMINI = { type: 'gemini', model: 'gemini-2.5-flash', codec: geminiGenerateCodec };
const BEDROCK = {
  type: 'bedrock',
  model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  codec: bedrockConverseCodec,
};

interface Family {
  readonly type: string;
  readonly model: string;
  readonly codec: ProviderCodec;
}

async function leaving(
  { type, model, codec }: Family,
  options: Partial<CallOptions>,
): Promise<Readonly<Record<string, unknown>>> {
  const quirks = { ...NO_QUIRKS, capabilities: modelCapabilities(type, model) };
  return (await interceptedFrom(codec, requestOf({ maxOutputTokens: 10, ...options }), model, { quirks }))
    .body;
}

function user(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

function assistant(text: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}

function call(...ids: readonly string[]): Message {
  return {
    role: 'assistant',
    content: ids.map((toolCallId) => ({ type: 'tool-call', toolCallId, toolName: 'look', input: {} })),
  };
}

function result(toolCallId: string, value = 'r'): Message {
  return {
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId, toolName: 'look', output: { type: 'text', value } }],
  };
}

/** Messages of a chat by their roles and what identifies them. */
function outline({ messages }: Readonly<Record<string, unknown>>): string[] {
  assert.ok(Array.isArray(messages));
  return messages.map((message: Readonly<Record<string, unknown>>) => {
    const { role, content, tool_call_id: id, tool_calls: calls, prefix } = message;
    const ids = Array.isArray(calls) ? calls.map((each: { id: string }) => each.id).join(' ') : '';
    return [role, id, ids, content, prefix]
      .filter((each) => each !== undefined && each !== '' && each !== null)
      .join(' ');
  });
}

void suite('the order of a chat', () => {
  const cases: readonly [string, readonly Message[], readonly string[]][] = [
    [
      'puts results behind their calls, in the order of the calls, and what stood between behind them',
      [
        user('a'),
        call('1', '2'),
        user('b'),
        { role: 'system', content: 's' },
        result('2', 'B'),
        result('1', 'A'),
      ],
      ['user a', 'assistant 1 2', 'tool 1 A', 'tool 2 B', 'user b', 'system s'],
    ],
    [
      'gives a result to a call that has none',
      [user('a'), call('1'), user('b')],
      ['user a', 'assistant 1', 'tool 1 No result was given: the call was interrupted.', 'user b'],
    ],
    [
      'makes text of a result without a call',
      [user('a'), result('9', 'R')],
      ['user a', 'user [object Object],[object Object]'],
    ],
    [
      'leaves out the same result once more',
      [user('a'), call('1'), result('1'), result('1')],
      ['user a', 'assistant 1', 'tool 1 r'],
    ],
    [
      'finds a result before its call',
      [user('a'), result('1'), call('1'), user('b')],
      ['user a', 'assistant 1', 'tool 1 r', 'user b'],
    ],
    [
      'gives results of ids that come again to the turn before them, under ids of their own',
      [user('a'), call('1'), result('1', 'A'), user('b'), call('1', '1'), result('1', 'B'), result('1', 'C')],
      [
        'user a',
        'assistant 1',
        'tool 1 A',
        'user b',
        'assistant call_UzUqggKSe9PQGds81UN9PRUD call_hi3NsGFCFA0fgSAvRd4oizVQ',
        'tool call_UzUqggKSe9PQGds81UN9PRUD B',
        'tool call_hi3NsGFCFA0fgSAvRd4oizVQ C',
      ],
    ],
    [
      'keeps what the assistant said behind its calls in the same message',
      [user('a'), call('1'), assistant('b'), result('1')],
      ['user a', 'assistant 1 b', 'tool 1 r'],
    ],
    [
      'is as it was where it is right',
      [assistant('a'), user('b'), assistant('c')],
      ['assistant a', 'user b', 'assistant c'],
    ],
    ['has a message where nothing is left', [user(' ')], ['user Begin.']],
  ];
  for (const [what, prompt, expected] of cases) {
    void test(what, async () => {
      assert.deepEqual(outline(await leaving(OPENAI, { prompt: [...prompt] })), expected);
    });
  }

  void test('is Mistral’s own at Mistral', async () => {
    const late: Message = { role: 'system', content: 's' };
    const prompt = [
      user('a'),
      call('123456789'),
      result('123456789'),
      user('b'),
      assistant('c'),
      late,
      assistant('d'),
    ];
    assert.deepEqual(outline(await leaving(MISTRAL, { prompt })), [
      'user a',
      'assistant 123456789',
      'tool 123456789 r',
      'assistant Understood.',
      'user b',
      'assistant c',
      'user <system-reminder>\ns\n</system-reminder>',
      'assistant d true',
    ]);
  });

  void test('alternates at Perplexity', async () => {
    const { messages } = await leaving(PERPLEXITY, {
      prompt: [assistant('a'), user('b'), user('c'), assistant('d')],
    });
    assert.ok(Array.isArray(messages));
    assert.deepEqual(
      messages.map(({ role }: { role: string }) => role),
      ['user', 'assistant', 'user', 'assistant', 'user'],
    );
  });
});

function textBlock(written: string): object {
  return { type: 'text', text: written };
}

void suite('the beginning and the end of a conversation', () => {
  const prompt = [assistant('Welcome!'), user('a'), assistant('b ')];

  void test('are a user’s for Anthropic’s models that continue nothing', async () => {
    assert.deepEqual((await leaving(OPUS, { prompt }))['messages'], [
      { role: 'user', content: [textBlock('Begin.')] },
      { role: 'assistant', content: [textBlock('Welcome!')] },
      { role: 'user', content: [textBlock('a')] },
      { role: 'assistant', content: [textBlock('b ')] },
      { role: 'user', content: [textBlock('Continue.')] },
    ]);
  });

  void test('may be the assistant’s for those that do, where they do not think', async () => {
    const { messages } = await leaving(SONNET, { prompt });
    assert.ok(Array.isArray(messages));
    assert.deepEqual(messages.at(-1), { role: 'assistant', content: [textBlock('b')] });
    const thinking = await leaving(SONNET, { prompt, maxOutputTokens: 9000, reasoning: 'high' });
    assert.ok(Array.isArray(thinking['messages']));
    assert.deepEqual(thinking['messages'].at(-1), { role: 'user', content: [textBlock('Continue.')] });
  });

  void test('have no white space at the end where Anthropic’s models continue, whatever stands behind the text', async () => {
    const signed = { anthropic: { signature: 's' } };
    const cut: Message = {
      role: 'assistant',
      content: [
        { type: 'text', text: 'b ' },
        { type: 'reasoning', text: 'Hm', providerOptions: signed },
      ],
    };
    const { messages } = await leaving(SONNET, { prompt: [user('a'), cut] });
    assert.ok(Array.isArray(messages));
    assert.deepEqual(messages.at(-1), {
      role: 'assistant',
      content: [textBlock('b'), { type: 'thinking', thinking: 'Hm', signature: 's' }],
    });
  });

  void test('are a user’s for Gemini', async () => {
    const { contents } = await leaving(GEMINI, { prompt });
    assert.ok(Array.isArray(contents));
    assert.deepEqual(contents[0], { role: 'user', parts: [{ text: 'Begin.' }] });
    assert.deepEqual(contents.at(-1), { role: 'user', parts: [{ text: 'Continue.' }] });
  });
});

void suite('blank text', () => {
  const blank: Message[] = [
    { role: 'system', content: ' ' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '' },
        { type: 'text', text: 'a' },
      ],
    },
    assistant(' \n'),
    call('1'),
    result('1', ' '),
  ];

  void test('leaves Anthropic’s requests, and a result says that it has none', async () => {
    const body = await leaving(SONNET, { prompt: blank });
    assert.equal(body['system'], undefined);
    assert.deepEqual(body['messages'], [
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: '(no output)' }] },
    ]);
  });

  void test('leaves Bedrock’s requests', async () => {
    const body = await leaving(BEDROCK, { prompt: blank });
    assert.deepEqual(body['system'], []);
    assert.deepEqual(body['messages'], [
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: '1', name: 'look', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: '1', content: [{ text: '(no output)' }] } }] },
    ]);
  });

  void test('leaves its mark for the cache to what stands before it', async () => {
    const mark = { anthropic: { cacheControl: { type: 'ephemeral' } } };
    const prompt: Message[] = [
      { role: 'system', content: 's' },
      { role: 'system', content: '', providerOptions: mark },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: ' ', providerOptions: mark },
        ],
      },
    ];
    const body = await leaving(SONNET, { prompt });
    const cached = { cache_control: { type: 'ephemeral' } };
    assert.deepEqual(body['system'], [{ type: 'text', text: 's', ...cached }]);
    assert.deepEqual(body['messages'], [{ role: 'user', content: [{ type: 'text', text: 'a', ...cached }] }]);
  });

  void test('and files make one result of a call for Gemini', async () => {
    const value = [
      { type: 'text' as const, text: 'A' },
      { type: 'text' as const, text: ' ' },
      { type: 'text' as const, text: 'B' },
    ];
    const shown: Message = {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: '1', toolName: 'x', output: { type: 'content', value } }],
    };
    const { contents } = await leaving(GEMINI, { prompt: [user('a'), call('1'), shown] });
    assert.ok(Array.isArray(contents));
    assert.deepEqual(contents.at(-1), {
      role: 'user',
      parts: [{ functionResponse: { id: '1', name: 'look', response: { name: 'look', content: 'A\nB' } } }],
    });
  });
});

void suite('ids of calls', () => {
  for (const [family, id, expected] of [
    [OPENAI, 'functions.Bash:0', /^functions\.Bash:0$/],
    [OPENAI, 'x'.repeat(41), /^call_[a-zA-Z0-9]{24}$/],
    [OPENAI, 'toolu_1__sk1_eyJnb29nbGUiOnsidGhvdWdodFNpZ25hdHVyZSI6ImEifX0', /^toolu_1$/],
    [SONNET, 'functions.Bash:0', /^call_[a-zA-Z0-9]{24}$/],
    [SONNET, 'x'.repeat(100), /^x{100}$/],
    [BEDROCK, 'x'.repeat(65), /^call_[a-zA-Z0-9]{24}$/],
    [MISTRAL, 'call_1', /^[a-zA-Z0-9]{9}$/],
    [MISTRAL, 'Ab3dE6gH9', /^Ab3dE6gH9$/],
    [GEMINI, 'functions.Bash:0', /^functions\.Bash:0$/],
  ] as const) {
    void test(`fit ${family.type}, and stay where they do: ${id}`, async () => {
      const first = JSON.stringify(await leaving(family, { prompt: [user('a'), call(id), result(id)] }));
      const ids = [...first.matchAll(/"(?:id|tool_call_id|tool_use_id|toolUseId)":"([^"]*)"/g)].map(
        ([, each]) => each,
      );
      assert.equal(ids.length, 2);
      assert.equal(ids[0], ids[1]);
      assert.match(ids[0] ?? '', expected);
    });
  }
});

void suite('names of tools', () => {
  const LONG = 'mcp__plugin_compound_engineering_context7__resolve_library_identifier';

  void test('are changed alike where they are declared, forced and called', async () => {
    const body = await leaving(OPENAI, {
      tools: [toolNamed(LONG), toolNamed('a.b'), toolNamed('a_b')],
      toolChoice: { type: 'tool', toolName: LONG },
      prompt: [
        user('a'),
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId: '1', toolName: LONG, input: {} }] },
        result('1'),
      ],
    });
    const { tools, tool_choice: choice, messages } = body;
    assert.ok(Array.isArray(tools) && Array.isArray(messages));
    const [long, dotted, plain] = tools.map((tool: { function: { name: string } }) => tool.function.name);
    assert.match(long ?? '', /^mcp__plugin_compound_engineering_context7__resolve_libr_[a-zA-Z0-9]{8}$/);
    assert.match(dotted ?? '', /^a_b_[a-zA-Z0-9]{8}$/);
    assert.equal(plain, 'a_b');
    assert.deepEqual(choice, { type: 'function', function: { name: long } });
    assert.ok(JSON.stringify(messages[1]).includes(`"name":"${long}"`));
  });

  void test('may have dots at Gemini', async () => {
    const body = JSON.stringify(await leaving(GEMINI, { tools: [toolNamed('a.b')] }));
    assert.ok(body.includes('"name":"a.b"'), body);
  });

  void test('stand once in a list: the first stays, the other is named', async () => {
    const { tools } = await leaving(SONNET, { tools: [toolNamed('a'), toolNamed('b'), toolNamed('a')] });
    assert.ok(Array.isArray(tools));
    assert.deepEqual(
      tools.map(({ name }: { name: string }) => name),
      ['a', 'b'],
    );
  });

  void test('that are forced have to be declared', async () => {
    await assert.rejects(
      leaving(OPENAI, { tools: [toolNamed('a')], toolChoice: { type: 'tool', toolName: 'b' } }),
      /the tool b, which it forces, is not among its tools/,
    );
  });
});
