import type { JSONObject } from '@ai-sdk/provider';
import { asObject } from '../../base/json.ts';
import { NotExpressible } from '../codec.ts';
import { argumentsOf } from '../call-arguments.ts';
import type { AssistantPart, Message, Prompt, UserPart } from './prompt.ts';

type Options = Readonly<Record<string, JSONObject>>;

/** A conversation as Converse has it: data instead of URLs, objects for arguments, `cachePoint` for `cache_control`. */
export function toConverseMessages(prompt: Prompt): Prompt {
  return prompt.map((message) => withCachePoint(converseMessage(message)));
}

function converseMessage(message: Message): Message {
  switch (message.role) {
    case 'system':
      return message;
    case 'user':
      return { ...message, content: message.content.map(userPart) };
    case 'assistant':
      return { ...message, content: message.content.map(assistantPart) };
    case 'tool':
      return { ...message, content: message.content.map(withCachePoint) };
  }
}

function userPart(part: UserPart): UserPart {
  if (part.type === 'file' && part.data.type === 'url' && part.data.url.protocol !== 's3:')
    throw new NotExpressible('a file by its URL; Bedrock takes only the file itself');
  return withCachePoint(part);
}

function assistantPart(part: AssistantPart): AssistantPart {
  switch (part.type) {
    case 'reasoning':
      return part;
    case 'tool-call':
      return withCachePoint({ ...part, input: argumentsOf(part.input) });
    default:
      return withCachePoint(part);
  }
}

function withCachePoint<Marked extends { providerOptions?: Options }>(part: Marked): Marked {
  const cachePoint = cachePointOf(part.providerOptions);
  if (cachePoint === undefined) return part;
  return { ...part, providerOptions: { ...part.providerOptions, amazonBedrock: { cachePoint } } };
}

/** Bedrock's `cachePoint` for a client's `cache_control`; undefined where there is none. */
export function cachePointOf(options: Options | undefined): JSONObject | undefined {
  const mark = asObject(options?.['anthropic']?.['cacheControl']);
  if (mark === undefined) return undefined;
  const ttl = mark['ttl'];
  return { type: 'default', ...(typeof ttl === 'string' && { ttl }) };
}
