import { asObject, isPresent, itemsOf, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import type { VendorRequest } from './chat-request.ts';

/*
 * Chats as DashScope's own API takes them: alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope.
 */

/** What the configuration adds to chats. */
export interface QwenSettings {
  readonly enableSearch: boolean;
  /** Ids of files that `qwen-long` is to know. */
  readonly fileIds: readonly string[];
}

const textGeneration = operationNamed('qwen.text_generation');
const multimodalGeneration = operationNamed('qwen.multimodal_generation');

/** Settings that have one name in either API. */
const SAME_NAMES = [
  'enable_code_interpreter',
  'enable_search',
  'enable_thinking',
  'logprobs',
  'max_tokens',
  'n',
  'parallel_tool_calls',
  'presence_penalty',
  'preserve_thinking',
  'repetition_penalty',
  'response_format',
  'search_options',
  'seed',
  'stop',
  'temperature',
  'thinking_budget',
  'tool_choice',
  'tools',
  'top_k',
  'top_logprobs',
  'vl_high_resolution_images',
];

/** Nucleus sampling without its two ends, which not every model takes. */
const MIN_TOP_P = 0.000001;
const MAX_TOP_P = 0.999999;
/** Temperatures are less than OpenAI's highest, 2. */
const MAX_TEMPERATURE = 1.99;

/**
 * The request that a chat becomes; undefined where this API has no words for what it holds.
 * @param body - of the client's request
 * @param model - as DashScope calls it
 */
export function qwenChatRequest(
  body: Json,
  model: string,
  stream: boolean,
  settings: QwenSettings,
): VendorRequest | undefined {
  // How several answers share one stream is not documented.
  if (stream && typeof body['n'] === 'number' && body['n'] > 1) return undefined;
  const written = objectsOf(body['messages']);
  const isMultimodal = MULTIMODAL.test(model) || written.some(hasFiles);
  const messages = written.map((message) => messageOf(message, isMultimodal));
  if (messages.length === 0 || messages.some((message) => message === undefined)) return undefined;
  const known = messages.filter((message) => message !== undefined);
  const operation = isMultimodal ? multimodalGeneration : textGeneration;
  return {
    operation,
    path: operation.pattern,
    body: {
      model,
      input: { messages: isLong(model, settings) ? withFiles(known, settings.fileIds) : known },
      parameters: parametersOf(body, model, stream, settings),
    },
    stream,
    ...(stream && { headers: { 'x-dashscope-sse': 'enable' } }),
    usedFields: [...SAME_NAMES, 'max_completion_tokens', 'top_p'],
    lostFields: forcesTool(body) && onlyTool(body) === undefined ? ['tool_choice'] : [],
  };
}

/** Models that see have an endpoint of their own, and so have those since 3.5 but for the text models called `max`. */
const MULTIMODAL =
  /(?:^|[-/])(?:qvq|vl|ocr|omni)(?:-|$)|(?:^|\/)qwen[2-9](?:\.\d+)?-vl|^qwen3\.[5-9]-(?!max)/u;

function hasFiles({ content }: Json): boolean {
  return objectsOf(content).some(({ type }) => type !== 'text' && type !== 'refusal');
}

function isLong(model: string, { fileIds }: QwenSettings): boolean {
  return model === 'qwen-long' && fileIds.length > 0;
}

/** Members of messages that are as in OpenAI's dialect. */
const MESSAGE_MEMBERS = ['name', 'partial', 'reasoning_content', 'tool_call_id', 'tool_calls'];

/** Undefined where it holds what this API has no words for. */
function messageOf(message: Json, isMultimodal: boolean): Json | undefined {
  const { role, content } = message;
  if (role === 'function') return undefined;
  const parts = typeof content === 'string' ? [{ text: content }] : objectsOf(content).map(partOf);
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length || itemsOf(content).length > objectsOf(content).length) return undefined;
  const isPlain = !isMultimodal && !known.some((part) => 'cache_control' in part);
  const members = MESSAGE_MEMBERS.filter((name) => isPresent(message[name]));
  return {
    role: role === 'developer' ? 'system' : role,
    content: isPlain ? known.map((part) => String(part['text'])).join('\n') : known,
    ...Object.fromEntries(members.map((name) => [name, message[name]])),
  };
}

function partOf(part: Json): Json | undefined {
  const { type, text, refusal, cache_control: cache } = part;
  const more = isPresent(cache) && { cache_control: cache };
  switch (type) {
    case 'text':
      return { text, ...more };
    case 'refusal':
      return { text: refusal };
    case 'image_url':
      return withUrl('image', part['image_url'], more);
    case 'video_url':
      return withUrl('video', part['video_url'], more);
    case 'video':
      return Array.isArray(part['video']) ? { video: part['video'], ...more } : undefined;
    default:
      return undefined;
  }
}

function withUrl(name: string, value: unknown, more: object | false): Json | undefined {
  const url = typeof value === 'string' ? value : asObject(value)?.['url'];
  return typeof url === 'string' ? { [name]: url, ...more } : undefined;
}

function parametersOf(body: Json, model: string, stream: boolean, { enableSearch }: QwenSettings): Json {
  const { max_completion_tokens: maxTokens, temperature, top_p: topP } = body;
  return {
    result_format: 'message',
    ...(stream && { incremental_output: true }),
    ...(enableSearch && { enable_search: true }),
    ...(isPresent(maxTokens) && { max_tokens: maxTokens }),
    ...(preservesThinking(model) && hasThinking(body) && { preserve_thinking: true }),
    ...Object.fromEntries(
      SAME_NAMES.filter((name) => body[name] !== undefined && body[name] !== null).map((name) => [
        name,
        body[name],
      ]),
    ),
    ...(typeof temperature === 'number' && { temperature: Math.min(temperature, MAX_TEMPERATURE) }),
    ...(typeof topP === 'number' && { top_p: Math.min(Math.max(topP, MIN_TOP_P), MAX_TOP_P) }),
    ...(forcesTool(body) && { tool_choice: onlyTool(body) }),
  };
}

/** DashScope has no word for that: it can be made to call one tool by its name. */
function forcesTool({ tool_choice: choice }: Json): boolean {
  return choice === 'required';
}

/** The choice of the one tool that there is; undefined where there are others. */
function onlyTool({ tools }: Json): Json | undefined {
  const [tool, ...others] = objectsOf(tools);
  const name = asObject(tool?.['function'])?.['name'];
  return others.length > 0 || name === undefined ? undefined : { type: 'function', function: { name } };
}

function hasThinking({ messages }: Json): boolean {
  return objectsOf(messages).some((each) => isPresent(each['reasoning_content']));
}

/** Whether a model goes on from earlier thinking where it is asked to: those for which the Higress plugin asks. */
export function preservesThinking(model: string): boolean {
  return /^(?:qwen3\.6-max-preview$|qwen3\.6-plus|kimi-k2\.6$)/u.test(model);
}

/** What stands before a message with files, which cannot be the first one: help.aliyun.com/zh/model-studio/long-context-qwen-long. */
const INSTRUCTIONS = 'You are a helpful assistant.';

/** The conversation with its files: in a message of their own, behind all instructions, which become one message. */
function withFiles(messages: readonly Json[], fileIds: readonly string[]): readonly Json[] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const leading = first < 0 ? messages.length : first;
  const instructions = messages.slice(0, leading).map(({ content }) => textOf(content));
  const files = fileIds.map((id) => `fileid://${id}`).join(',');
  return [
    { role: 'system', content: leading === 0 ? INSTRUCTIONS : instructions.join('\n') },
    { role: 'system', content: files },
    ...messages.slice(leading),
  ];
}

/** Of a message: its parts are a list where one of them is marked for the cache. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map(({ text }) => String(text))
    .join('\n');
}
