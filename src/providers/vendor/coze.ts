import type { ProviderConfig } from '../../config/schema.ts';
import { cozeChat } from '../../dialects/vendor-operations.ts';
import type { Json } from '../../translate/asked.ts';
import { RetellingError } from '../../translate/retelling.ts';
import type { Wire } from '../wire.ts';
import type { ChatMessage, ChatRequest, VendorAsking } from './chat-request.ts';
import type { AnswerReader } from './chat-retelling.ts';
import type { Piece } from './chat-writer.ts';
import { objectIn, textIn, usageIn } from './json.ts';
import { ownChatWire } from './own-chat.ts';

/** Coze asks for a name of who asks, where the client has none. */
const NOBODY = 'api-user';

const USAGE = { prompt: 'input_count', completion: 'output_count', total: 'token_count' };

/**
 * Coze: the model is the id of a bot, which has a prompt of its own. Its plain answers only say that it has
 * begun, so it is always asked for a stream (docs.coze.cn/developer_guides/chat_v3).
 */
export function openCoze(config: ProviderConfig): Wire {
  return ownChatWire(config, {
    operations: 'coze.',
    ask: (chat, _, model) => ask(chat, model),
    reader: () => new CozeReader(),
  });
}

function ask({ messages, user = NOBODY }: ChatRequest, bot: string): VendorAsking {
  const body = {
    bot_id: bot,
    user_id: user,
    stream: true,
    // Each request brings the conversation along.
    auto_save_history: false,
    additional_messages: messages.map(messageOf),
  };
  return { operation: cozeChat, path: cozeChat.pattern, body, stream: true, uses: ['user'] };
}

/** It knows two roles: instructions go in as the user's. */
function messageOf({ role, text }: ChatMessage): object {
  const isAnswer = role === 'assistant';
  return {
    role: isAnswer ? 'assistant' : 'user',
    type: isAnswer ? 'answer' : 'question',
    content: text,
    content_type: 'text',
  };
}

class CozeReader implements AnswerReader {
  /** Cards and the like come in one piece, without deltas before it. */
  #hasText = false;

  whole(): readonly Piece[] {
    throw new RetellingError('Coze answered without a stream');
  }

  frame(name: string, data: Json): Piece | undefined {
    switch (name) {
      case 'conversation.message.delta':
        return this.#said(data);
      case 'conversation.message.completed':
        return this.#hasText || data['type'] !== 'answer' ? undefined : this.#said(data);
      case 'conversation.chat.created':
        return about(data);
      case 'conversation.chat.completed': {
        const usage = usageIn(objectIn(data, 'usage'), USAGE);
        return { ...about(data), ...(usage !== undefined && { usage }), isEnd: true };
      }
      default:
        return undefined;
    }
  }

  #said(data: Json): Piece | undefined {
    const text = textIn(data, 'content') ?? '';
    const reasoning = textIn(data, 'reasoning_content') ?? '';
    this.#hasText ||= text !== '';
    if (text === '' && reasoning === '') return undefined;
    return { ...(text !== '' && { text }), ...(reasoning !== '' && { reasoning }) };
  }
}

function about(chat: Json): Piece {
  const id = textIn(chat, 'id');
  return id === undefined ? {} : { id };
}
