import { asObject, parseObject } from '../../../src/base/json.ts';
import type { Json } from '../../../src/base/json.ts';
import { awsFrame, converseEvent, converseException } from '../../support/aws-frames.ts';

/*
 * What vendors document of streams at their own APIs: a request, how its answer begins with output and how it ends, and how it
 * says in between that it failed.
 */

/** An operation that streams. */
export interface NativeStream {
  /** Of the provider; also the beginning of the model's name. */
  readonly id: string;
  readonly provider: Json;
  /** As the client writes it, with `MODEL` where the model stands. */
  readonly path: string;
  /** The path at the provider, where that is another. */
  readonly upstreamPath?: string;
  readonly body: Json;
  /** The field of the body that names the model, where that is not `model`. */
  readonly modelField?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly begin: Buffer;
  readonly rest: Buffer;
  /** An error, as the provider sends it instead of the rest. */
  readonly error: Buffer;
  /** Of an error of the gateway's own at the end of a stream. */
  readonly messageIn: (tail: Buffer) => unknown;
  /** The answer to a key that is not valid. */
  readonly refusal: { readonly status: number; readonly body: Json };
}

export const MESSAGE = 'The provider has failed.';
const SSE = 'text/event-stream';

function event(data: Json | string, name = ''): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${name === '' ? '' : `event: ${name}\n`}data: ${text}\n\n`;
}

function events(...list: readonly (Json | string)[]): Buffer {
  return Buffer.from(list.map((each) => event(each)).join(''));
}

function named(...list: readonly Json[]): Buffer {
  return Buffer.from(list.map((each) => event(each, String(each['type']))).join(''));
}

function lines(...list: readonly Json[]): Buffer {
  return Buffer.from(list.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

/** An event of a model in an event of InvokeModelWithResponseStream. */
export function invokeChunk(data: Json): Buffer {
  const bytes = Buffer.from(JSON.stringify(data)).toString('base64');
  return converseEvent('chunk', { bytes, p: 'abcdef' });
}

/** A member at any depth of the JSON that ends a stream. */
function lastJson(tail: Buffer): Json | undefined {
  const text = tail.toString();
  return parseObject(text.slice(text.search(/\{/u)).trim());
}

function member(path: string): (tail: Buffer) => unknown {
  return (tail) => path.split('.').reduce<unknown>((value, name) => asObject(value)?.[name], lastJson(tail));
}

/** Of a frame: what its payload says. */
function exceptionIn(tail: Buffer): unknown {
  const headers = tail.readUInt32BE(4);
  const payload = tail.subarray(12 + headers, tail.readUInt32BE(0) - 4);
  const expected = awsFrame(
    {
      ':exception-type': 'internalServerException',
      ':content-type': 'application/json',
      ':message-type': 'exception',
    },
    payload.toString(),
  );
  if (!expected.equals(tail)) throw new Error('no exception frame');
  return parseObject(payload.toString())?.['message'];
}

const CLAUDE_BEGIN: readonly Json[] = [
  {
    type: 'message_start',
    message: { id: 'm', type: 'message', role: 'assistant', content: [], usage: { input_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'so' } },
];
const CLAUDE_REST: readonly Json[] = [
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
];
const CHAT_CHUNK = { id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm' };
const CHAT_BEGIN = events({ ...CHAT_CHUNK, choices: [{ index: 0, delta: { content: 'so' } }] });
const CHAT_REST = events(
  { ...CHAT_CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  '[DONE]',
);
const MESSAGES = [{ role: 'user', content: 'hi' }];
const AWS_STREAM = 'application/vnd.amazon.eventstream';
const AWS_REFUSAL = {
  status: 403,
  body: { message: 'The security token included in the request is invalid.' },
};

const STREAMS: readonly NativeStream[] = [
  {
    id: 'converse',
    provider: { type: 'bedrock', awsRegion: 'us-east-1' },
    path: '/model/MODEL/converse-stream',
    body: { messages: [{ role: 'user', content: [{ text: 'hi' }] }] },
    contentType: AWS_STREAM,
    begin: Buffer.concat([
      converseEvent('messageStart', { role: 'assistant' }),
      converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'so' } }),
    ]),
    rest: Buffer.concat([
      converseEvent('messageStop', { stopReason: 'end_turn' }),
      converseEvent('metadata', { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } }),
    ]),
    error: converseException('modelStreamErrorException', MESSAGE),
    messageIn: exceptionIn,
    refusal: AWS_REFUSAL,
  },
  {
    id: 'invoke',
    provider: { type: 'bedrock', awsRegion: 'us-east-1' },
    path: '/model/MODEL/invoke-with-response-stream',
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 5, messages: MESSAGES },
    contentType: AWS_STREAM,
    begin: Buffer.concat(CLAUDE_BEGIN.map(invokeChunk)),
    rest: Buffer.concat(CLAUDE_REST.map(invokeChunk)),
    error: converseException('internalServerException', MESSAGE),
    messageIn: exceptionIn,
    refusal: AWS_REFUSAL,
  },
  {
    id: 'vertex',
    provider: { type: 'vertex' },
    path: '/v1/projects/p/locations/l/publishers/anthropic/models/MODEL:streamRawPredict',
    upstreamPath: '/v1/publishers/anthropic/models/MODEL:streamRawPredict',
    body: { anthropic_version: 'vertex-2023-10-16', max_tokens: 5, messages: MESSAGES, stream: true },
    contentType: SSE,
    begin: named(...CLAUDE_BEGIN),
    rest: named(...CLAUDE_REST),
    error: named({ type: 'error', error: { type: 'overloaded_error', message: MESSAGE } }),
    messageIn: member('error.message'),
    refusal: {
      status: 401,
      body: { error: { code: 401, message: 'API keys are not supported.', status: 'UNAUTHENTICATED' } },
    },
  },
  {
    id: 'complete',
    provider: { type: 'claude' },
    path: '/v1/complete',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { prompt: '\n\nHuman: hi\n\nAssistant:', max_tokens_to_sample: 5, stream: true },
    contentType: SSE,
    begin: named({ type: 'completion', completion: 'so', stop_reason: null }),
    rest: named({ type: 'completion', completion: '', stop_reason: 'stop_sequence' }),
    error: named({ type: 'error', error: { type: 'overloaded_error', message: MESSAGE } }),
    messageIn: member('error.message'),
    refusal: {
      status: 401,
      body: { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    },
  },
  {
    id: 'cohere',
    provider: { type: 'cohere' },
    path: '/v2/chat',
    body: { messages: MESSAGES, stream: true },
    contentType: SSE,
    begin: named(
      { type: 'message-start', id: 'c', delta: { message: { role: 'assistant' } } },
      { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'so' } } } },
    ),
    rest: named(
      { type: 'content-end', index: 0 },
      { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: {} } },
    ),
    error: named({ type: 'message-end', delta: { finish_reason: 'ERROR', error: MESSAGE } }),
    messageIn: member('delta.error'),
    refusal: { status: 401, body: { message: 'invalid api token' } },
  },
  {
    id: 'cohere-v1',
    provider: { type: 'cohere' },
    path: '/v1/chat',
    body: { message: 'hi', stream: true },
    contentType: 'application/stream+json',
    begin: lines(
      { is_finished: false, event_type: 'stream-start', generation_id: 'g' },
      { is_finished: false, event_type: 'text-generation', text: 'so' },
    ),
    rest: lines({ is_finished: true, event_type: 'stream-end', finish_reason: 'COMPLETE', response: {} }),
    error: lines({ is_finished: true, event_type: 'stream-end', finish_reason: 'ERROR', response: {} }),
    messageIn: member('delta.error'),
    refusal: { status: 401, body: { message: 'invalid api token' } },
  },
  {
    id: 'minimax',
    provider: { type: 'minimax' },
    path: '/v1/text/chatcompletion_v2',
    body: { messages: MESSAGES, stream: true },
    contentType: SSE,
    begin: CHAT_BEGIN,
    rest: CHAT_REST,
    error: events({ base_resp: { status_code: 1000, status_msg: MESSAGE } }),
    messageIn: member('base_resp.status_msg'),
    refusal: { status: 200, body: { base_resp: { status_code: 1004, status_msg: 'login fail' } } },
  },
  {
    id: 'minimax-pro',
    provider: { type: 'minimax' },
    path: '/v1/text/chatcompletion_pro',
    body: { messages: [{ sender_type: 'USER', sender_name: 'u', text: 'hi' }], stream: true },
    contentType: SSE,
    begin: events({ choices: [{ messages: [{ sender_type: 'BOT', sender_name: 'b', text: 'so' }] }] }),
    rest: events({ choices: [{ finish_reason: 'stop', messages: [] }], reply: 'so' }),
    error: events({ base_resp: { status_code: 1000, status_msg: MESSAGE } }),
    messageIn: member('base_resp.status_msg'),
    refusal: { status: 200, body: { base_resp: { status_code: 1004, status_msg: 'login fail' } } },
  },
  {
    id: 'doubao',
    provider: { type: 'doubao' },
    path: '/api/v3/bots/chat/completions',
    body: { messages: MESSAGES, stream: true },
    contentType: SSE,
    begin: CHAT_BEGIN,
    rest: CHAT_REST,
    error: events({ error: { code: 'InternalServiceError', message: MESSAGE } }),
    messageIn: member('error.message'),
    refusal: { status: 401, body: { error: { code: 'AuthenticationError', message: 'invalid api key' } } },
  },
  {
    id: 'mistral',
    provider: { type: 'mistral' },
    path: '/v1/fim/completions',
    body: { prompt: 'def f(', stream: true },
    contentType: SSE,
    begin: CHAT_BEGIN,
    rest: CHAT_REST,
    error: events({ object: 'error', message: MESSAGE, type: 'internal_server_error', code: '3000' }),
    messageIn: member('error.message'),
    refusal: { status: 401, body: { detail: 'Unauthorized' } },
  },
  {
    id: 'ollama',
    provider: { type: 'ollama' },
    path: '/api/chat',
    body: { messages: MESSAGES },
    contentType: 'application/x-ndjson',
    begin: lines({ model: 'm', message: { role: 'assistant', content: 'so' }, done: false }),
    rest: lines({ model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' }),
    error: lines({ error: MESSAGE }),
    messageIn: member('error'),
    refusal: { status: 401, body: { error: 'unauthorized' } },
  },
  {
    id: 'qwen',
    provider: { type: 'qwen' },
    path: '/api/v1/services/aigc/text-generation/generation',
    body: { input: { messages: MESSAGES }, parameters: { incremental_output: true } },
    contentType: SSE,
    begin: Buffer.from(event({ output: { text: 'so', finish_reason: 'null' }, request_id: 'r' }, 'result')),
    rest: Buffer.from(event({ output: { text: '', finish_reason: 'stop' }, request_id: 'r' }, 'result')),
    error: Buffer.from(event({ code: 'InternalError', message: MESSAGE, request_id: 'r' }, 'error')),
    messageIn: member('message'),
    refusal: { status: 401, body: { code: 'InvalidApiKey', message: 'Invalid API-key provided.' } },
  },
  {
    id: 'hunyuan',
    provider: {
      type: 'hunyuan',
      hunyuanAuthId: 'id-of-hunyuan',
      hunyuanAuthKey: 'key-of-hunyuan',
      apiTokens: ['second-id:second-key', 'third-id:third-key'],
    },
    path: '/',
    modelField: 'Model',
    headers: { 'x-tc-action': 'ChatCompletions' },
    body: { Messages: [{ Role: 'user', Content: 'hi' }], Stream: true },
    contentType: SSE,
    begin: events({ Id: 'h', Choices: [{ Delta: { Role: 'assistant', Content: 'so' }, FinishReason: '' }] }),
    rest: events({ Id: 'h', Choices: [{ Delta: { Content: '' }, FinishReason: 'stop' }] }),
    error: events({ Id: 'h', ErrorMsg: { Msg: MESSAGE, Code: 4001 } }),
    messageIn: member('ErrorMsg.Msg'),
    refusal: {
      status: 200,
      body: { Response: { Error: { Code: 'AuthFailure.SecretIdNotFound', Message: 'not found' } } },
    },
  },
  {
    id: 'triton',
    provider: { type: 'triton' },
    path: '/v2/models/MODEL/versions/1/generate_stream',
    body: { text_input: 'hi' },
    contentType: SSE,
    begin: events({ model_name: 'm', model_version: '1', text_output: 'so' }),
    rest: events({ model_name: 'm', model_version: '1', text_output: '.' }),
    error: events({ error: MESSAGE }),
    messageIn: member('error'),
    refusal: { status: 401, body: { error: 'Unauthorized' } },
  },
];

/** The same with `protocol: original`: the whole path goes to the provider as it is. */
function asOriginal(stream: NativeStream): NativeStream {
  return {
    ...stream,
    upstreamPath: stream.path,
    id: `${stream.id}-original`,
    provider: { ...stream.provider, protocol: 'original' },
  };
}

export const nativeStreams: readonly NativeStream[] = [...STREAMS, ...STREAMS.map(asOriginal)];
