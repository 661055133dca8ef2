import type { ClientCodec } from '../../asked.ts';
import { decodeRequest } from './read.ts';
import { MessageStreamEncoder } from './stream.ts';
import { encodeMessage } from './write.ts';

/** Anthropic's messages. */
export const anthropicClientCodec: ClientCodec = {
  decodeRequest: decodeRequest,
  encodeResponse: encodeMessage,
  encodeStream: (context) => new MessageStreamEncoder(context),
};
