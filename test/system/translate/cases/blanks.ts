import {
  assistant,
  chatCall,
  chatTool,
  geminiTools,
  messagesTool,
  PNG,
  responsesTool,
  toolResult,
  turn,
  user,
  type TranslationCase,
} from './translation-case.ts';
import { NOT_CHAT, NOT_GEMINI, NOT_MESSAGES, NOT_RESPONSES } from './vendors.ts';

const SEES_NOTHING = /deepseek|llama|gpt-oss|nova-micro/u;
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };

function chat(name: string, said: readonly object[]): TranslationCase {
  const body = { tools: [chatTool('get_city')], messages: said };
  return { name, client: 'chat', models: NOT_CHAT, body };
}
function messages(name: string, turns: readonly object[], more: object = {}): TranslationCase {
  const body = { max_tokens: 100, tools: [messagesTool('get_city')], messages: turns, ...more };
  return { name, client: 'messages', models: NOT_MESSAGES, body };
}
function items(name: string, input: readonly object[], more: object = {}): TranslationCase {
  return {
    name,
    client: 'responses',
    models: NOT_RESPONSES,
    body: { tools: [responsesTool('get_city')], input, ...more },
  };
}
function gemini(name: string, contents: readonly object[], more: object = {}): TranslationCase {
  const declaration = { name: 'get_city', description: 'd', parameters: { type: 'OBJECT', properties: {} } };
  return {
    name,
    client: 'gemini',
    models: NOT_GEMINI,
    body: { ...geminiTools(declaration), contents, ...more },
  };
}

/** Texts of which nothing is to be seen, wherever a text may stand. */
export const BLANKS: readonly TranslationCase[] = [
  ...['', '  ', '\n\t', '\u00a0'].flatMap((blank): TranslationCase[] => {
    const shown = JSON.stringify(blank);
    return [
      chat(`the system says ${shown}`, [{ role: 'system', content: blank }, user('a')]),
      chat(`the user says ${shown}`, [user('a'), assistant('b'), user(blank)]),
      chat(`the assistant says ${shown}`, [user('a'), assistant(blank), user('b')]),
      chat(`a tool says ${shown}`, [
        user('a'),
        assistant(blank, chatCall('call_1', 'get_city')),
        toolResult('call_1', blank),
      ]),
      messages(`the system says ${shown}`, [user([{ type: 'text', text: 'a' }])], {
        system: [{ type: 'text', text: blank }],
      }),
      messages(`the user says ${shown} beside a call’s result`, [
        user('a'),
        {
          role: 'assistant',
          content: [
            { type: 'text', text: blank },
            { type: 'tool_use', id: 'toolu_1', name: 'get_city', input: {} },
          ],
        },
        user([
          { type: 'tool_result', tool_use_id: 'toolu_1', content: blank },
          { type: 'text', text: blank },
        ]),
      ]),
      items(
        `the developer, the assistant and an output say ${shown}`,
        [
          { role: 'developer', content: blank },
          { role: 'user', content: 'a' },
          { role: 'assistant', content: [{ type: 'output_text', text: blank, annotations: [] }] },
          { type: 'function_call', call_id: 'call_1', name: 'get_city', arguments: blank },
          { type: 'function_call_output', call_id: 'call_1', output: blank },
        ],
        { instructions: blank },
      ),
      gemini(
        `the system, the model and a response say ${shown}`,
        [
          turn('user', { text: 'a' }),
          turn('model', { text: blank }, { functionCall: { name: 'get_city', args: {} } }),
          turn(
            'user',
            { functionResponse: { name: 'get_city', response: { output: blank } } },
            { text: blank },
          ),
        ],
        { systemInstruction: { parts: [{ text: blank }] } },
      ),
    ];
  }),
  chat('the user says nothing at all', [user('a'), assistant('b'), user([])]),
  chat('the assistant says null', [user('a'), assistant(null), user('b')]),
  chat('the assistant has no content', [user('a'), { role: 'assistant' }, user('b')]),
  chat('one of the user’s parts is blank', [
    user([
      { type: 'text', text: ' ' },
      { type: 'text', text: 'a' },
    ]),
  ]),
  chat('blank is all that was said', [user('  ')]),
  chat('a blank text stands beside an image', [
    user([
      { type: 'text', text: '' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
    ]),
  ]),
  {
    ...messages('a blank text stands beside an image', [user([{ type: 'text', text: '' }, IMAGE])]),
    models: NOT_MESSAGES.filter((model) => !SEES_NOTHING.test(model)),
  },
  messages('a result has no content', [
    user('a'),
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_city', input: {} }] },
    user([{ type: 'tool_result', tool_use_id: 'toolu_1' }]),
  ]),
  messages('a result has an empty list of content', [
    user('a'),
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_city', input: {} }] },
    user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: [], is_error: true }]),
  ]),
  messages('the assistant has an empty list of content', [user('a'), assistant([]), user('b')]),
  items('the user’s content is empty', [
    { role: 'user', content: 'a' },
    { role: 'user', content: [] },
  ]),
  items('an output is an empty list', [
    { role: 'user', content: 'a' },
    { type: 'function_call', call_id: 'call_1', name: 'get_city', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_1', output: [] },
  ]),
  gemini('a response is empty', [
    turn('user', { text: 'a' }),
    turn('model', { functionCall: { name: 'get_city' } }),
    turn('user', { functionResponse: { name: 'get_city', response: {} } }),
  ]),
  gemini('a turn has no parts', [turn('user', { text: 'a' }), turn('model'), turn('user', { text: 'b' })]),
];
