import {
  assistant,
  chatCall,
  chatTool,
  CITY,
  geminiTools,
  messagesTool,
  responsesTool,
  toolResult,
  turn,
  user,
  type TranslationCase,
} from './translation-case.ts';
import { NOT_CHAT, NOT_GEMINI, NOT_MESSAGES, NOT_RESPONSES } from './vendors.ts';

const LONG_ID = `call_${'0123456789'.repeat(9)}`;
const LONG_NAME = 'mcp__plugin_compound_engineering_context7__resolve_library_identifier';

/** Ids of calls that not every provider takes. */
const IDS: Readonly<Record<string, readonly [string, string]>> = {
  'with signs': ['functions.Bash:0', 'functions.Bash:1'],
  'of another alphabet': ['вызов-1', 'вызов-2'],
  'with spaces': ['call 1', 'call 2'],
  'of one character': ['1', '2'],
  'that are long': [LONG_ID, `${LONG_ID}x`],
  'that differ only in signs': ['call.1', 'call:1'],
  'of 40 characters and more': [`call_${'a'.repeat(36)}`, `call_${'a'.repeat(37)}`],
  'that are UUIDs': ['0b9c1c5e-6a3d-4b0e-9a64-08f9f5d1e2a1', '0b9c1c5e-6a3d-4b0e-9a64-08f9f5d1e2a2'],
};

/** Names of tools that not every provider takes. */
const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  'with dots and colons': ['weather.get:v2', 'weather.get.v2'],
  'with slashes and spaces': ['weather/get city', 'weather/get_city'],
  'of another alphabet': ['погода', 'погоды'],
  'that are longer than 64 characters': [LONG_NAME, `${LONG_NAME}_again`],
  'of 128 characters': ['n'.repeat(128), `${'n'.repeat(127)}m`],
  'that begin with a digit': ['7zip', '7-zip'],
  'with dashes': ['get-city', '-get-city'],
  'of emoji': ['🌍', '🌎'],
};

function chatOf(
  name: string,
  [first, second]: readonly [string, string],
  ids: readonly [string, string],
): TranslationCase {
  return {
    name,
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [chatTool(first), chatTool(second)],
      tool_choice: { type: 'function', function: { name: first } },
      messages: [
        user('a'),
        assistant(null, chatCall(ids[0], first), chatCall(ids[1], second)),
        toolResult(ids[0], 'snow'),
        toolResult(ids[1], 'sun'),
        user('b'),
      ],
    },
    sent: [/snow/u, /sun/u],
  };
}

function messagesOf(
  name: string,
  [first, second]: readonly [string, string],
  ids: readonly [string, string],
): TranslationCase {
  return {
    name,
    client: 'messages',
    models: NOT_MESSAGES,
    body: {
      max_tokens: 100,
      tools: [messagesTool(first), messagesTool(second)],
      tool_choice: { type: 'auto' },
      messages: [
        user('a'),
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: ids[0], name: first, input: { city: 'Oslo' } },
            { type: 'tool_use', id: ids[1], name: second, input: { city: 'Rome' } },
          ],
        },
        user([
          { type: 'tool_result', tool_use_id: ids[1], content: 'sun' },
          { type: 'tool_result', tool_use_id: ids[0], content: 'snow' },
        ]),
      ],
    },
    sent: [/snow/u, /sun/u],
  };
}

function itemsOf(
  name: string,
  [first, second]: readonly [string, string],
  ids: readonly [string, string],
): TranslationCase {
  return {
    name,
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      tools: [
        responsesTool(first),
        { type: 'namespace', name: 'mcp__server__', description: '', tools: [responsesTool(second)] },
      ],
      input: [
        { role: 'user', content: 'a' },
        { type: 'function_call', call_id: ids[0], name: first, arguments: '{"city":"Oslo"}' },
        {
          type: 'function_call',
          call_id: ids[1],
          name: second,
          namespace: 'mcp__server__',
          arguments: '{"city":"Rome"}',
        },
        { type: 'function_call_output', call_id: ids[0], output: 'snow' },
        { type: 'function_call_output', call_id: ids[1], output: 'sun' },
      ],
    },
    sent: [/snow/u, /sun/u],
  };
}

function geminiOf(
  name: string,
  [first, second]: readonly [string, string],
  ids?: readonly [string, string],
): TranslationCase {
  const call = (at: 0 | 1, called: string): object => ({
    functionCall: { ...(ids !== undefined && { id: ids[at] }), name: called, args: { city: 'Oslo' } },
  });
  const response = (at: 0 | 1, called: string, output: string): object => ({
    functionResponse: { ...(ids !== undefined && { id: ids[at] }), name: called, response: { output } },
  });
  return {
    name,
    client: 'gemini',
    models: NOT_GEMINI,
    body: {
      ...geminiTools(
        { name: first, description: 'd', parametersJsonSchema: CITY },
        { name: second, description: 'd', parametersJsonSchema: CITY },
      ),
      contents: [
        turn('user', { text: 'a' }),
        turn('model', call(0, first), call(1, second)),
        turn('user', response(0, first, 'snow'), response(1, second, 'sun')),
      ],
    },
    sent: [/snow/u, /sun/u],
  };
}

const TWO_NAMES = ['get_city', 'get_land'] as const;
const TWO_IDS = ['call_1', 'call_2'] as const;

/** Ids and names that are sound in one dialect and not in another. */
export const NAMES_AND_IDS: readonly TranslationCase[] = [
  ...Object.entries(IDS).flatMap(([what, ids]) => [
    chatOf(`ids ${what}`, TWO_NAMES, ids),
    messagesOf(`ids ${what}`, TWO_NAMES, ids),
    itemsOf(`ids ${what}`, TWO_NAMES, ids),
    geminiOf(`ids ${what}`, TWO_NAMES, ids),
  ]),
  ...Object.entries(NAMES).flatMap(([what, names]) => [
    chatOf(`names ${what}`, names, TWO_IDS),
    messagesOf(`names ${what}`, names, TWO_IDS),
    itemsOf(`names ${what}`, names, TWO_IDS),
    geminiOf(`names ${what}`, names),
  ]),
  {
    name: 'an id comes again in a later turn',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [chatTool('get_city')],
      messages: [
        user('a'),
        assistant(null, chatCall('call_0', 'get_city')),
        toolResult('call_0', 'snow'),
        assistant(null, chatCall('call_0', 'get_city')),
        toolResult('call_0', 'sun'),
      ],
    },
    sent: [/snow/u, /sun/u],
  },
  {
    name: 'an id comes again in a later turn of contents',
    client: 'gemini',
    models: NOT_GEMINI,
    body: {
      ...geminiTools({ name: 'get_city', description: 'd' }),
      contents: [
        turn('user', { text: 'a' }),
        ...['snow', 'sun'].flatMap((output) => [
          turn('model', { functionCall: { id: 'get_city', name: 'get_city', args: {} } }),
          turn('user', { functionResponse: { id: 'get_city', name: 'get_city', response: { output } } }),
        ]),
      ],
    },
    sent: [/snow/u, /sun/u],
  },
  {
    name: 'ids are empty',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [chatTool('get_city')],
      messages: [user('a'), assistant(null, chatCall('', 'get_city')), toolResult('', 'snow')],
    },
    sent: [/snow/u],
  },
  {
    name: 'all calls are without ids, and alike',
    client: 'gemini',
    models: NOT_GEMINI,
    body: {
      ...geminiTools({ name: 'get_city', description: 'd' }),
      contents: [
        turn('user', { text: 'a' }),
        ...['snow', 'sun'].flatMap((output) => [
          turn(
            'model',
            { functionCall: { name: 'get_city', args: {} } },
            { functionCall: { name: 'get_city', args: {} } },
          ),
          turn(
            'user',
            { functionResponse: { name: 'get_city', response: { output } } },
            { functionResponse: { name: 'get_city', response: { output } } },
          ),
        ]),
      ],
    },
    sent: [/snow/u, /sun/u],
  },
  {
    name: 'a tool that is not declared was called by a name that nobody takes',
    client: 'messages',
    models: NOT_MESSAGES,
    body: {
      max_tokens: 100,
      tools: [messagesTool('get_city')],
      messages: [
        user('a'),
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'old.tool:1', input: {} }] },
        user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'snow' }]),
      ],
    },
    sent: [/snow/u],
  },
];
