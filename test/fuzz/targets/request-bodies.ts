const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SCHEMA = {
  type: 'object',
  properties: {
    city: { type: ['string', 'null'], enum: ['a', 'b'] },
    days: { anyOf: [{ type: 'integer' }] },
  },
  required: ['city'],
  additionalProperties: false,
};

/** Requests that use much of what each client dialect has words for. */
export const requestBodies: readonly object[] = [
  {
    model: 'model',
    temperature: 0.5,
    top_p: 0.9,
    max_completion_tokens: 100,
    stop: ['a', 'b'],
    seed: 7,
    reasoning_effort: 'high',
    response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema: SCHEMA } },
    tools: [
      { type: 'function', function: { name: 'weather', description: 'd', parameters: SCHEMA, strict: true } },
    ],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: false,
    messages: [
      { role: 'system', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}`, detail: 'low' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"a"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"t":1}' },
    ],
    stream_options: { include_usage: true },
    user: 'u',
    logit_bias: { 5: 1 },
  },
  { model: 'model', prompt: 'once', max_tokens: 5, echo: false, suffix: 'end', logprobs: 1 },
  {
    model: 'model',
    instructions: 'be brief',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: 'https://a.example/x.png' },
        ],
      },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 's' }],
        encrypted_content: 'x',
      },
      { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'fine' },
    ],
    tools: [
      { type: 'function', name: 'weather', parameters: SCHEMA, strict: false },
      { type: 'custom', name: 'exec', format: { type: 'text' } },
      { type: 'web_search' },
    ],
    text: { format: { type: 'json_schema', name: 'n', schema: SCHEMA }, verbosity: 'low' },
    reasoning: { effort: 'low', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    store: false,
  },
  {
    model: 'model',
    max_tokens: 4000,
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 1024 },
    stop_sequences: ['x'],
    tools: [
      { name: 'weather', input_schema: SCHEMA },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    messages: [
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
          { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'a' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', is_error: true, content: [{ type: 'text', text: 'no' }] },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'd' }, title: 't' },
        ],
      },
    ],
  },
  {
    systemInstruction: { parts: [{ text: 's' }] },
    contents: [
      { role: 'user', parts: [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] },
      {
        role: 'model',
        parts: [{ functionCall: { id: 'f1', name: 'weather', args: {} }, thoughtSignature: 'c2ln' }],
      },
      { role: 'user', parts: [{ functionResponse: { id: 'f1', name: 'weather', response: { t: 1 } } }] },
    ],
    tools: [
      { functionDeclarations: [{ name: 'weather', parametersJsonSchema: SCHEMA }] },
      { googleSearch: {} },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
    generationConfig: {
      temperature: 1,
      topK: 3,
      maxOutputTokens: 10,
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { city: { type: 'STRING', nullable: true } } },
      thinkingConfig: { thinkingBudget: 100, includeThoughts: true },
    },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  },
  {
    model: 'model',
    messages: [
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] },
    ],
    modalities: ['text', 'audio'],
  },
  { model: 'model', input: [{ type: 'item_reference', id: 'msg_1' }] },
  { model: 'model', input: ['a', 'b'], dimensions: 8, encoding_format: 'base64' },
  { requests: [{ model: 'models/m', content: { parts: [{ text: 'a' }] }, taskType: 'RETRIEVAL_QUERY' }] },
];
