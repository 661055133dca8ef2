import {
  assistant,
  chatCall,
  chatTool,
  geminiTools,
  messagesTool,
  responsesTool,
  toolResult,
  turn,
  user,
  type TranslationCase,
} from './translation-case.ts';
import {
  BEDROCK,
  FLASH,
  GEMINI_3,
  GITHUB,
  GPT_4,
  GPT_5,
  GROK,
  LLAMA,
  MAGISTRAL,
  MISTRAL,
  NOT_CHAT,
  NOT_GEMINI,
  NOT_MESSAGES,
  NOT_RESPONSES,
  NOVA,
  OPUS,
  SONNET,
} from './vendors.ts';

/** State of another family's, as the gateway packs it for clients. */
const PACKED = `sk1_${Buffer.from('{"anthropic":{"signature":"sigAB"}}').toString('base64url')}`;
const PACKED_GOOGLE = `sk1_${Buffer.from('{"google":{"thoughtSignature":"AAAA"}}').toString('base64url')}`;
const PACKED_ID = `call_1__${PACKED_GOOGLE}`;
/** What OpenAI has encrypted begins so. */
const ENCRYPTED = 'gAAAAABo3k9foreign';

const ALL_MESSAGES = [...NOT_MESSAGES, SONNET, OPUS];
/* Those of them that take a budget for thinking as it is. */
const THINKERS = [...NOT_MESSAGES, SONNET];
/* Models of a family read what is packed for it, and would look for a signature of their own in there. */
const NOT_CLAUDE = /^(?!ant\/|bed\/anthropic)/u;
const NOT_GOOGLE = /^(?!gem\/)/u;

function others(models: readonly string[], whose: RegExp): readonly string[] {
  return models.filter((model) => whose.test(model));
}

const MARKS = /sk1_/u;

function thinkingTurns(block: object): object[] {
  return [user('a'), { role: 'assistant', content: [block, { type: 'text', text: 'b' }] }, user('c')];
}

function reasoningItems(item: object): object[] {
  return [
    { role: 'user', content: 'a' },
    { type: 'reasoning', ...item },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
  ];
}

/** What another provider wrote in earlier turns, and what the gateway made of it. */
export const RETURNING: readonly TranslationCase[] = [
  ...(
    [
      ['an empty signature', { signature: '' }, THINKERS],
      ['no signature', {}, THINKERS],
      ['Google’s signature, packed', { signature: PACKED_GOOGLE }, others(THINKERS, NOT_GOOGLE)],
      ['Anthropic’s signature, packed', { signature: PACKED }, others(ALL_MESSAGES, NOT_CLAUDE)],
    ] as const
  ).map(([what, signed, models]): TranslationCase => ({
    name: `thinking has ${what}`,
    client: 'messages',
    models,
    body: {
      max_tokens: 4_000,
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      messages: thinkingTurns({ type: 'thinking', thinking: 'hm', ...signed }),
    },
    notSent: [MARKS],
  })),
  {
    name: 'hidden thinking that the gateway packed',
    client: 'messages',
    models: others(ALL_MESSAGES, NOT_CLAUDE),
    body: {
      max_tokens: 4_000,
      messages: thinkingTurns({ type: 'redacted_thinking', data: PACKED }),
    },
    notSent: [MARKS],
  },
  {
    name: 'thinking is all that the assistant said',
    client: 'messages',
    models: others(ALL_MESSAGES, NOT_GOOGLE),
    body: {
      max_tokens: 4_000,
      messages: [
        user('a'),
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: PACKED_GOOGLE }] },
        user('c'),
      ],
    },
    notSent: [MARKS],
  },
  {
    name: 'thinking of another family’s stands before a call',
    client: 'messages',
    models: others(THINKERS, NOT_GOOGLE),
    body: {
      max_tokens: 4_000,
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      tools: [messagesTool('get_city')],
      messages: [
        user('a'),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: PACKED_GOOGLE },
            { type: 'tool_use', id: PACKED_ID, name: 'get_city', input: { city: 'Oslo' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: PACKED_ID, content: 'snow' }] },
      ],
    },
    sent: [/snow/u],
    notSent: [MARKS],
  },
  ...(
    [
      ['Anthropic', PACKED, NOT_CLAUDE],
      ['Google', PACKED_GOOGLE, NOT_GOOGLE],
    ] as const
  ).map(([whose, encrypted, readers]): TranslationCase => ({
    name: `reasoning that the gateway packed for ${whose}`,
    client: 'responses',
    // Nobody asks a model that does not reason for its encrypted reasoning.
    models: others([...NOT_RESPONSES, GPT_5, GROK], readers),
    body: {
      store: false,
      include: ['reasoning.encrypted_content'],
      input: reasoningItems({
        id: 'rs_req_1_0',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: encrypted,
      }),
    },
    notSent: [MARKS],
  })),
  {
    name: 'reasoning that OpenAI encrypted',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      store: false,
      input: reasoningItems({ id: 'rs_1', summary: [], encrypted_content: ENCRYPTED }),
    },
    notSent: [new RegExp(ENCRYPTED, 'u')],
  },
  {
    name: 'reasoning without state, and with an id that OpenAI does not have',
    client: 'responses',
    models: [...NOT_RESPONSES, GPT_5],
    body: {
      store: false,
      input: reasoningItems({ id: 'rs_req_1_0', summary: [{ type: 'summary_text', text: 'hm' }] }),
    },
  },
  {
    name: 'reasoning whose state belongs to the call behind it',
    client: 'responses',
    models: others([...NOT_RESPONSES, GPT_5], NOT_GOOGLE),
    body: {
      store: false,
      tools: [responsesTool('get_city')],
      input: [
        { role: 'user', content: 'a' },
        { type: 'reasoning', id: 'rs_req_1_0', summary: [], encrypted_content: PACKED_GOOGLE },
        { type: 'function_call', call_id: 'call_1', name: 'get_city', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'snow' },
      ],
    },
    sent: [/snow/u],
    notSent: [MARKS],
  },
  {
    name: 'a thought’s signature that the gateway packed',
    client: 'gemini',
    models: others([...NOT_GEMINI, FLASH, GEMINI_3, MAGISTRAL], NOT_CLAUDE),
    body: {
      contents: [
        turn('user', { text: 'a' }),
        turn('model', { text: 'hm', thought: true, thoughtSignature: PACKED }, { text: 'b' }),
        turn('user', { text: 'c' }),
      ],
    },
    notSent: [MARKS],
  },
  {
    name: 'a call’s signature that the gateway packed',
    client: 'gemini',
    models: others([...NOT_GEMINI, FLASH, GEMINI_3], NOT_CLAUDE),
    body: {
      ...geminiTools({
        name: 'get_city',
        description: 'd',
        parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
      }),
      contents: [
        turn('user', { text: 'a' }),
        turn('model', {
          functionCall: { id: 'call_1', name: 'get_city', args: {} },
          thoughtSignature: PACKED,
        }),
        turn('user', { functionResponse: { id: 'call_1', name: 'get_city', response: { output: 'snow' } } }),
      ],
    },
    sent: [/snow/u],
    notSent: [MARKS],
  },
  {
    name: 'a call without a signature',
    client: 'gemini',
    models: [...NOT_GEMINI, GEMINI_3],
    body: {
      ...geminiTools({
        name: 'get_city',
        description: 'd',
        parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
      }),
      contents: [
        turn('user', { text: 'a' }),
        turn('model', { functionCall: { name: 'get_city', args: {} } }),
        turn('user', { functionResponse: { name: 'get_city', response: { output: 'snow' } } }),
      ],
    },
    sent: [/snow/u],
  },
  {
    name: 'calls side by side without a signature, and in a second turn',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [chatTool('get_city')],
      messages: [
        user('a'),
        assistant(null, chatCall('call_1', 'get_city'), chatCall('call_2', 'get_city')),
        toolResult('call_1', 'snow'),
        toolResult('call_2', 'sun'),
        assistant('so', chatCall('call_3', 'get_city')),
        toolResult('call_3', 'rain'),
      ],
    },
    sent: [/snow/u, /sun/u, /rain/u],
  },
  {
    name: 'a call with a signature that the gateway packed',
    client: 'chat',
    models: others([...NOT_CHAT, GPT_4, MISTRAL, LLAMA], NOT_CLAUDE),
    body: {
      tools: [chatTool('get_city')],
      messages: [
        user('a'),
        assistant(null, {
          ...chatCall('call_1', 'get_city'),
          extra_content: { google: { thought_signature: PACKED } },
        }),
        toolResult('call_1', 'snow'),
      ],
    },
    sent: [/snow/u],
    notSent: [MARKS],
  },
  {
    name: 'a call’s id that holds what the gateway packed',
    client: 'chat',
    models: others([...NOT_CHAT, GPT_4, GPT_5, MISTRAL, GITHUB], NOT_GOOGLE),
    body: {
      tools: [chatTool('get_city')],
      messages: [user('a'), assistant(null, chatCall(PACKED_ID, 'get_city')), toolResult(PACKED_ID, 'snow')],
    },
    sent: [/snow/u],
    notSent: [MARKS],
  },
  {
    name: 'a call’s id that holds what the gateway packed, among items',
    client: 'responses',
    models: others([...NOT_RESPONSES, GPT_5], NOT_GOOGLE),
    body: {
      tools: [responsesTool('get_city')],
      input: [
        { role: 'user', content: 'a' },
        { type: 'function_call', call_id: PACKED_ID, name: 'get_city', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: PACKED_ID, output: 'snow' },
      ],
    },
    sent: [/snow/u],
    notSent: [MARKS],
  },
  {
    name: 'a chat’s assistant has shown its reasoning',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      messages: [user('a'), { ...assistant('b'), reasoning_content: 'hm' }, user('c')],
    },
  },
  {
    name: 'blocks of tools that Anthropic ran',
    client: 'messages',
    models: [GPT_4, FLASH, BEDROCK, NOVA, MISTRAL],
    body: {
      max_tokens: 100,
      messages: [
        user('a'),
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
            { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
            { type: 'text', text: 'found' },
          ],
        },
        user('c'),
      ],
    },
    sent: [/found/u],
  },
];
