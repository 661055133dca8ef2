import type { ProviderConfig } from '../../config/schema/schema.ts';
import { cozeChat } from '../../dialects/operations/vendor.ts';
import type { Json } from '../../base/json.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import type { ProviderAdapter } from '../adapter.ts';
import type { ChatMessage, ChatRequest, VendorRequest } from './chat-request.ts';
import type { VendorResponseReader } from './vendor-chat-translator.ts';
import type { Piece } from './chat-writer.ts';
import { objectIn, textIn, usageIn } from './json-fields.ts';
import { vendorChatAdapter } from './vendor-chat-adapter.ts';

/** Coze requires a user: this one where the client names none. */
const DEFAULT_USER = 'api-user';

const USAGE = { prompt: 'input_count', completion: 'output_count', total: 'token_count' };

/**
 * Coze: the model is the id of a bot, which has a prompt of its own. Without a stream it only answers that the chat has
 * started, so it is always sent a request for a stream (docs.coze.cn/developer_guides/chat_v3).
 */
export function openCoze(config: ProviderConfig): ProviderAdapter {
  return vendorChatAdapter(config, {
    operations: 'coze.',
    buildRequest: (chat, _, model) => buildRequest(chat, model),
    createReader: () => new CozeReader(),
  });
}

function buildRequest({ messages, user = DEFAULT_USER }: ChatRequest, bot: string): VendorRequest {
  const body = {
    bot_id: bot,
    user_id: user,
    stream: true,
    // Each request holds the whole conversation.
    auto_save_history: false,
    additional_messages: messages.map(messageOf),
  };
  return { operation: cozeChat, path: cozeChat.pattern, body, stream: true, usedFields: ['user'] };
}

/** Coze has two roles: instructions become the user's. */
function messageOf({ role, text }: ChatMessage): object {
  const isAnswer = role === 'assistant';
  return {
    role: isAnswer ? 'assistant' : 'user',
    type: isAnswer ? 'answer' : 'question',
    content: text,
    content_type: 'text',
  };
}

class CozeReader implements VendorResponseReader {
  /** Cards and the like come in one piece, without deltas before it: only then is a completed message text to be passed on. */
  #hasText = false;

  readWhole(): readonly Piece[] {
    throw new TranslationError('Coze answered without a stream');
  }

  readFrame(name: string, data: Json): Piece | undefined {
    switch (name) {
      case 'conversation.message.delta':
        return this.#textPiece(data);
      case 'conversation.message.completed':
        return this.#hasText || data['type'] !== 'answer' ? undefined : this.#textPiece(data);
      case 'conversation.chat.created':
        return idOf(data);
      case 'conversation.chat.completed': {
        const usage = usageIn(objectIn(data, 'usage'), USAGE);
        return { ...idOf(data), ...(usage !== undefined && { usage }), isEnd: true };
      }
      default:
        return undefined;
    }
  }

  #textPiece(data: Json): Piece | undefined {
    const text = textIn(data, 'content') ?? '';
    const reasoning = textIn(data, 'reasoning_content') ?? '';
    this.#hasText ||= text !== '';
    if (text === '' && reasoning === '') return undefined;
    return { ...(text !== '' && { text }), ...(reasoning !== '' && { reasoning }) };
  }
}

function idOf(chat: Json): Piece {
  const id = textIn(chat, 'id');
  return id === undefined ? {} : { id };
}
