/** What a watch should have seen once a frame is whole; `start` is the state before any output. */
export type ExpectedKind = 'preamble' | 'output' | 'end' | 'error' | 'failed';

export interface StreamFixture {
  readonly what: string;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly frames: readonly (readonly [frame: string, kind: ExpectedKind])[];
}

function data(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

function named(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 1, ...fields })}\n\n`;
}

function delta(fields: object, finish: string | null = null): string {
  return data({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-5',
    choices: [{ index: 0, delta: fields, logprobs: null, finish_reason: finish }],
    usage: null,
  });
}

const role = delta({ role: 'assistant', content: '', refusal: null });
const hello = delta({ content: 'Hello "error": {"finish_reason":"stop"}' });
const usage = data({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [],
  usage: { total_tokens: 3 },
});
const done = data('[DONE]');
const overloaded = {
  message: 'The server is overloaded',
  type: 'server_error',
  code: 'server_is_overloaded',
};

const chat = '/v1/chat/completions';
const responses = '/v1/responses';
const response = { id: 'resp_1', object: 'response', status: 'in_progress', error: null, output: [] };
const created = named('response.created', { response });
const inProgress = named('response.in_progress', { response });
const messageAdded = named('response.output_item.added', {
  output_index: 0,
  item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
});
const partAdded = named('response.content_part.added', {
  part: { type: 'output_text', text: '', annotations: [] },
});
const textDelta = named('response.output_text.delta', { delta: 'Hi "type":"response.failed"' });
const completed = named('response.completed', { response: { ...response, status: 'completed' } });

/** Streams as servers send them, frame by frame, with what each frame adds to what is known. */
export const streams: readonly StreamFixture[] = [
  {
    what: 'a chat with role, text, finish reason, usage and end marker',
    path: chat,
    frames: [
      [role, 'preamble'],
      [hello, 'output'],
      [delta({ content: '' }), 'output'],
      [delta({}, 'stop'), 'end'],
      [usage, 'end'],
      [done, 'end'],
    ],
  },
  {
    what: 'a chat with comments and empty frames before its first word',
    path: chat,
    frames: [
      [': OPENROUTER PROCESSING\n\n', 'preamble'],
      ['\n', 'preamble'],
      [data(''), 'preamble'],
      ['event: ping\ndata: {}\n\n', 'preamble'],
      [data({ choices: [], prompt_filter_results: [{}], model: '' }), 'preamble'],
      [role, 'preamble'],
      [delta({ role: 'assistant', content: null, tool_calls: [], reasoning: '' }), 'preamble'],
      [hello, 'output'],
      [': keep-alive\n\n', 'output'],
      [done, 'end'],
    ],
  },
  {
    what: 'a chat in CRLF',
    path: chat,
    frames: [
      [role.replaceAll('\n', '\r\n'), 'preamble'],
      [hello.replaceAll('\n', '\r\n'), 'output'],
      [done.replaceAll('\n', '\r\n'), 'end'],
    ],
  },
  {
    what: 'a chat that calls a tool',
    path: chat,
    frames: [
      [role, 'preamble'],
      [delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }), 'output'],
      [delta({}, 'tool_calls'), 'end'],
    ],
  },
  {
    what: 'a chat that reasons first',
    path: chat,
    frames: [
      [role, 'preamble'],
      [delta({ content: null, reasoning_content: 'hm' }), 'output'],
      [hello, 'output'],
      [done, 'end'],
    ],
  },
  { what: 'a chat that refuses', path: chat, frames: [[delta({ refusal: 'No' }), 'output']] },
  { what: 'a chat that speaks', path: chat, frames: [[delta({ audio: { id: 'a' } }), 'output']] },
  {
    what: 'a chat whose chunks are none, and its end marker',
    path: chat,
    frames: [
      [data({ ok: true }), 'preamble'],
      [done, 'preamble'],
    ],
  },
  {
    what: 'a chat whose error is one level down',
    path: chat,
    frames: [[data({ data: { error: { message: 'x' } } }), 'error']],
  },
  {
    what: 'a chat whose error is a code and a message',
    path: chat,
    frames: [[data({ code: 'Throttling', message: 'x', data: null }), 'error']],
  },
  {
    what: 'a chat that its provider could not finish',
    path: chat,
    frames: [
      [hello, 'output'],
      [delta({}, 'insufficient_system_resource'), 'error'],
    ],
  },
  { what: 'a chat of nothing but its end marker', path: chat, frames: [[done, 'preamble']] },
  {
    what: 'a chat of nothing but usage and its end',
    path: chat,
    frames: [
      [role, 'preamble'],
      [usage, 'output'],
      [done, 'end'],
    ],
  },
  {
    what: 'a chat padded as some servers do',
    path: chat,
    frames: [
      ['data:{"choices": [{"delta": {"content": "a"}, "finish_reason": null}], "error": null}\n\n', 'output'],
      ['data: {"choices": [{"delta": {}, "finish_reason": ""}]}\n\n', 'output'],
      ['data: {"choices": [{"delta": {}, "finish_reason" : "length"}]}\n\n', 'end'],
      ['data:  [DONE] \n\n', 'end'],
    ],
  },
  {
    what: 'a chat that fails before its first word',
    path: chat,
    frames: [
      [role, 'preamble'],
      [data({ error: overloaded }), 'error'],
    ],
  },
  {
    what: 'a chat that fails after its first word',
    path: chat,
    frames: [
      [role, 'preamble'],
      [hello, 'output'],
      [data({ error: overloaded }), 'error'],
      [done, 'end'],
    ],
  },
  {
    what: 'a chat that fails as OpenRouter’s do',
    path: chat,
    frames: [
      [hello, 'output'],
      [
        data({
          id: 'gen-1',
          provider: 'x',
          error: { code: 502, message: 'Provider disconnected' },
          choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        }),
        'error',
      ],
    ],
  },
  {
    what: 'a chat whose finish reason alone is a failure',
    path: chat,
    frames: [
      [hello, 'output'],
      [delta({}, 'error'), 'error'],
    ],
  },
  {
    what: 'a chat that fails in an event of that name',
    path: chat,
    frames: [
      [role, 'preamble'],
      ['event: error\ndata: upstream gone\n\n', 'error'],
    ],
  },
  {
    what: 'a chat that fails as vLLM’s do',
    path: chat,
    frames: [[data({ object: 'error', message: 'out of memory', code: 500 }), 'error']],
  },
  {
    what: 'a chat that fails in JSON that is no event',
    path: chat,
    frames: [
      [role, 'preamble'],
      [`${JSON.stringify({ error: overloaded }, null, 2)}\n\n`, 'error'],
    ],
  },
  {
    what: 'a chat that fails in a JSON array of one, as Google writes it',
    path: chat,
    frames: [[`${JSON.stringify([{ error: { code: 503, status: 'UNAVAILABLE' } }])}\n\n`, 'error']],
  },
  {
    what: 'a chat whose data is no JSON',
    path: chat,
    frames: [
      ['data: hello\n\n', 'preamble'],
      [done, 'preamble'],
    ],
  },
  {
    what: 'a text completion',
    path: '/v1/completions',
    frames: [
      [data({ choices: [{ index: 0, text: '', finish_reason: null }] }), 'preamble'],
      [data({ choices: [{ index: 0, text: 'a', finish_reason: null }] }), 'output'],
      [data({ choices: [{ index: 0, text: '', finish_reason: 'stop' }] }), 'end'],
    ],
  },
  {
    what: 'a response',
    path: responses,
    frames: [
      [created, 'preamble'],
      [inProgress, 'preamble'],
      [messageAdded, 'preamble'],
      [partAdded, 'preamble'],
      [named('response.output_text.delta', { delta: '' }), 'preamble'],
      [textDelta, 'output'],
      [named('response.output_text.done', { text: 'Hi' }), 'output'],
      [messageAdded, 'output'],
      [completed, 'end'],
    ],
  },
  {
    what: 'a response without event names',
    path: responses,
    frames: [
      [data({ type: 'response.created', response }), 'preamble'],
      [data({ sequence_number: 1, type: 'response.in_progress', response }), 'preamble'],
      ['data: {"type": "response.output_text.delta", "delta": "a"}\n\n', 'output'],
      [data({ type: 'response.completed', response }), 'end'],
    ],
  },
  {
    what: 'a response that reasons, then calls a tool',
    path: responses,
    frames: [
      [created, 'preamble'],
      [
        named('response.output_item.added', {
          item: { type: 'reasoning', summary: [], encrypted_content: 'x' },
        }),
        'preamble',
      ],
      [
        named('response.reasoning_summary_part.added', { part: { type: 'summary_text', text: '' } }),
        'preamble',
      ],
      [named('response.reasoning_summary_text.delta', { delta: 'hm' }), 'output'],
      [named('response.output_item.added', { item: { type: 'function_call', name: 'f' } }), 'output'],
      [named('response.incomplete', { response: { ...response, status: 'incomplete' } }), 'end'],
    ],
  },
  {
    what: 'a response that begins with a tool call',
    path: responses,
    frames: [
      [named('response.queued', { response }), 'preamble'],
      [named('keepalive'), 'preamble'],
      [
        named('response.output_item.added', { item: { type: 'function_call', name: 'f', arguments: '' } }),
        'output',
      ],
    ],
  },
  {
    what: 'a response that fails before its first word',
    path: responses,
    frames: [
      [created, 'preamble'],
      [
        named('response.failed', { response: { ...response, status: 'failed', error: overloaded } }),
        'failed',
      ],
    ],
  },
  {
    what: 'a response that fails after its first word',
    path: responses,
    frames: [
      [created, 'preamble'],
      [textDelta, 'output'],
      [named('error', { code: 'server_error', message: 'x', param: null }), 'error'],
    ],
  },
  {
    what: 'a response that fails as chats do',
    path: responses,
    frames: [
      [created, 'preamble'],
      [data({ error: overloaded }), 'error'],
    ],
  },
  {
    what: 'a response that shows the end marker of chat in vain',
    path: responses,
    frames: [
      [created, 'preamble'],
      [textDelta, 'output'],
      [done, 'output'],
    ],
  },
  {
    what: 'a response read again from where it was left',
    method: 'GET',
    path: '/v1/responses/resp_1',
    frames: [
      [textDelta, 'output'],
      [completed, 'end'],
    ],
  },
  {
    what: 'an image in parts',
    path: '/v1/images/generations',
    frames: [
      [named('keepalive'), 'preamble'],
      [named('image_generation.partial_image', { b64_json: 'A'.repeat(300) }), 'output'],
      [named('image_generation.completed', { b64_json: 'A' }), 'end'],
    ],
  },
  {
    what: 'speech',
    path: '/v1/audio/speech',
    frames: [
      [data({ type: 'speech.audio.delta', audio: 'AAAA' }), 'output'],
      [data({ type: 'speech.audio.done', usage: {} }), 'end'],
    ],
  },
  {
    what: 'a transcript that fails',
    path: '/v1/audio/transcriptions',
    frames: [
      [data({ type: 'transcript.text.delta', delta: 'a' }), 'output'],
      [data({ type: 'error', error: overloaded }), 'error'],
    ],
  },
  {
    what: 'a transcript in chat chunks',
    path: '/v1/audio/transcriptions',
    frames: [
      [data({ object: 'transcription.chunk', choices: [{ delta: { content: 'a' } }] }), 'output'],
      [done, 'end'],
    ],
  },
];
