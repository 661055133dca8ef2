import {
  chatTool,
  CITY,
  geminiTools,
  messagesTool,
  responsesTool,
  turn,
  user,
  type TranslationCase,
} from './translation-case.ts';
import {
  DEEPSEEK,
  FLASH,
  GEMINI_3,
  GITHUB,
  GITHUB_5,
  GPT_4,
  GPT_5,
  GPT_OSS,
  GROK,
  LLAMA,
  MAGISTRAL,
  MISTRAL,
  NOT_CHAT,
  NOT_GEMINI,
  NOT_MESSAGES,
  NOT_RESPONSES,
  NOVA,
  O3,
  OLD_FLASH,
  OLD_HAIKU,
  OPUS,
} from './vendors.ts';

const EFFORT = /effort|reasoning|thinking/iu;
const ASK = { messages: [user('a')] };
const MESSAGES = { max_tokens: 100, ...ASK };
const CONTENTS = { contents: [turn('user', { text: 'a' })] };
const CHATS = [...NOT_CHAT, OLD_HAIKU, OLD_FLASH];
const CONTENTS_MODELS = [...NOT_GEMINI, O3, OLD_HAIKU, MAGISTRAL];
const MESSAGES_MODELS = [...NOT_MESSAGES, O3, OLD_FLASH, MAGISTRAL];
const RESPONSES_MODELS = [...NOT_RESPONSES, OLD_HAIKU, OLD_FLASH, MAGISTRAL, GITHUB_5];

function chat(name: string, options: object, more: Partial<TranslationCase> = {}): TranslationCase {
  return { name, client: 'chat', models: CHATS, body: { ...ASK, ...options }, ...more };
}
function messages(name: string, options: object, more: Partial<TranslationCase> = {}): TranslationCase {
  return { name, client: 'messages', models: MESSAGES_MODELS, body: { ...MESSAGES, ...options }, ...more };
}
function responses(name: string, options: object, more: Partial<TranslationCase> = {}): TranslationCase {
  return { name, client: 'responses', models: RESPONSES_MODELS, body: { input: 'a', ...options }, ...more };
}
function gemini(name: string, config: object, more: Partial<TranslationCase> = {}): TranslationCase {
  const body = { ...CONTENTS, generationConfig: config };
  return { name, client: 'gemini', models: CONTENTS_MODELS, body, ...more };
}

const TOOLS = { tools: [chatTool('get_city')] };
const DECLARED = geminiTools({ name: 'get_city', description: 'd', parametersJsonSchema: CITY });
const CLAUDE_CODE_USER = JSON.stringify({ device_id: 'd'.repeat(64), account_uuid: '', session_id: 's-1' });

/** Vendors that speak the dialect of OpenAI's chats, and refuse words of it. */
const OTHER_CHATS = [MISTRAL, MAGISTRAL, LLAMA, GPT_OSS, GITHUB_5, DEEPSEEK, GROK];

/** Options that one model takes and another refuses. */
export const OPTIONS: readonly TranslationCase[] = [
  chat(
    'OpenAI’s own options at vendors of its dialect',
    {
      logit_bias: { 1: 2 },
      seed: 7,
      user: 'u',
      stop: 'X',
      presence_penalty: 0.5,
      reasoning_effort: 'minimal',
    },
    { models: OTHER_CHATS },
  ),
  chat(
    'options that Mistral has not, or calls otherwise',
    { seed: 7, user: 'u', metadata: { a: 'b' }, store: true, max_completion_tokens: 9 },
    {
      models: [MISTRAL],
      sent: [/"random_seed":7/u, /"max_tokens":9/u],
      dropped: ['user', 'store'],
    },
  ),
  messages(
    'an effort for a model that has none',
    { max_tokens: 4_096, thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    { models: [GPT_4, LLAMA, MISTRAL, GITHUB, GROK, NOVA, OLD_FLASH], notSent: [EFFORT] },
  ),
  messages(
    'an effort for a model that has one',
    { max_tokens: 4_096, thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    { models: [GPT_5, O3, GPT_OSS, GITHUB_5, FLASH, GEMINI_3], sent: [EFFORT] },
  ),
  ...['none', 'minimal', 'low', 'medium', 'high', 'xhigh'].flatMap((effort) => [
    chat(`the effort ${effort}`, { reasoning_effort: effort }),
    responses(`the effort ${effort}, with a summary`, { reasoning: { effort, summary: 'auto' } }),
  ]),
  ...['low', 'medium', 'high', 'xhigh', 'max'].map((effort) =>
    messages(`the effort ${effort}`, { max_tokens: 8_000, output_config: { effort } }),
  ),
  ...[0, -1, 1, 512, 24_576, 1_000_000].map((thinkingBudget) =>
    gemini(`a budget of ${thinkingBudget} tokens for thinking`, { thinkingConfig: { thinkingBudget } }),
  ),
  ...['minimal', 'low', 'high'].map((thinkingLevel) =>
    gemini(`the level ${thinkingLevel} of thinking`, {
      thinkingConfig: { thinkingLevel, includeThoughts: true },
    }),
  ),
  gemini('a budget for thinking that is larger than the limit', {
    maxOutputTokens: 500,
    thinkingConfig: { thinkingBudget: 24_576 },
  }),
  chat('a budget for thinking that is larger than the limit', {
    max_tokens: 1_000,
    thinking: { type: 'enabled', budget_tokens: 8_000 },
  }),
  messages('thinking with a budget', {
    max_tokens: 4_000,
    thinking: { type: 'enabled', budget_tokens: 2_000 },
  }),
  messages('no thinking', { thinking: { type: 'disabled' } }),
  messages('thinking, and a tool that has to be called', {
    max_tokens: 4_000,
    thinking: { type: 'enabled', budget_tokens: 2_000 },
    tools: [messagesTool('get_city')],
    tool_choice: { type: 'auto' },
  }),
  chat('thinking, and a tool that has to be called', {
    ...TOOLS,
    reasoning_effort: 'high',
    tool_choice: 'required',
  }),

  messages(
    'sampling for models that reason',
    { temperature: 0.2, top_p: 0.9, stop_sequences: ['END'] },
    {
      models: [GPT_5, O3, GITHUB_5],
      notSent: [/temperature|top_p|stop/u],
      dropped: ['temperature', 'top_p', 'stop_sequences'],
    },
  ),
  gemini(
    'sampling and penalties for models that reason',
    { temperature: 0.2, topP: 0.9, stopSequences: ['END'], presencePenalty: 0.5, frequencyPenalty: 0.5 },
    { models: [GPT_5, O3, GITHUB_5, GROK, OPUS] },
  ),
  ...[0, 0.5, 1, 1.5, 1.7, 2].flatMap((temperature) => [
    chat(`the temperature ${temperature}`, { temperature }),
    gemini(`the temperature ${temperature}`, { temperature }),
    responses(`the temperature ${temperature}`, { temperature }),
  ]),
  chat('a temperature and a top_p', { temperature: 0.5, top_p: 0.9 }),
  gemini('a temperature, a topP and a topK', { temperature: 0.5, topP: 0.9, topK: 40 }),
  messages('a temperature, a top_p and a top_k', { temperature: 0.5, top_p: 0.9, top_k: 40 }),
  gemini('a topP of nothing, and of all', { topP: 0 }),
  chat('a temperature and a top_p beside thinking', {
    temperature: 0.2,
    top_p: 0.5,
    top_k: 5,
    reasoning_effort: 'medium',
    max_tokens: 8_000,
  }),

  ...Object.entries({
    'a blank one': ['\n', 'Observation:'],
    'an empty one': ['', 'x'],
    'blank ones alone': [' ', '\n\n'],
    six: ['a1', 'b2', 'c3', 'd4', 'e5', 'f6'],
    'one that is long': ['x'.repeat(300)],
  }).flatMap(([what, stops]) => [
    chat(`stops: ${what}`, { stop: stops }),
    messages(`stops: ${what}`, { stop_sequences: stops }),
    gemini(`stops: ${what}`, { stopSequences: stops }),
  ]),

  chat('no limit on tokens', {}),
  chat('a limit on tokens beyond every model’s', { max_tokens: 1_000_000 }),
  messages('a limit on tokens beyond most models’', { max_tokens: 128_000 }),
  gemini('a limit on tokens beyond most models’', { maxOutputTokens: 200_000 }),
  responses('a limit on tokens beyond most models’', { max_output_tokens: 200_000 }),
  messages('one token', { max_tokens: 1 }),
  gemini('one token', { maxOutputTokens: 1 }),
  messages(
    'a limit on tokens for models that reason',
    { max_tokens: 100 },
    { models: [GPT_5, O3, GITHUB_5], sent: [/"max_completion_tokens":100\b/u], notSent: [/"max_tokens"/u] },
  ),

  gemini('a seed', { seed: 7 }),
  gemini('a seed that is negative', { seed: -7 }),
  chat('a seed and penalties', { seed: 7, presence_penalty: 1, frequency_penalty: -1 }),
  gemini('penalties', { presencePenalty: 1, frequencyPenalty: 1 }),
  gemini('a topK', { topK: 40 }),
  messages('a user as Claude Code names it', { metadata: { user_id: CLAUDE_CODE_USER } }),
  messages('a user by their address', { metadata: { user_id: 'a user@example.com' } }),
  messages('no user', { metadata: {} }),
  chat('users and metadata', {
    user: 'a user@example.com',
    safety_identifier: 'x'.repeat(200),
    metadata: { a: 'b' },
    store: true,
  }),
  responses('users and metadata', {
    user: 'u'.repeat(300),
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    service_tier: 'auto',
    store: false,
  }),
  messages('what Anthropic’s clients send of late', {
    service_tier: 'auto',
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    cache_control: { type: 'ephemeral' },
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [user([{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }])],
    tools: [
      { ...messagesTool('get_city'), cache_control: { type: 'ephemeral' }, eager_input_streaming: true },
    ],
  }),
  chat('what OpenAI’s clients send of late', {
    logprobs: true,
    top_logprobs: 3,
    logit_bias: { '50256': -100 },
    verbosity: 'low',
    prediction: { type: 'content', content: 'x' },
    prompt_cache_key: 'k',
    service_tier: 'flex',
  }),
  gemini('what Google’s clients send of late', {
    responseLogprobs: true,
    logprobs: 3,
    mediaResolution: 'MEDIA_RESOLUTION_LOW',
    enableEnhancedCivicAnswers: true,
  }),

  gemini('JSON without a word of it', { responseMimeType: 'application/json' }),
  chat('JSON without a word of it', { response_format: { type: 'json_object' } }),
  responses('JSON without a word of it', { text: { format: { type: 'json_object' } } }),
  gemini('JSON of a list', {
    responseMimeType: 'application/json',
    responseSchema: { type: 'ARRAY', items: { type: 'STRING' } },
  }),
  gemini('JSON of a choice', {
    responseMimeType: 'application/json',
    responseJsonSchema: { type: 'string', enum: ['a', 'b'] },
  }),
  gemini('JSON of an object with optional and nested members', {
    responseMimeType: 'application/json',
    responseSchema: {
      type: 'OBJECT',
      properties: {
        a: { type: 'STRING', nullable: true },
        b: { type: 'ARRAY', items: { type: 'OBJECT', properties: { c: { type: 'INTEGER' } } } },
      },
      required: ['a'],
    },
  }),
  messages('JSON of a schema', {
    output_config: { format: { type: 'json_schema', schema: { ...CITY, additionalProperties: false } } },
  }),
  chat('JSON of a schema, strict', {
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'city', strict: true, schema: { ...CITY, additionalProperties: false } },
    },
  }),
  chat('JSON of a schema with a name that is none', {
    response_format: { type: 'json_schema', json_schema: { name: 'the city!', schema: CITY } },
  }),
  responses('JSON of a schema', {
    text: { format: { type: 'json_schema', name: 'city', schema: CITY, strict: false } },
  }),
  chat('JSON beside tools', { ...TOOLS, response_format: { type: 'json_object' } }, { sent: [/get_city/u] }),
  chat(
    'JSON of a schema beside tools',
    {
      ...TOOLS,
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema: CITY } },
    },
    { sent: [/get_city/u] },
  ),
  responses(
    'JSON of a schema beside tools',
    {
      tools: [responsesTool('get_city')],
      text: { format: { type: 'json_schema', name: 'city', schema: CITY } },
    },
    { sent: [/get_city/u] },
  ),
  messages(
    'JSON of a schema beside tools',
    {
      tools: [messagesTool('get_city')],
      output_config: { format: { type: 'json_schema', schema: { ...CITY, additionalProperties: false } } },
    },
    { sent: [/get_city/u] },
  ),
  {
    name: 'JSON beside tools',
    client: 'gemini',
    models: CONTENTS_MODELS,
    body: { ...DECLARED, ...CONTENTS, generationConfig: { responseMimeType: 'application/json' } },
    sent: [/get_city/u],
  },

  ...(['auto', 'none', 'required'] as const).flatMap((choice) => [
    chat(`tools are ${choice}, and not side by side`, {
      ...TOOLS,
      tool_choice: choice,
      parallel_tool_calls: false,
    }),
    responses(`tools are ${choice}, and not side by side`, {
      tools: [responsesTool('get_city')],
      tool_choice: choice,
      parallel_tool_calls: false,
    }),
  ]),
  messages('tools that have to be called, and not side by side', {
    tools: [messagesTool('get_city')],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
  }),
  messages('one tool that has to be called', {
    tools: [messagesTool('get_city'), messagesTool('get_land')],
    tool_choice: { type: 'tool', name: 'get_city' },
  }),
  messages('tools that may not be called', {
    tools: [messagesTool('get_city')],
    tool_choice: { type: 'none' },
  }),
  {
    name: 'tools that have to be called',
    client: 'gemini',
    models: CONTENTS_MODELS,
    body: { ...DECLARED, ...CONTENTS, toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
  },
  {
    name: 'a choice among tools of which there is none',
    client: 'chat',
    models: CHATS,
    body: { ...ASK, tools: [], tool_choice: 'auto', parallel_tool_calls: true },
  },
];
