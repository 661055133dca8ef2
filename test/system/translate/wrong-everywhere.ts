/* Requests with a wrong value in one place, wherever that is. */

/** What a client can write in JSON that nobody expects where it stands. */
export const WRONG_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  12345678901234567890n.toString(),
  '',
  'x',
  '\ud800',
  'data:',
  'data:image/png;base64,@@@',
  'data:text/plain;base64,@@@',
  'data:text/plain,%zz',
  'http://',
  'https://a.example/%ff',
  's3://bucket/key',
  '\u0000',
  [],
  [null],
  ['x'],
  [[[]]],
  {},
  { type: 'x' },
  { type: null },
  JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":null}'),
  { toJSON: 1, length: -1 },
];

type Path = readonly (string | number)[];

/** Every place in a JSON value, itself left out. */
export function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) => {
    const place = [...path, Array.isArray(value) ? Number(name) : name];
    return [place, ...placesIn(each, place)];
  });
}

/** A copy of a JSON value with another in one place. */
function withValue(value: unknown, [name, ...rest]: Path, wrong: unknown): unknown {
  if (name === undefined) return wrong;
  if (Array.isArray(value))
    return value.map((each: unknown, at) => (at === name ? withValue(each, rest, wrong) : each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      key,
      key === name ? withValue(each, rest, wrong) : each,
    ]),
  );
}

/** A request that has another value in one place. */
export function withWrong(request: object, [name, ...rest]: Path, wrong: unknown): object {
  return Object.fromEntries(
    Object.entries(request).map(([key, each]: [string, unknown]) => [
      key,
      key === name ? withValue(each, rest, wrong) : each,
    ]),
  );
}

const SCHEMA = {
  type: 'object',
  properties: {
    a: { type: ['string', 'null'], enum: ['x'] },
    b: { anyOf: [{ type: 'integer' }, { $ref: '#/$defs/c' }] },
  },
  required: ['a'],
  additionalProperties: false,
  $defs: { c: { type: 'array', items: { type: 'number', minimum: 0 } } },
};
const PNG = 'iVBORw0KGgo=';

/** A request of each dialect that holds about everything that is read. By operation. */
export const RICH_REQUESTS: Readonly<Record<string, object>> = {
  'chat.completions': {
    model: 'm',
    messages: [
      {
        role: 'system',
        content: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
        ],
      },
      {
        role: 'assistant',
        content: 'so',
        reasoning_content: 'hm',
        tool_calls: [
          {
            id: 'c1',
            type: 'function',
            function: { name: 'f', arguments: '{"a":1}' },
            extra_content: { google: { thought_signature: 'AAAA' } },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'r' }] },
      { role: 'user', content: 'go on' },
    ],
    tools: [
      { type: 'function', function: { name: 'f', description: 'd', parameters: SCHEMA, strict: true } },
    ],
    tool_choice: { type: 'function', function: { name: 'f' } },
    response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema: SCHEMA } },
    max_tokens: 100,
    temperature: 1,
    top_p: 1,
    top_k: 1,
    seed: 1,
    stop: ['x'],
    presence_penalty: 1,
    frequency_penalty: 1,
    reasoning_effort: 'low',
    thinking: { type: 'enabled', budget_tokens: 2000 },
    parallel_tool_calls: false,
    user: 'u',
    stream_options: { include_usage: true },
    modalities: ['text'],
  },
  completions: {
    model: 'm',
    prompt: 'p',
    max_tokens: 9,
    stop: 'x',
    suffix: '',
    n: 1,
    user: 'u',
    stream_options: {},
  },
  'responses.create': {
    model: 'm',
    instructions: 'i',
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'hi' },
          { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'low' },
          { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
        ],
      },
      { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 't' }], encrypted_content: 'e' },
      { type: 'function_call', call_id: 'c1', name: 'f', namespace: 'n', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_text', text: 'r' }] },
      { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: 'r' },
      { type: 'local_shell_call', call_id: 'c3', action: { type: 'exec', command: ['ls'], env: {} } },
      { type: 'local_shell_call_output', call_id: 'c3', output: 'r' },
    ],
    tools: [
      { type: 'function', name: 'f', parameters: SCHEMA, strict: true },
      { type: 'custom', name: 'g', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
      { type: 'local_shell' },
      { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f', parameters: SCHEMA }] },
    ],
    tool_choice: { type: 'function', name: 'f' },
    text: { format: { type: 'json_schema', name: 'n', strict: true, schema: SCHEMA }, verbosity: 'low' },
    reasoning: { effort: 'low', summary: 'auto' },
    metadata: { a: 'b' },
    include: ['reasoning.encrypted_content'],
    max_output_tokens: 100,
    temperature: 1,
    top_p: 1,
    parallel_tool_calls: true,
    user: 'u',
    truncation: 'auto',
    prompt_cache_key: 'k',
  },
  'messages.create': {
    model: 'm',
    max_tokens: 5000,
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
            title: 't',
            context: 'c',
            citations: { enabled: true },
          },
          { type: 'document', source: { type: 'base64', media_type: 'text/plain', data: 'AAAA' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
          { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'r' }] },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'AAAA' },
          { type: 'redacted_thinking', data: 'AAAA' },
          { type: 'text', text: 'so' },
          { type: 'tool_use', id: 'c1', name: 'f', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', is_error: true, content: [{ type: 'text', text: 'r' }] },
          { type: 'text', text: 'go on' },
        ],
      },
    ],
    tools: [{ name: 'f', description: 'd', input_schema: SCHEMA, cache_control: { type: 'ephemeral' } }],
    tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 2000 },
    output_config: { effort: 'low', format: { type: 'json_schema', schema: SCHEMA } },
    metadata: { user_id: 'u' },
    stop_sequences: ['x'],
    temperature: 1,
    top_k: 1,
    top_p: 1,
  },
  'gemini.generateContent': {
    systemInstruction: { parts: [{ text: 's' }] },
    contents: [
      {
        role: 'user',
        parts: [
          { text: 'hi' },
          { inlineData: { mimeType: 'image/png', data: PNG } },
          { inlineData: { mimeType: 'text/plain', data: 'AAAA' } },
          { fileData: { mimeType: 'image/png', fileUri: 'https://a.example/b.png' } },
        ],
      },
      {
        role: 'model',
        parts: [
          { text: 'hm', thought: true, thoughtSignature: 'AAAA' },
          { functionCall: { id: 'c1', name: 'f', args: { a: 1 } }, thoughtSignature: 'AAAA' },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'c1', name: 'f', response: { output: 'r' }, parts: [] } }],
      },
    ],
    tools: [
      {
        functionDeclarations: [
          {
            name: 'f',
            description: 'd',
            parameters: {
              type: 'OBJECT',
              properties: { a: { type: 'STRING', nullable: true, minLength: '1' } },
            },
          },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
    generationConfig: {
      maxOutputTokens: 100,
      temperature: 1,
      topP: 1,
      topK: 1,
      seed: 1,
      stopSequences: ['x'],
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: {} },
      thinkingConfig: { thinkingBudget: 100, includeThoughts: true },
      candidateCount: 1,
      responseModalities: ['TEXT'],
    },
    labels: { a: 'b' },
  },
  embeddings: { model: 'm', input: ['a', 'b'], dimensions: 8, encoding_format: 'float', user: 'u' },
  'gemini.embedContent': {
    content: { parts: [{ text: 'a' }] },
    taskType: 'x',
    title: 't',
    outputDimensionality: 8,
  },
  'gemini.batchEmbedContents': {
    requests: [{ content: { parts: [{ text: 'a' }] }, outputDimensionality: 8 }],
  },
};
