import {
  assistant,
  CITY,
  geminiTools,
  responsesTool,
  turn,
  user,
  type TranslationCase,
} from './translation-case.ts';
import {
  BEDROCK,
  DEEPSEEK,
  FLASH,
  GEMINI_3,
  GITHUB,
  MISTRAL,
  NOT_RESPONSES,
  NOVA,
  OPUS,
  SONNET,
} from './vendors.ts';

const CODEX_TOOLS = [
  {
    type: 'namespace',
    name: 'functions',
    description: '',
    tools: [
      { type: 'custom', name: 'exec', description: 'run' },
      { type: 'function', name: 'wait', parameters: { type: 'object', properties: {} } },
    ],
  },
];
const ASK = { role: 'user', content: 'go' };

/** What a dialect has got lately: it becomes what the provider has for it, or is refused by its name. */
export const ELEMENTS: readonly TranslationCase[] = [
  {
    name: 'additional tools stand among the input',
    client: 'responses',
    models: NOT_RESPONSES,
    body: { input: [{ type: 'additional_tools', role: 'developer', tools: CODEX_TOOLS }, ASK] },
    sent: [/"(?:tools|functionDeclarations|toolSpec)"/u, /exec/u, /wait/u],
  },
  {
    name: 'additional tools stand behind a call of one of them',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      tools: [responsesTool('first')],
      input: [
        { type: 'additional_tools', role: 'developer', tools: [responsesTool('second')] },
        ASK,
        { type: 'function_call', call_id: 'call_1', name: 'second', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'snow' },
        { type: 'additional_tools', role: 'developer', tools: [responsesTool('third')] },
        ASK,
      ],
    },
    sent: [/first/u, /second/u, /third/u],
  },
  {
    name: 'a custom tool of a namespace was called',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      input: [
        { type: 'additional_tools', role: 'developer', tools: CODEX_TOOLS },
        ASK,
        { type: 'custom_tool_call', call_id: 'call_1', name: 'exec', namespace: 'functions', input: 'ls' },
        { type: 'custom_tool_call_output', call_id: 'call_1', output: 'a.txt' },
      ],
    },
    sent: [/exec/u, /a\.txt/u],
  },
  {
    name: 'a tool search that the client runs has found a tool',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      tools: [
        { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: CITY },
        { ...responsesTool('near'), defer_loading: true },
      ],
      input: [
        ASK,
        {
          type: 'tool_search_call',
          call_id: 'call_1',
          execution: 'client',
          status: 'completed',
          arguments: { city: 'Oslo' },
        },
        {
          type: 'tool_search_output',
          call_id: 'call_1',
          execution: 'client',
          status: 'completed',
          tools: [responsesTool('found_later')],
        },
        ASK,
      ],
    },
    sent: [/found_later/u],
  },
  {
    name: 'the local shell was called',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      tools: [{ type: 'local_shell' }],
      input: [
        ASK,
        {
          type: 'local_shell_call',
          call_id: 'call_1',
          status: 'completed',
          action: { type: 'exec', command: ['ls'], env: {} },
        },
        { type: 'local_shell_call_output', call_id: 'call_1', output: 'a.txt' },
      ],
    },
    sent: [/local_shell/u, /a\.txt/u],
  },
  {
    name: 'an item refers to one that OpenAI stored',
    client: 'responses',
    models: [SONNET, FLASH, BEDROCK, MISTRAL],
    body: { input: [{ type: 'item_reference', id: 'msg_0123456789' }, ASK] },
    refused: /input\[0\] names an item by its id/u,
  },
  {
    name: 'an item is of a kind that nobody knows',
    client: 'responses',
    models: [SONNET, FLASH, BEDROCK, MISTRAL, DEEPSEEK],
    body: { input: [ASK, { type: 'premonition', id: 'p_1', content: [] }] },
    refused: /premonition/u,
  },
  {
    name: 'a tool is of a kind that nobody knows',
    client: 'responses',
    models: [SONNET, FLASH, BEDROCK, MISTRAL, GITHUB],
    body: { tools: [{ type: 'premonition', name: 'p' }], input: 'go' },
    refused: /premonition/u,
  },
  {
    name: 'a tool is of a kind that nobody knows, among other input',
    client: 'responses',
    models: [SONNET, GEMINI_3, NOVA],
    body: {
      input: [
        { type: 'additional_tools', role: 'developer', tools: [{ type: 'premonition', name: 'p' }] },
        ASK,
      ],
    },
    refused: /premonition/u,
  },
  {
    name: 'a part of a message is of a kind that nobody knows',
    client: 'responses',
    models: [SONNET, FLASH, BEDROCK, MISTRAL],
    body: { input: [{ role: 'user', content: [{ type: 'input_smell', smell: 'x' }] }] },
    refused: /input_smell/u,
  },
  {
    name: 'a block is of a kind that nobody knows',
    client: 'messages',
    models: ['oai/gpt-4.1', FLASH, BEDROCK, MISTRAL],
    body: { max_tokens: 100, messages: [user([{ type: 'smell', smell: 'x' }])] },
    refused: /smell/u,
  },
  {
    name: 'a part of a chat is of a kind that nobody knows',
    client: 'chat',
    models: [SONNET, FLASH, BEDROCK],
    body: { messages: [user([{ type: 'smell', smell: 'x' }])] },
    refused: /smell/u,
  },
  {
    name: 'a part of a content is of a kind that nobody knows',
    client: 'gemini',
    models: ['oai/gpt-4.1', SONNET, BEDROCK, MISTRAL],
    body: { contents: [turn('user', { smell: { x: 1 } })] },
    refused: /smell|part/u,
  },
  {
    name: 'tools that OpenAI runs stand beside one of the client’s',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      tools: [{ type: 'web_search', external_web_access: true }, responsesTool('mine')],
      input: 'go',
    },
    sent: [/mine/u],
    dropped: ['tools.web_search'],
  },
  {
    name: 'items of a tool that OpenAI ran stand in the conversation',
    client: 'responses',
    models: NOT_RESPONSES,
    body: {
      input: [
        ASK,
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'found', annotations: [] }],
        },
        ASK,
      ],
    },
    dropped: ['input.web_search_call'],
  },
  {
    name: 'tools of Anthropic’s own types stand beside one of the client’s',
    client: 'messages',
    models: ['oai/gpt-4.1', FLASH, BEDROCK, NOVA, MISTRAL],
    body: {
      max_tokens: 100,
      messages: [user('a')],
      tools: [
        { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
        { type: 'custom', name: 'mine', description: 'A tool.', input_schema: CITY },
      ],
    },
    sent: [/mine/u],
    dropped: ['tools.web_search'],
  },
  {
    name: 'tools that Google runs stand beside one of the client’s',
    client: 'gemini',
    models: ['oai/gpt-4.1', SONNET, OPUS, BEDROCK, MISTRAL],
    body: {
      contents: [turn('user', { text: 'a' })],
      tools: [
        { googleSearch: {} },
        { functionDeclarations: [{ name: 'mine', description: 'd', parametersJsonSchema: CITY }] },
      ],
    },
    sent: [/mine/u],
    dropped: ['tools.googleSearch'],
  },
  {
    name: 'a tool is declared in both of Gemini’s spellings',
    client: 'gemini',
    models: ['oai/gpt-4.1', SONNET, BEDROCK, MISTRAL],
    body: {
      contents: [turn('user', { text: 'a' })],
      tools: [{ function_declarations: [{ name: 'mine', description: 'd', parameters_json_schema: CITY }] }],
    },
    sent: [/mine/u],
  },
  {
    name: 'functions are called as they were before there were tools',
    client: 'chat',
    models: [SONNET, FLASH, BEDROCK, NOVA],
    body: {
      functions: [{ name: 'get_city', parameters: CITY }],
      function_call: 'auto',
      messages: [
        user('a'),
        { ...assistant(null), function_call: { name: 'get_city', arguments: '{"city":"Oslo"}' } },
        { role: 'function', name: 'get_city', content: 'snow' },
        user('b'),
      ],
    },
    sent: [/get_city/u, /snow/u],
  },
  {
    name: 'a tool without parameters',
    client: 'gemini',
    models: ['oai/gpt-4.1', 'oai/gpt-5', SONNET, BEDROCK, NOVA, MISTRAL, GITHUB, DEEPSEEK],
    body: {
      contents: [turn('user', { text: 'a' })],
      ...geminiTools({ name: 'list_all', description: 'd' }),
    },
    sent: [/list_all/u],
  },
];
