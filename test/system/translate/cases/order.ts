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
import { NOT_CHAT, NOT_GEMINI, NOT_MESSAGES, NOT_RESPONSES } from './vendors.ts';

const TOOLS = { tools: [chatTool('get_city')] };
const CALLS = [chatCall('call_1', 'get_city'), chatCall('call_2', 'get_city')];
const SNOW = toolResult('call_1', 'snow');
const SUN = toolResult('call_2', 'sun');
const BOTH = [/snow/u, /sun/u];

const TOOL_USES = [
  { type: 'tool_use', id: 'toolu_1', name: 'get_city', input: { city: 'Oslo' } },
  { type: 'tool_use', id: 'toolu_2', name: 'get_city', input: { city: 'Rome' } },
];
const RESULTS = [
  { type: 'tool_result', tool_use_id: 'toolu_1', content: 'snow' },
  { type: 'tool_result', tool_use_id: 'toolu_2', content: 'sun' },
];

const ITEM_CALLS = ['call_1', 'call_2'].map((call_id) => ({
  type: 'function_call',
  call_id,
  name: 'get_city',
  arguments: '{"city":"Oslo"}',
}));
const [SNOW_ITEM, SUN_ITEM] = [
  { type: 'function_call_output', call_id: 'call_1', output: 'snow' },
  { type: 'function_call_output', call_id: 'call_2', output: 'sun' },
];
const ASK = { role: 'user', content: 'a' };

function chat(name: string, said: readonly object[], sent: readonly RegExp[] = []): TranslationCase {
  return { name, client: 'chat', models: NOT_CHAT, body: { ...TOOLS, messages: said }, sent };
}

function messages(name: string, turns: readonly object[], sent: readonly RegExp[] = []): TranslationCase {
  const body = { max_tokens: 100, tools: [messagesTool('get_city')], messages: turns };
  return { name, client: 'messages', models: NOT_MESSAGES, body, sent };
}

function items(name: string, input: readonly object[], sent: readonly RegExp[] = []): TranslationCase {
  const body = { tools: [responsesTool('get_city')], input };
  return { name, client: 'responses', models: NOT_RESPONSES, body, sent };
}

function gemini(name: string, contents: readonly object[], sent: readonly RegExp[] = []): TranslationCase {
  const declaration = { name: 'get_city', description: 'd', parameters: { type: 'OBJECT', properties: {} } };
  return {
    name,
    client: 'gemini',
    models: NOT_GEMINI,
    body: { ...geminiTools(declaration), contents },
    sent,
  };
}

const functionCall = { functionCall: { name: 'get_city', args: {} } };
const functionResponse = { functionResponse: { name: 'get_city', response: { output: 'snow' } } };

/** Conversations in an order that not every provider takes. */
export const ORDER: readonly TranslationCase[] = [
  chat('the assistant speaks first', [assistant('Welcome!'), user('a')], [/Welcome!/u]),
  chat('the assistant speaks first, behind instructions', [
    { role: 'system', content: 's' },
    assistant('Welcome!'),
    user('a'),
  ]),
  chat('the assistant speaks last', [user('a'), assistant('It is')]),
  chat('the assistant alone speaks', [assistant('Welcome!')]),
  chat('the assistant calls first', [assistant(null, ...CALLS), SNOW, SUN, user('a')], BOTH),
  chat('there are instructions alone', [{ role: 'system', content: 'Say hello.' }], [/Say hello\./u]),
  chat(
    'the user interrupts between calls and results',
    [user('a'), assistant(null, ...CALLS), user('wait'), SNOW, SUN, user('c')],
    [...BOTH, /wait/u],
  ),
  chat(
    'the user interrupts between results',
    [user('a'), assistant(null, ...CALLS), SNOW, user('wait'), SUN],
    [...BOTH, /wait/u],
  ),
  chat(
    'the assistant speaks between calls and results',
    [user('a'), assistant(null, ...CALLS), assistant('Working on it.'), SNOW, SUN],
    BOTH,
  ),
  chat(
    'instructions stand between calls and results',
    [user('a'), assistant(null, ...CALLS), { role: 'system', content: 'Be brief.' }, SNOW, SUN],
    [...BOTH, /Be brief\./u],
  ),
  chat('results come in another order', [user('a'), assistant(null, ...CALLS), SUN, SNOW], BOTH),
  chat('a result is missing', [user('a'), assistant(null, ...CALLS), SNOW, user('c')], [/snow/u]),
  chat('all results are missing', [user('a'), assistant('so', ...CALLS), user('c')]),
  chat('calls are the end', [user('a'), assistant(null, ...CALLS)]),
  chat('a result stands without a call', [user('a'), toolResult('call_9', 'lost'), user('c')]),
  chat('a result comes twice', [user('a'), assistant(null, ...CALLS), SNOW, SNOW, SUN, user('c')], BOTH),
  chat('a result comes before its call', [
    user('a'),
    SNOW,
    assistant(null, chatCall('call_1', 'get_city')),
    user('b'),
  ]),
  chat(
    'instructions stand in the middle',
    [
      { role: 'system', content: 'First.' },
      user('a'),
      assistant('b'),
      { role: 'system', content: 'Second.' },
      user('c'),
      { role: 'developer', content: 'Third.' },
    ],
    [/First\./u, /Second\./u, /Third\./u],
  ),
  chat('the user speaks three times', [user('a'), user('b'), user('c')]),
  chat('the assistant speaks three times', [
    user('a'),
    assistant('b'),
    assistant('c'),
    assistant('d'),
    user('e'),
  ]),
  chat(
    'a call was made of a tool that is not there any more',
    [user('a'), assistant(null, chatCall('call_1', 'gone')), toolResult('call_1', 'snow'), user('c')],
    [/snow/u],
  ),
  {
    name: 'calls were made and no tools are there any more',
    client: 'chat',
    models: NOT_CHAT,
    body: { messages: [user('a'), assistant(null, ...CALLS), SNOW, SUN, user('c')] },
    sent: BOTH,
  },

  messages(
    'text stands before the results',
    [
      user('a'),
      { role: 'assistant', content: TOOL_USES },
      { role: 'user', content: [{ type: 'text', text: 'wait' }, ...RESULTS] },
    ],
    [...BOTH, /wait/u],
  ),
  messages(
    'text stands between the results',
    [
      user('a'),
      { role: 'assistant', content: TOOL_USES },
      { role: 'user', content: [RESULTS[0], { type: 'text', text: 'wait' }, RESULTS[1]] },
    ],
    [...BOTH, /wait/u],
  ),
  messages(
    'results stand in two messages',
    [
      user('a'),
      { role: 'assistant', content: TOOL_USES },
      { role: 'user', content: [RESULTS[0]] },
      { role: 'user', content: [RESULTS[1]] },
    ],
    BOTH,
  ),
  messages(
    'a message of text stands between calls and results',
    [user('a'), { role: 'assistant', content: TOOL_USES }, user('wait'), { role: 'user', content: RESULTS }],
    [...BOTH, /wait/u],
  ),
  messages(
    'a result of a tool is missing',
    [
      user('a'),
      { role: 'assistant', content: TOOL_USES },
      { role: 'user', content: [RESULTS[0], { type: 'text', text: 'b' }] },
    ],
    [/snow/u],
  ),
  messages(
    'text stands behind a call',
    [
      user('a'),
      { role: 'assistant', content: [TOOL_USES[0], { type: 'text', text: 'so' }] },
      { role: 'user', content: [RESULTS[0]] },
    ],
    [/snow/u],
  ),
  messages('the answer was begun', [user('a'), assistant('It is')]),
  messages('the assistant begins', [assistant('Welcome!'), user('a')]),

  items('the assistant begins', [{ role: 'assistant', content: 'Welcome!' }, ASK]),
  items(
    'outputs come last of all',
    [ASK, ...ITEM_CALLS, { role: 'user', content: 'wait' }, SUN_ITEM, SNOW_ITEM],
    BOTH,
  ),
  items(
    'each call has its output behind it',
    [ASK, ITEM_CALLS[0] ?? {}, SNOW_ITEM, ITEM_CALLS[1] ?? {}, SUN_ITEM],
    BOTH,
  ),
  items(
    'a developer speaks between calls and outputs',
    [ASK, ...ITEM_CALLS, { role: 'developer', content: 'Be brief.' }, SNOW_ITEM, SUN_ITEM],
    [...BOTH, /Be brief\./u],
  ),
  items(
    'reasoning and text stand between calls and outputs',
    [
      ASK,
      ITEM_CALLS[0] ?? {},
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] },
      { role: 'assistant', content: 'so' },
      ITEM_CALLS[1] ?? {},
      SNOW_ITEM,
      SUN_ITEM,
    ],
    BOTH,
  ),
  items('an output is missing', [ASK, ...ITEM_CALLS, SUN_ITEM, ASK], [/sun/u]),
  items('an output has no call', [ASK, SUN_ITEM, ASK]),
  items('the developer alone speaks', [{ role: 'developer', content: 'Say hello.' }]),
  items(
    'a developer speaks in the middle',
    [ASK, { role: 'developer', content: 'Be brief.' }, ASK],
    [/Be brief\./u],
  ),

  gemini('the model begins', [turn('model', { text: 'Welcome!' }), turn('user', { text: 'a' })]),
  gemini('the model calls first', [turn('model', functionCall), turn('user', functionResponse)], [/snow/u]),
  gemini(
    'text stands before a response',
    [
      turn('user', { text: 'a' }),
      turn('model', functionCall, functionCall),
      turn('user', { text: 'wait' }, functionResponse, functionResponse),
    ],
    [/snow/u, /wait/u],
  ),
  gemini(
    'responses stand in two turns',
    [
      turn('user', { text: 'a' }),
      turn('model', functionCall, functionCall),
      turn('user', functionResponse),
      turn('user', functionResponse),
    ],
    [/snow/u],
  ),
  gemini(
    'a response is missing',
    [
      turn('user', { text: 'a' }),
      turn('model', functionCall, functionCall),
      turn('user', functionResponse, { text: 'c' }),
    ],
    [/snow/u],
  ),
  gemini('the model was stopped in a call', [
    turn('user', { text: 'a' }),
    turn('model', functionCall),
    turn('user', { text: 'c' }),
  ]),
  gemini(
    'a response has the role of functions',
    [
      turn('user', { text: 'a' }),
      turn('model', functionCall),
      { role: 'function', parts: [functionResponse] },
    ],
    [/snow/u],
  ),
  gemini('the model speaks last', [turn('user', { text: 'a' }), turn('model', { text: 'It is' })]),
];
