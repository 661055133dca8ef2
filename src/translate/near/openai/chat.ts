import type { ClientCodec } from '../../asked.ts';
import { decodeChat } from './read-chat.ts';
import { ChatStreamEncoder } from './stream-chat.ts';
import { encodeChat } from './write-chat.ts';

/** OpenAI's chat completions. */
export const chatClientCodec: ClientCodec = {
  decodeRequest: decodeChat,
  encodeResponse: encodeChat,
  encodeStream: (context) => new ChatStreamEncoder(context),
};
