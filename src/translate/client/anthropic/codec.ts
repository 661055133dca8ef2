import type { ClientCodec } from '../../codec.ts';
import { decodeRequest } from './decode-request.ts';
import { MessageStreamEncoder } from './encode-stream.ts';
import { encodeMessage } from './encode-response.ts';

/** Anthropic's messages. */
export const anthropicClientCodec: ClientCodec = {
  decodeRequest: decodeRequest,
  encodeResponse: encodeMessage,
  encodeStream: (context) => new MessageStreamEncoder(context),
};
