import type { ClientCodec } from '../codec.ts';
import { decodeAnthropicRequest } from './anthropic/decode-request.ts';
import { encodeMessage } from './anthropic/encode-response.ts';
import { MessageStreamEncoder } from './anthropic/encode-stream.ts';
import { decodeGeminiRequest } from './gemini/decode-request.ts';
import { encodeContent } from './gemini/encode-response.ts';
import { ContentStreamEncoder } from './gemini/encode-stream.ts';
import { CompletionStreamEncoder, decodeCompletion, encodeCompletion } from './openai/completions.ts';
import { decodeChat } from './openai/decode-chat.ts';
import { encodeChat } from './openai/encode-chat.ts';
import { ChatStreamEncoder } from './openai/encode-chat-stream.ts';
import { decodeResponsesRequest } from './responses/decode-request.ts';
import { encodeResponse } from './responses/encode-response.ts';
import { ResponseStreamEncoder } from './responses/encode-stream.ts';

/** Anthropic's messages. */
export const anthropicClientCodec: ClientCodec = {
  decodeRequest: decodeAnthropicRequest,
  encodeResponse: encodeMessage,
  encodeStream: (context) => new MessageStreamEncoder(context),
};

/** Gemini's content. */
export const geminiClientCodec: ClientCodec = {
  decodeRequest: decodeGeminiRequest,
  encodeResponse: encodeContent,
  encodeStream: (context) => new ContentStreamEncoder(context),
};

/** OpenAI's chat completions. */
export const chatClientCodec: ClientCodec = {
  decodeRequest: decodeChat,
  encodeResponse: encodeChat,
  encodeStream: (context) => new ChatStreamEncoder(context),
};

/** OpenAI's text completions. */
export const completionsClientCodec: ClientCodec = {
  decodeRequest: decodeCompletion,
  encodeResponse: encodeCompletion,
  encodeStream: (context) => new CompletionStreamEncoder(context),
};

/** OpenAI's responses. */
export const responsesClientCodec: ClientCodec = {
  decodeRequest: decodeResponsesRequest,
  encodeResponse,
  encodeStream: (context) => new ResponseStreamEncoder(context),
};

/** A request for a response, sent to the path of chats and answered as a chat. */
const chatAnsweredResponsesClientCodec: ClientCodec = {
  ...chatClientCodec,
  decodeRequest: decodeResponsesRequest,
};

/** By the names of the operations that generate something. */
const clientCodecs: ReadonlyMap<string, ClientCodec> = new Map([
  ['chat.completions', chatClientCodec],
  ['chat.completions.response', chatAnsweredResponsesClientCodec],
  ['completions', completionsClientCodec],
  ['gemini.generateContent', geminiClientCodec],
  ['gemini.streamGenerateContent', geminiClientCodec],
  ['messages.create', anthropicClientCodec],
  ['responses.create', responsesClientCodec],
]);

/** The client codec for the operation of a name; undefined where the operation is not translated. */
export function clientCodecOf(operation: string): ClientCodec | undefined {
  return clientCodecs.get(operation);
}
