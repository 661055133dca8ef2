/* Whole answers as servers send them, by the operation they answer. Shapes are those of the vendors' own documents. */

const json = JSON.stringify;

function chat(message: object, more: object = {}, finish: string | null = 'stop'): string {
  return json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
    ...more,
  });
}

/** One good answer. */
export interface Sample {
  readonly what: string;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
  readonly type?: string;
  /** It is whole, and has no output. */
  readonly empty?: true;
}

const CHAT = '/v1/chat/completions';
const HOSTILE = 'a "quoted" \\ {"error":{"code":"x"}} "finish_reason":"error" ]}';

export const goodAnswers: readonly Sample[] = [
  {
    what: 'OpenAI',
    path: CHAT,
    body: chat({ content: 'hi', refusal: null, annotations: [] }, { usage: {} }),
  },
  { what: 'text that looks like an error', path: CHAT, body: chat({ content: HOSTILE }) },
  { what: 'text alone under another type', path: CHAT, body: chat({ content: 'hi' }), type: 'text/plain' },
  { what: 'JSON that calls itself a page', path: CHAT, body: chat({ content: 'hi' }), type: 'text/html' },
  { what: 'JSON of no type', path: CHAT, body: chat({ content: 'hi' }), type: '' },
  {
    what: 'a connection kept alive by white space',
    path: CHAT,
    body: `\n\n   \n${chat({ content: 'hi' })}\n`,
  },
  { what: 'the mark of an encoding', path: CHAT, body: `\u{feff}${chat({ content: 'hi' })}` },
  { what: 'that mark before a blank line', path: CHAT, body: `\u{feff}\n${chat({ content: 'hi' })}` },
  {
    what: 'a tool call',
    path: CHAT,
    body: chat({ content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] }),
  },
  { what: 'DeepSeek, reasoning', path: CHAT, body: chat({ content: '', reasoning_content: 'hm' }) },
  { what: 'a refusal', path: CHAT, body: chat({ content: null, refusal: 'No' }) },
  { what: 'audio', path: CHAT, body: chat({ content: null, audio: { id: 'a', data: 'QQ==' } }) },
  {
    what: 'Azure, with the results of its filters',
    path: CHAT,
    body: chat(
      { content: 'hi' },
      {
        prompt_filter_results: [
          { prompt_index: 0, content_filter_results: { jailbreak: { detected: false } } },
        ],
      },
    ),
  },
  {
    what: 'OpenRouter',
    path: CHAT,
    body: chat({ content: 'hi', reasoning: null }, { provider: 'X', error: null }),
  },
  {
    what: 'MiniMax',
    path: CHAT,
    body: chat({ content: 'hi' }, { base_resp: { status_code: 0, status_msg: '' }, input_sensitive: false }),
  },
  { what: 'Perplexity', path: CHAT, body: chat({ content: 'hi' }, { citations: ['https://example.com'] }) },
  {
    what: 'Spark',
    path: CHAT,
    body: json({ code: 0, message: 'Success', sid: 's', ...JSON.parse(chat({ content: 'hi' })) }),
  },
  { what: 'no error, in words', path: CHAT, body: chat({ content: 'hi' }, { error: 'none' }) },
  {
    what: 'no error, in fields',
    path: CHAT,
    body: chat({ content: 'hi' }, { error: { code: 0, message: '' } }),
  },
  {
    what: 'no reason to finish (LocalAI)',
    path: CHAT,
    body: json({ choices: [{ message: { content: 'hi' } }] }),
  },
  {
    what: 'numbers that are none (vLLM)',
    path: CHAT,
    body: chat({ content: 'hi' }).replace('"created":1', '"created":NaN'),
  },
  { what: 'xAI, deferred', path: CHAT, body: json({ request_id: 'f15c' }) },
  {
    what: 'Cloudflare in its own wrapping',
    path: CHAT,
    body: json({ result: { response: 'hi' }, success: true, errors: [], messages: [] }),
  },
  { what: 'no output', path: CHAT, body: chat({ content: '' }), empty: true },
  { what: 'no output, as null', path: CHAT, body: chat({ content: null, tool_calls: [] }), empty: true },
  {
    what: 'a filtered output',
    path: CHAT,
    body: chat({ content: null }, {}, 'content_filter'),
    empty: true,
  },
  {
    what: 'a text',
    path: '/v1/completions',
    body: json({ object: 'text_completion', choices: [{ text: 'hi' }] }),
  },
  { what: 'llama.cpp', path: '/v1/completions', body: json({ content: 'hi', stop: true }) },
  {
    what: 'OpenAI',
    path: '/v1/responses',
    body: json({
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      error: null,
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'hi' }] }],
    }),
  },
  {
    what: 'in the background',
    path: '/v1/responses',
    body: json({ id: 'resp_1', status: 'queued', error: null, output: [] }),
  },
  {
    what: 'cut by its limit',
    path: '/v1/responses',
    body: json({
      id: 'r',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [],
    }),
  },
  {
    what: 'no output',
    path: '/v1/responses',
    body: json({ id: 'r', status: 'completed', output: [] }),
    empty: true,
  },
  {
    what: 'one that had failed, looked up',
    method: 'GET',
    path: '/v1/responses/resp_1',
    body: json({ id: 'resp_1', status: 'failed', error: { code: 'server_error', message: 'x' }, output: [] }),
  },
  {
    what: 'Anthropic',
    path: '/v1/messages',
    body: json({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
    }),
  },
  {
    what: 'no output',
    path: '/v1/messages',
    body: json({ id: 'msg_1', type: 'message', content: [], stop_reason: 'end_turn' }),
    empty: true,
  },
  { what: 'tokens', path: '/v1/messages/count_tokens', body: json({ input_tokens: 0 }) },
  {
    what: 'Gemini',
    path: '/v1beta/models/gemini-3:generateContent',
    body: json({
      candidates: [{ content: { parts: [{ text: 'hi' }], role: 'model' }, finishReason: 'STOP' }],
    }),
  },
  {
    what: 'a prompt that is blocked',
    path: '/v1beta/models/gemini-3:generateContent',
    body: json({ promptFeedback: { blockReason: 'SAFETY' } }),
  },
  {
    what: 'no output',
    path: '/v1beta/models/gemini-3:generateContent',
    body: json({ candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }], usageMetadata: {} }),
    empty: true,
  },
  {
    what: 'Gemini, a list of chunks',
    path: '/v1beta/models/gemini-3:streamGenerateContent',
    body: json([{ candidates: [{ content: { parts: [{ text: 'hi' }] } }] }]),
  },
  { what: 'Gemini', path: '/v1beta/models/e:embedContent', body: json({ embedding: { values: [0.1] } }) },
  { what: 'Imagen, all of it filtered', path: '/v1beta/models/imagen:predict', body: '{}' },
  {
    what: 'OpenAI',
    path: '/v1/embeddings',
    body: json({ object: 'list', data: [{ embedding: [0.1, -2e-5] }] }),
  },
  {
    what: 'watsonx.ai',
    path: '/v1/embeddings',
    body: json({ model_id: 'm', results: [{ embedding: [1] }] }),
  },
  { what: 'llama.cpp, no output', path: '/v1/completions', body: json({ content: '', stop: true }) },
  { what: 'TEI', path: '/v1/embeddings', body: '[[0.1, 0.2]]' },
  { what: 'vectors of no texts', path: '/v1/embeddings', body: json({ object: 'list', data: [] }) },
  { what: 'Cohere', path: '/v1/rerank', body: json({ results: [] }) },
  { what: 'NVIDIA', path: '/v1/rerank', body: json({ rankings: [{ index: 0, logit: 1.5 }] }) },
  { what: 'TEI', path: '/v1/rerank', body: json([{ index: 0, score: 0.1 }]) },
  { what: 'OpenAI', path: '/v1/moderations', body: json({ id: 'm', results: [{ flagged: false }] }) },
  { what: 'OpenAI', path: '/v1/images/generations', body: json({ created: 1, data: [{ url: 'u' }] }) },
  {
    what: 'SiliconFlow',
    path: '/v1/images/generations',
    body: json({ images: [{ url: 'u' }], timings: {} }),
  },
  {
    what: 'Kling, a task',
    path: '/v1/images/generations',
    body: json({ code: 0, message: 'SUCCEED', data: { task_id: 't' } }),
  },
  { what: 'silence', path: '/v1/audio/transcriptions', body: json({ text: '' }) },
  { what: 'text that calls itself JSON', path: '/v1/audio/transcriptions', body: 'hello world\n' },
  { what: 'a text of JSON', path: '/v1/audio/translations', body: '"hello world"' },
  { what: 'an empty list', method: 'GET', path: '/v1/models', body: json({ object: 'list', data: [] }) },
  { what: 'Together', method: 'GET', path: '/v1/models', body: json([{ id: 'm' }]) },
  { what: 'OpenAI', path: '/v1/files', body: json({ id: 'file-1', object: 'file' }) },
  {
    what: 'one that had failed, looked up',
    method: 'GET',
    path: '/v1/fine_tuning/jobs/j1',
    body: json({ id: 'j1', object: 'fine_tuning.job', status: 'failed', error: { code: 'x', message: 'y' } }),
  },
  { what: 'SiliconFlow', path: '/v1/videos', body: json({ requestId: 'r' }) },
];

/** What comes instead of an answer, and whether it has words that are to be read. */
export interface NoAnswer {
  readonly what: string;
  readonly body: string;
  readonly type?: string;
  /** The stable word of its flaw; absent where it is an error with words. */
  readonly flaw?: string;
}

export const noAnswers: readonly NoAnswer[] = [
  { what: 'a page', body: '<!DOCTYPE html><html><title>Sign in</title></html>', type: 'text/html' },
  { what: 'a page that calls itself JSON', body: '\n<html></html>' },
  { what: 'XML', body: '<?xml version="1.0"?><Error/>', type: 'application/xml' },
  { what: 'plain text', body: 'upstream connect error', type: 'text/plain', flaw: 'not-json' },
  { what: 'plain text that calls itself JSON', body: 'insufficient quota', flaw: 'not-json' },
  { what: 'a text of JSON', body: '"insufficient_quota"', flaw: 'not-json' },
  { what: 'nothing but null', body: 'null', flaw: 'not-json' },
  { what: 'nothing but white space', body: '\n\n \r\n' },
  { what: 'an empty object', body: '{}', flaw: 'no-answer' },
  { what: 'brackets that do not pair', body: '{"choices":[}', flaw: 'not-json' },
  { what: 'other JSON', body: '{"ok":true}', flaw: 'no-answer' },
  { what: 'an error', body: '{"error":{"message":"x"}}' },
  { what: 'an error in a word', body: ' \n{ "error" :\t"overloaded" }' },
  { what: 'an error behind others', body: '{"id":"x","created":1,"error":{"message":"x","code":"y"}}' },
  { what: 'an error one level down', body: '{"data":{"error":{"message":"x"}}}' },
  { what: 'an error in a list', body: '[{"error":{"code":429}}]' },
  { what: 'a code and a message', body: '{"code":500,"message":"busy","data":null}' },
  { what: 'a code in words', body: '{"code":"Throttling","message":"busy"}' },
  { what: 'what calls itself an error', body: '{"object":"error","message":"x","code":40303}' },
  { what: 'what calls itself an error by its type', body: '{"request_id":"r","type":"error","error":{}}' },
  { what: 'FastAPI’s detail', body: '{"detail":"Not Found"}' },
  {
    what: 'Cloudflare’s errors',
    body: '{"result":null,"success":false,"errors":[{"code":10000}],"messages":[]}',
  },
  { what: 'MiniMax’s code', body: '{"base_resp":{"status_code":1004,"status_msg":"login fail"}}' },
];

/** The same for one operation alone. */
export const noAnswersTo: readonly (NoAnswer & { readonly path: string })[] = [
  { what: 'no choices', path: CHAT, body: '{"id":"x","choices":[],"usage":{}}', flaw: 'no-answer' },
  { what: 'choices that are null', path: CHAT, body: '{"id":"x","choices":null}', flaw: 'no-answer' },
  { what: 'a choice that failed', path: CHAT, body: chat({ content: 'hal' }, {}, 'error') },
  { what: 'a choice that failed at Z.AI', path: CHAT, body: chat({ content: 'hal' }, {}, 'network_error') },
  {
    what: 'a choice that failed, with its error',
    path: CHAT,
    body: json({
      choices: [{ error: { code: 502, message: 'x' }, finish_reason: 'error', message: { content: '' } }],
    }),
  },
  {
    what: 'an error beside an answer',
    path: CHAT,
    body: chat({ content: 'hal' }, { error: { message: 'x' } }),
  },
  {
    what: 'a failed response',
    path: '/v1/responses',
    body: json({
      id: 'r',
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: 'x' },
      output: [],
    }),
  },
  { what: 'a failed response without a word', path: '/v1/responses', body: '{"id":"r","status":"failed"}' },
  {
    what: 'no candidates',
    path: '/v1beta/models/g:generateContent',
    body: '{"usageMetadata":{}}',
    flaw: 'no-answer',
  },
  { what: 'no vectors', path: '/v1/embeddings', body: '{"object":"list","data":null}', flaw: 'no-answer' },
  { what: 'no images', path: '/v1/images/generations', body: '{"created":1,"data":[]}', flaw: 'no-answer' },
];
