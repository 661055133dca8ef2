import { asObject, isPresent, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { isErrorFrame } from '../../dialects/watch/error-bodies.ts';
import { NotExpressible } from '../../translate/codec.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import { openCompatible } from '../adapters/compatible.ts';
import { plainAdapter } from '../adapters/plain.ts';
import type { Converted, ProviderAdapter } from '../adapter.ts';
import { endpointOf } from '../endpoint.ts';
import { isInstruction } from './chat-request.ts';
import type { ChatMessage, ChatRequest, VendorRequest } from './chat-request.ts';
import type { ChatUsage, Piece } from './chat-writer.ts';
import { objectIn, textIn } from './json-fields.ts';
import { convertTextChat } from './vendor-chat-adapter.ts';
import type { VendorResponseReader } from './vendor-chat-translator.ts';

const chatPro = operationNamed('minimax.chat_pro');

/**
 * MiniMax: its second API speaks OpenAI's dialect, the older one (`minimaxApiType: pro`) has speakers with names in the place of
 * roles, and is that of a group. What this one has no words for goes to the second all the same: both are there for every key.
 */
export function openMinimax(config: ProviderConfig): ProviderAdapter {
  const adapter = openCompatible(config);
  if (config.minimaxApiType !== 'pro') return adapter;
  const { origin, basePath } = endpointOf(config);
  const { credential } = providerTypeOf(config.type);
  const group = encodeURIComponent(config.minimaxGroupId ?? '');
  const pro = plainAdapter(origin, 'openai-chat', [
    { family: 'vendor', basePath, credential, query: `GroupId=${group}` },
  ]);
  const ofGroup: ProviderAdapter = {
    ...adapter,
    build: (call, key, model) => (call.target.operation === chatPro ? pro : adapter).build(call, key, model),
  };
  if (config.protocol === 'original') return ofGroup;
  return {
    ...ofGroup,
    supports: (operation, model) =>
      operation.name !== 'chat.completions' && adapter.supports(operation, model),
    convert: (call, model) =>
      call.target.operation.name === 'chat.completions' ? convertChat(call, model) : undefined,
  };
}

function convertChat(call: Call, model: string | undefined): Converted {
  try {
    return convertTextChat(call, model, { buildRequest, createReader: () => new MinimaxProReader() });
  } catch (error) {
    if (error instanceof NotExpressible) return { call, translator: undefined };
    throw error;
  }
}

/** The names and the description that MiniMax's documentation gives a model and a user, as in the Higress plugin. */
const BOT = 'MM智能助理';
const USER = '小明';
const DESCRIPTION =
  'MM智能助理是一款由MiniMax自研的，没有调用其他产品的接口的大型语言模型。MiniMax是一家中国科技公司，一直致力于进行大模型相关的研究。';

/** platform.minimaxi.com/document/ChatCompletion%20Pro */
function buildRequest({ body, messages }: ChatRequest, { stream }: Call, model: string): VendorRequest {
  const { temperature, top_p: topP } = body;
  const maxTokens = body['max_completion_tokens'] ?? body['max_tokens'];
  const instructions = messages.filter(isInstruction);
  // Instructions without a name, such as those of a context, are about the bot that others name.
  const bot = instructions.find(({ name }) => name !== undefined)?.name ?? BOT;
  const bots = instructions.map(({ name = bot, text }) => ({ bot_name: name, content: text }));
  return {
    operation: chatPro,
    path: chatPro.pattern,
    body: {
      model,
      ...(stream && { stream }),
      ...(typeof maxTokens === 'number' && { tokens_to_generate: maxTokens }),
      ...(typeof temperature === 'number' && { temperature: aboveZero(temperature) }),
      ...(typeof topP === 'number' && { top_p: aboveZero(topP) }),
      mask_sensitive_info: true,
      messages: messages.filter((each) => !isInstruction(each)).map(messageOf),
      bot_setting: bots.length > 0 ? bots : [{ bot_name: BOT, content: DESCRIPTION }],
      reply_constraints: { sender_type: 'BOT', sender_name: bots.at(-1)?.bot_name ?? BOT },
    },
    stream,
    usedFields: ['max_completion_tokens', 'max_tokens', 'temperature', 'top_p'],
  };
}

/** Its samplings are more than 0 and at most 1. */
function aboveZero(value: number): number {
  return Math.min(Math.max(value, 0.01), 1);
}

function messageOf({ role, name, text }: ChatMessage): object {
  const isBot = role === 'assistant';
  return {
    sender_type: isBot ? 'BOT' : 'USER',
    sender_name: name ?? (isBot ? BOT : USER),
    text,
  };
}

class MinimaxProReader implements VendorResponseReader {
  /** The last frame of a stream has the whole text once more. */
  #hasText = false;

  readWhole(body: Json): readonly Piece[] {
    const replies = objectsOf(body['choices']).flatMap(({ messages, finish_reason: finish }) =>
      objectsOf(messages).map((message) => ({ message, finish })),
    );
    if (replies.length === 0) throw new TranslationError('MiniMax answered without choices');
    return replies.map(({ message, finish }, choice) => ({
      choice,
      ...spoken(message),
      ...about(body),
      finish: finishOf(finish),
    }));
  }

  readFrame(_: string, data: Json): readonly Piece[] {
    if (isErrorFrame(data)) throw new TranslationError('MiniMax sent an error');
    const [choice] = objectsOf(data['choices']);
    const isEnd = isPresent(choice?.['finish_reason']);
    const said = this.#hasText && isEnd ? [] : objectsOf(choice?.['messages']).map(spoken);
    const texts = said.filter(({ text }) => text !== '');
    this.#hasText ||= texts.length > 0;
    const end = isEnd ? [{ ...about(data), finish: finishOf(choice?.['finish_reason']), isEnd }] : [];
    return [...texts, ...end];
  }
}

function spoken(message: Json): Piece {
  const name = textIn(message, 'sender_name') ?? '';
  return { text: textIn(message, 'text') ?? '', ...(name !== '' && { name }) };
}

function about(body: Json): Piece {
  const id = textIn(body, 'id') ?? '';
  const usage = usageOf(objectIn(body, 'usage'));
  return { ...(id !== '' && { id }), ...(usage !== undefined && { usage }) };
}

/** Older models count all tokens together. */
function usageOf(usage: Json | undefined): ChatUsage | undefined {
  const total = usage?.['total_tokens'];
  if (typeof total !== 'number') return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion } = asObject(usage) ?? {};
  return {
    prompt_tokens: typeof prompt === 'number' ? prompt : 0,
    completion_tokens: typeof completion === 'number' ? completion : 0,
    total_tokens: total,
  };
}

function finishOf(reason: unknown): string {
  return reason === 'length' || reason === 'max_output' ? 'length' : 'stop';
}
