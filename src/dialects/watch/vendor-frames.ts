import { asObject, isPresent, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { classifyAnthropicFrame } from './anthropic-frames.ts';
import { isErrorFrame, isErrorObject } from './error-bodies.ts';
import type { FrameClassifier, FrameKind } from './frame-kind.ts';
import { classifyChatFrame, classifyMediaFrame } from './openai-frames.ts';

/* Streams of providers with an API of their own, by the beginning of an operation's name. */

/** Operations whose streams are those of another dialect. */
const FOREIGN: Readonly<Record<string, FrameClassifier>> = {
  'doubao.bots.chat': classifyChatFrame,
  'doubao.context.chat': classifyChatFrame,
  'minimax.chat': classifyChatFrame,
  'mistral.agents': classifyChatFrame,
  'mistral.fim': classifyChatFrame,
  'vertex.claude.rawPredict': classifyAnthropicFrame,
  'vertex.claude.streamRawPredict': classifyAnthropicFrame,
};

/** The classifier for the stream of an operation, such as `dify.chat_messages`. */
export function vendorClassifierOf(operation: string): FrameClassifier {
  const foreign = FOREIGN[operation];
  if (foreign !== undefined) return foreign;
  const classify = CLASSIFIERS[operation.slice(0, operation.indexOf('.'))];
  if (classify === undefined) return classifyMediaFrame;
  return (name, bytes, start, end, _, usage) => {
    const frame = parseObject(bytes.toString('utf8', start, end));
    // What does not parse, such as `[DONE]`, means nothing: a stream that needs it will lack its end.
    if (frame === undefined) return name === 'done' ? 'end-marker' : 'ignored';
    usage.tell(usageIn(frame));
    // What is nested in it may have failed without the whole, such as one node of a run: the classifier knows.
    return isErrorObject(frame) ? 'error' : classify(name, frame);
  };
}

/**
 * Where frames tell their tokens: Cohere's last in `delta` or in `response`, Dify's in `metadata`, Hunyuan's under a capital letter,
 * Ollama's last among its other members.
 */
function usageIn(frame: Json): Json | undefined {
  return (
    asObject(frame['usage']) ??
    asObject(frame['Usage']) ??
    asObject(asObject(frame['delta'])?.['usage']) ??
    asObject(asObject(frame['response'])?.['meta']) ??
    asObject(asObject(frame['metadata'])?.['usage']) ??
    (frame['eval_count'] === undefined ? undefined : frame)
  );
}

/** Whether the streams of an operation have no end marker: the end of the connection ends the answer. */
export function endsByClosing(operation: string): boolean {
  return CLOSED.some((beginning) => operation.startsWith(beginning));
}

/** Triton's, and those of Vertex AI's publishers, each of which has a form of its own. */
const CLOSED = ['triton.', 'vertex.rawPredict', 'vertex.serverStreamingPredict', 'vertex.streamRawPredict'];

const CLASSIFIERS: Readonly<Record<string, (name: string, frame: Json) => FrameKind>> = {
  cohere: classifyCohere,
  coze: classifyCoze,
  dify: classifyDify,
  hunyuan: classifyHunyuan,
  minimax: classifyMinimax,
  ollama: classifyOllama,
  qwen: classifyQwen,
  triton: (_, frame) => (isPresent(frame['text_output']) ? 'output' : 'preamble'),
};

/** Version 2 has a `type`, version 1 says in every frame whether it is the last: docs.cohere.com/docs/streaming. */
function classifyCohere(_: string, frame: Json): FrameKind {
  const delta = asObject(frame['delta']);
  if (frame['is_finished'] === true || frame['type'] === 'message-end')
    return hasFailedAtCohere(frame['finish_reason'] ?? delta?.['finish_reason']) ? 'failed' : 'end';
  if (COHERE_OPENINGS.has(frame['type'] ?? frame['event_type'])) return 'preamble';
  if (frame['type'] !== 'content-delta') return isPresent(frame['text'] ?? delta) ? 'output' : 'preamble';
  const content = asObject(asObject(delta?.['message'])?.['content']);
  return isPresent(content?.['text']) || isPresent(content?.['thinking']) ? 'output' : 'preamble';
}

const COHERE_OPENINGS: ReadonlySet<unknown> = new Set([
  'message-start',
  'content-start',
  'content-end',
  'stream-start',
]);

/** `ERROR`, `ERROR_LIMIT`, `ERROR_TOXIC`. */
function hasFailedAtCohere(reason: unknown): boolean {
  return typeof reason === 'string' && reason.startsWith('ERROR');
}

function classifyCoze(name: string, frame: Json): FrameKind {
  switch (name) {
    case 'conversation.message.delta':
      return isPresent(frame['content']) || isPresent(frame['reasoning_content']) ? 'output' : 'preamble';
    case 'conversation.chat.completed':
    case 'done':
    case 'Done':
      return 'end';
    case 'conversation.chat.failed':
    case 'error':
    case 'Error':
      return 'failed';
    case 'Message':
      return 'output';
    default:
      return 'preamble';
  }
}

function classifyDify(_: string, frame: Json): FrameKind {
  switch (frame['event']) {
    case 'message':
    case 'agent_message':
      return isPresent(frame['answer']) ? 'output' : 'preamble';
    case 'text_chunk':
      return isPresent(asObject(frame['data'])?.['text']) ? 'output' : 'preamble';
    case 'message_end':
      return 'end';
    case 'workflow_finished':
      return asObject(frame['data'])?.['status'] === 'failed' ? 'failed' : 'end';
    case 'error':
      return 'failed';
    default:
      return 'preamble';
  }
}

/** cloud.tencent.com/document/api/1729/105701: errors within a stream are in `ErrorMsg`. */
function classifyHunyuan(_: string, frame: Json): FrameKind {
  if (isPresent(frame['ErrorMsg']) || isPresent(asObject(frame['Response'])?.['Error'])) return 'error';
  const choices: unknown = frame['Choices'];
  const choice = Array.isArray(choices) ? asObject(choices[0]) : undefined;
  if (isPresent(choice?.['FinishReason'])) return 'end';
  const delta = asObject(choice?.['Delta']);
  const fields = [delta?.['Content'], delta?.['ReasoningContent'], delta?.['ToolCalls']];
  return fields.some(isPresent) ? 'output' : 'preamble';
}

/** platform.minimaxi.com/document: the older chats have lists of messages, and speech comes with a state of 1, then 2. */
function classifyMinimax(_: string, frame: Json): FrameKind {
  if (isErrorFrame(frame)) return 'error';
  const data = asObject(frame['data']);
  if (data?.['status'] === 2) return 'end';
  const choices: unknown = frame['choices'];
  const choice = Array.isArray(choices) ? asObject(choices[0]) : undefined;
  if (isPresent(choice?.['finish_reason'])) return 'end';
  const messages: unknown = choice?.['messages'];
  const message = Array.isArray(messages) ? asObject(messages[0]) : undefined;
  const fields = [message?.['text'], message?.['function_call'], data?.['audio']];
  return fields.some(isPresent) ? 'output' : 'preamble';
}

/** github.com/ollama/ollama/blob/main/docs/api.md. */
function classifyOllama(_: string, frame: Json): FrameKind {
  if (frame['done'] === true) return 'end';
  const message = asObject(frame['message']);
  const fields = [
    message?.['content'],
    message?.['thinking'],
    message?.['tool_calls'],
    frame['response'],
    frame['thinking'],
  ];
  return fields.some(isPresent) ? 'output' : 'preamble';
}

/** help.aliyun.com/zh/model-studio: DashScope's own API, and its applications'. */
function classifyQwen(name: string, frame: Json): FrameKind {
  if (name === 'error' || (isPresent(frame['code']) && isPresent(frame['message']))) return 'error';
  const output = asObject(frame['output']);
  const choices: unknown = output?.['choices'];
  const choice = Array.isArray(choices) ? asObject(choices[0]) : undefined;
  const reason = choice?.['finish_reason'] ?? output?.['finish_reason'];
  if (isPresent(reason) && reason !== 'null') return 'end';
  const message = asObject(choice?.['message']);
  const fields = [
    output?.['text'],
    message?.['content'],
    message?.['reasoning_content'],
    message?.['tool_calls'],
    asObject(output?.['audio'])?.['data'],
  ];
  return fields.some(isPresent) ? 'output' : 'preamble';
}
