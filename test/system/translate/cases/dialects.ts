import {
  assistant,
  chatCall,
  chatTool,
  geminiTools,
  messagesTool,
  PDF,
  PNG,
  toolResult,
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
  GPT_4,
  GPT_5,
  MISTRAL,
  NOT_CHAT,
  NOT_GEMINI,
  NOVA,
  OPUS,
  SONNET,
} from './vendors.ts';

const LLAMA_ON_BEDROCK = 'bed/us.meta.llama3-3-70b-instruct-v1:0';
const ASK = [user('look')];
const MARK = { type: 'ephemeral', ttl: '1h' };
const CALLED = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'snow' };
const DECLARED = geminiTools({
  name: 'look',
  description: 'd',
  parameters: { type: 'OBJECT', properties: {} },
});

/** As pydantic describes a field whose type is another model. */
const DESCRIBED = {
  type: 'object',
  properties: { role: { $ref: '#/$defs/Role', description: 'what they do' } },
  required: ['role'],
  additionalProperties: false,
  $defs: { Role: { type: 'string', enum: ['cook', 'guest'] } },
};
const REFERENCE_ALONE = /"anyOf":\[\{"\$ref":"#\/\$defs\/Role"\}\]/u;

function marked(content: string): object {
  return user([{ type: 'text', text: content, cache_control: MARK }]);
}

/** What is right in one dialect, or wide-spread, and has to be said otherwise in another. */
export const DIALECTS: readonly TranslationCase[] = [
  {
    name: 'a tool is forced in Mistral’s word',
    client: 'chat',
    models: NOT_CHAT,
    body: { tools: [chatTool('look')], tool_choice: 'any', messages: ASK },
    sent: [/"any"|"ANY"|"any":\{\}/u],
  },
  {
    name: 'a choice among tools that nobody knows',
    client: 'chat',
    models: [SONNET, FLASH],
    body: { tools: [chatTool('look')], tool_choice: 'always', messages: ASK },
    refused: /tool_choice is always/u,
  },
  {
    name: 'a choice among tools that nobody knows',
    client: 'messages',
    models: [GPT_4, FLASH],
    body: { max_tokens: 100, tools: [messagesTool('look')], tool_choice: { type: 'always' }, messages: ASK },
    refused: /tool_choice is of type always/u,
  },
  {
    name: 'a mode of calling that nobody knows',
    client: 'gemini',
    models: [GPT_4, SONNET],
    body: {
      ...DECLARED,
      toolConfig: { functionCallingConfig: { mode: 'ALWAYS' } },
      contents: [turn('user', { text: 'look' })],
    },
    refused: /mode ALWAYS/u,
  },
  {
    name: 'no tool is to be called once one was',
    client: 'messages',
    models: [NOVA],
    body: {
      max_tokens: 100,
      tools: [messagesTool('look')],
      tool_choice: { type: 'none' },
      messages: [...ASK, assistant([CALLED]), user([RESULT])],
    },
    sent: [/without calling a tool/u],
    dropped: ['tool_choice'],
  },
  {
    name: 'messages name who speaks',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      messages: [{ role: 'user', name: 'anna', content: 'hi' }, assistant('ho'), user('look')],
    },
    dropped: ['messages.name'],
  },
  {
    name: 'the user is an address',
    client: 'chat',
    models: [SONNET, OPUS],
    body: { user: 'anna@example.com', messages: ASK },
    sent: [/"user_id":"[0-9a-f]{64}"/u],
    notSent: [/example\.com/u],
  },
  {
    name: 'the user is a telephone',
    client: 'chat',
    models: [SONNET, OPUS],
    body: { user: '+49 30 1234567', messages: ASK },
    notSent: [/1234567/u],
  },
  {
    name: 'thinking is switched on and no more',
    client: 'chat',
    models: [SONNET, OPUS, FLASH, GEMINI_3, BEDROCK],
    body: { reasoning: { enabled: true, exclude: true }, messages: ASK },
    sent: [/adaptive|enabled|thinkingBudget|thinkingLevel/u],
    notSent: [/"includeThoughts":true|summarized/u],
  },
  {
    name: 'calls and results without ids',
    client: 'chat',
    models: NOT_CHAT,
    body: {
      tools: [chatTool('look'), chatTool('listen')],
      messages: [
        ...ASK,
        assistant(null, chatCall('', 'look'), chatCall('', 'listen')),
        toolResult('', 'snow'),
        toolResult('', 'wind'),
      ],
    },
    sent: [/snow.*wind/u],
    notSent: [/No result was given|A result of/u],
  },
  {
    name: 'the last message is blank',
    client: 'chat',
    models: NOT_CHAT,
    body: { messages: [...ASK, assistant('snow'), user(' ')] },
    sent: [/Continue\./u],
  },
  {
    name: 'a character that was cut in half',
    client: 'chat',
    models: NOT_CHAT,
    body: { messages: [user('cut \ud83d'), assistant('\\ud83d'), user('\u{1f600}')] },
    sent: [/cut (?:\ufffd|\\ufffd)/u, /\\\\ud83d/u, /\u{1f600}/u],
    notSent: [/[^\\]\\ud83d/u],
  },
  {
    name: 'more marks for the cache than there may be',
    client: 'messages',
    models: [NOVA],
    body: {
      max_tokens: 100,
      system: [{ type: 'text', text: 'be kind', cache_control: MARK }],
      tools: [{ ...messagesTool('look'), cache_control: MARK }],
      messages: [marked('a'), assistant('b'), marked('c'), assistant('d'), marked('e'), marked('f')],
    },
    sent: [/(?:cachePoint.*){4}/u],
    notSent: [/(?:cachePoint.*){5}/u, /"ttl"/u],
  },
  {
    name: 'marks for a cache that the model has not',
    client: 'messages',
    models: [LLAMA_ON_BEDROCK],
    body: {
      max_tokens: 100,
      system: [{ type: 'text', text: 'be kind', cache_control: MARK }],
      tools: [{ ...messagesTool('look'), cache_control: MARK }],
      messages: [marked('a')],
    },
    notSent: [/cachePoint/u],
  },
  {
    name: 'a description stands beside a reference',
    client: 'messages',
    models: [GPT_4, GPT_5, GITHUB, FLASH, GEMINI_3],
    body: {
      max_tokens: 100,
      tools: [{ ...messagesTool('look', DESCRIBED), strict: true }],
      messages: ASK,
    },
    sent: [REFERENCE_ALONE, /what they do/u],
  },
  {
    name: 'a description stands beside a reference in the schema of the answer',
    client: 'responses',
    models: [GITHUB, FLASH, GEMINI_3],
    body: {
      text: { format: { type: 'json_schema', name: 'person', strict: true, schema: DESCRIBED } },
      input: 'who?',
    },
    sent: [REFERENCE_ALONE, /what they do/u],
  },
  {
    name: 'a tool is called as packages call the one that stands for a schema',
    client: 'messages',
    models: [NOVA, FLASH],
    body: {
      max_tokens: 100,
      tools: [messagesTool('json')],
      output_config: { format: { type: 'json_schema', schema: DESCRIBED } },
      messages: ASK,
    },
    sent: [/"json_[A-Za-z0-9]{8}"/u],
  },
  {
    name: 'a result is no object',
    client: 'gemini',
    models: NOT_GEMINI,
    body: {
      ...DECLARED,
      contents: [
        turn('user', { text: 'look' }),
        turn(
          'model',
          { functionCall: { name: 'look', args: {} } },
          { functionCall: { name: 'look', args: {} } },
        ),
        turn(
          'user',
          { functionResponse: { name: 'look', response: 'deep snow' } },
          { functionResponse: { name: 'look', response: ['wind', 7] } },
        ),
      ],
    },
    sent: [/deep snow/u, /wind/u],
  },
  {
    name: 'a document by its URL',
    client: 'messages',
    models: [MISTRAL],
    body: {
      max_tokens: 100,
      messages: [user([{ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }])],
    },
    sent: [/\{"type":"document_url","document_url":"https:\/\/example\.com\/a\.pdf"\}/u],
  },
  {
    name: 'a table as text',
    client: 'responses',
    models: [SONNET, OPUS],
    body: {
      input: [
        user([{ type: 'input_file', filename: 'a.csv', file_data: 'data:text/csv;base64,YSxiCjEsMgo=' }]),
      ],
    },
    sent: [/a,b\\n1,2/u],
  },
  {
    name: 'an image for a model that sees none',
    client: 'responses',
    models: [DEEPSEEK],
    body: { input: [user([{ type: 'input_image', image_url: `data:image/png;base64,${PNG}` }])] },
    refused: /reads none/u,
  },
  {
    name: 'a document for a model that reads none',
    client: 'gemini',
    models: [DEEPSEEK],
    body: { contents: [turn('user', { inlineData: { mimeType: 'application/pdf', data: PDF } })] },
    refused: /reads none/u,
  },
  {
    name: 'a film for models that see none',
    client: 'gemini',
    models: [GPT_4, GITHUB, MISTRAL, DEEPSEEK],
    body: { contents: [turn('user', { inlineData: { mimeType: 'video/mp4', data: 'AAAA' } })] },
    refused: /film/u,
  },
  {
    name: 'a file in a store of another vendor’s',
    client: 'gemini',
    models: [SONNET, NOVA],
    body: {
      contents: [turn('user', { fileData: { fileUri: 'gs://bucket/a.pdf', mimeType: 'application/pdf' } })],
    },
    refused: /gs:/u,
  },
];
