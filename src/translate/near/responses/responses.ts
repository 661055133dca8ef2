import type { ClientCodec } from '../../asked.ts';
import { chatClientCodec } from '../openai/chat.ts';
import { decodeRequest } from './read.ts';
import { ResponseStreamEncoder } from './stream.ts';
import { encodeResponse } from './write.ts';

/** A request for a response, answered as a chat. */
export const chatAnsweredResponsesClientCodec: ClientCodec = {
  decodeRequest: decodeRequest,
  encodeResponse: (result, context) => chatClientCodec.encodeResponse(result, context),
  encodeStream: (context) => chatClientCodec.encodeStream(context),
};

/** OpenAI's responses. */
export const responsesClientCodec: ClientCodec = {
  decodeRequest: decodeRequest,
  encodeResponse: encodeResponse,
  encodeStream: (context) => new ResponseStreamEncoder(context),
};
