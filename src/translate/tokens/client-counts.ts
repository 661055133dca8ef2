import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { anthropicClientCodec, geminiClientCodec, responsesClientCodec } from '../client/codecs.ts';
import { field } from '../client/gemini/decode-contents.ts';
import type { ClientCodec } from '../codec.ts';

/** How clients of one dialect have tokens counted. */
export interface ClientCount {
  readonly codec: ClientCodec;
  /** The request whose tokens are to be counted, as if it were to be answered. */
  requestIn(body: Json): Json;
  /** The member of the response with the number. */
  readonly member: string;
  /** The response. */
  response(tokens: number): object;
}

/** By the names of the operations. */
const counts: ReadonlyMap<string, ClientCount> = new Map([
  // docs.claude.com/en/api/messages-count-tokens
  [
    'messages.count_tokens',
    {
      codec: anthropicClientCodec,
      requestIn: (body) => body,
      member: 'input_tokens',
      response: (tokens) => ({ input_tokens: tokens }),
    },
  ],
  // ai.google.dev/api/tokens
  [
    'gemini.countTokens',
    {
      codec: geminiClientCodec,
      requestIn: (body) => asObject(field(body, 'generateContentRequest')) ?? body,
      member: 'totalTokens',
      response: (tokens) => ({ totalTokens: tokens }),
    },
  ],
  // platform.openai.com/docs/api-reference/responses/input-tokens
  [
    'responses.input_tokens',
    {
      codec: responsesClientCodec,
      requestIn: (body) => body,
      member: 'input_tokens',
      response: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
    },
  ],
]);

/** How the operation of that name counts; undefined for one that does not count. */
export function clientCountOf(operation: string): ClientCount | undefined {
  return counts.get(operation);
}
