import type { ClientCodec } from '../../codec.ts';
import { decodeChat } from './decode-chat.ts';
import { ChatStreamEncoder } from './encode-chat-stream.ts';
import { encodeChat } from './encode-chat.ts';

/** OpenAI's chat completions. */
export const chatClientCodec: ClientCodec = {
  decodeRequest: decodeChat,
  encodeResponse: encodeChat,
  encodeStream: (context) => new ChatStreamEncoder(context),
};
