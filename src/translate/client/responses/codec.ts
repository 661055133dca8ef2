import type { ClientCodec } from '../../codec.ts';
import { chatClientCodec } from '../openai/codec.ts';
import { decodeRequest } from './decode-request.ts';
import { ResponseStreamEncoder } from './encode-stream.ts';
import { encodeResponse } from './encode-response.ts';

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
