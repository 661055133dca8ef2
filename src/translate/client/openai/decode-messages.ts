import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import {
  argumentsOf,
  cacheControlOf,
  fileOf,
  requireObject,
  requireText,
  textOf,
  typeByName,
  describeWord,
} from '../fields.ts';
import type { AssistantContent, Message, Prompt, ToolOutput, UserContent } from '../fields.ts';

/** Decodes the messages of a chat. */
export function decodeMessages(messages: unknown): Prompt {
  if (!Array.isArray(messages)) throw new NotExpressible('messages is not a list');
  const names = new Map<string, string>();
  return messages.flatMap((each: unknown, at) =>
    decodeMessage(requireObject(each, `messages[${at}]`), at, names),
  );
}

/** @param names - of the tools called so far, by the ids of the calls */
function decodeMessage(message: Json, at: number, names: Map<string, string>): Message[] {
  const { role, content } = message;
  switch (role) {
    case 'system':
    case 'developer':
      return [{ role: 'system', content: joinedText(content), ...messageCacheControl(message) }];
    case 'user':
      return [{ role: 'user', content: userContent(content, `messages[${at}]`), ...cacheControlOf(message) }];
    case 'assistant': {
      const parts = assistantContent(message, at);
      for (const part of parts) if (part.type === 'tool-call') names.set(part.toolCallId, part.toolName);
      return parts.length === 0
        ? []
        : [{ role: 'assistant', content: parts, ...messageCacheControl(message) }];
    }
    case 'tool':
    case 'function': {
      const written = textOf(message['tool_call_id']) ?? legacyId(textOf(message['name']) ?? '');
      const toolCallId = splitIdState(written).id;
      const toolName = names.get(toolCallId) ?? textOf(message['name']) ?? 'unknown';
      return [
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId,
              toolName,
              output: toolOutput(content, `messages[${at}]`),
              ...messageCacheControl(message),
            },
          ],
        },
      ];
    }
    default:
      throw new NotExpressible(`messages[${at}].role is none that is known`);
  }
}

/** The text of a message's content, whether it stands alone or in parts. */
export function joinedText(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => textOf(part['text']) ?? '')
    .join('\n');
}

/** The `cache_control` of a message whose parts become one: its own, or that of the last part that has one. */
function messageCacheControl(message: Json) {
  const parts = [message, ...objectsOf(message['content'])];
  return cacheControlOf(parts.findLast((part) => 'cache_control' in part) ?? {});
}

function userContent(content: unknown, where: string): UserContent {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return objectsOf(content).map((part) => userPart(part, where));
}

/** A part of a user's message, as chats have it. */
export function userPart(part: Json, where: string): UserContent[number] {
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: requireText(part['text'], `a text of ${where}`), ...cacheControlOf(part) };
    case 'image_url': {
      const image = asObject(part['image_url']) ?? { url: part['image_url'] };
      return imagePart(requireText(image['url'], `an image of ${where}`), image['detail'], part);
    }
    case 'input_audio': {
      const audio = requireObject(part['input_audio'], `an audio of ${where}`);
      const format = requireText(audio['format'], `the format of an audio of ${where}`);
      const mediaType = typeByName(`.${format}`) ?? `audio/${format}`;
      const data = requireText(audio['data'], `an audio of ${where}`);
      return { type: 'file', mediaType, data: { type: 'data', data }, ...cacheControlOf(part) };
    }
    case 'file':
      return filePart(requireObject(part['file'], `a file of ${where}`), part);
    default:
      throw new NotExpressible(`${where} holds a part of type ${describeWord(part['type'])}`);
  }
}

/** An image by its URL, with its `detail`. */
export function imagePart(url: string, detail: unknown, part: Json): UserContent[number] {
  const marks = cacheControlOf(part).providerOptions;
  const imageDetail = textOf(detail);
  const options: SharedV4ProviderOptions = {
    ...marks,
    ...(imageDetail !== undefined && { openai: { imageDetail } }),
  };
  return {
    type: 'file',
    ...fileOf(url, 'image/*'),
    ...(Object.keys(options).length > 0 && { providerOptions: options }),
  };
}

/** A file by its data or its URL. An id means nothing to another provider. */
export function filePart(file: Json, part: Json): UserContent[number] {
  const url = textOf(file['file_data']) ?? textOf(file['file_url']);
  if (url === undefined)
    throw new NotExpressible('a file is named by an id, which means nothing to another provider');
  const filename = textOf(file['filename']);
  const fallbackType = typeByName(filename ?? '') ?? 'application/pdf';
  const whole = url.startsWith('data:') || file['file_data'] === undefined;
  return {
    type: 'file',
    ...fileOf(whole ? url : `data:${fallbackType};base64,${url}`, fallbackType),
    ...(filename !== undefined && { filename }),
    ...cacheControlOf(part),
  };
}

function assistantContent(message: Json, at: number): AssistantContent {
  const content: AssistantContent = [];
  const thinking = textOf(message['reasoning_content']) ?? textOf(message['reasoning']);
  if (thinking !== undefined) content.push({ type: 'reasoning', text: thinking });
  const text = joinedText(message['content']) || (textOf(message['refusal']) ?? '');
  if (text !== '') content.push({ type: 'text', text });
  for (const call of objectsOf(message['tool_calls'])) content.push(toolCall(call, at));
  const legacy = asObject(message['function_call']);
  if (legacy !== undefined)
    content.push(toolCall({ id: legacyId(textOf(legacy['name']) ?? ''), function: legacy }, at));
  return content;
}

function toolCall(call: Json, at: number): AssistantContent[number] {
  const called = requireObject(call['function'], `a tool call of messages[${at}]`);
  const toolName = requireText(called['name'], `the name of a tool call of messages[${at}]`);
  const google = asObject(asObject(call['extra_content'])?.['google']);
  const { id, state } = splitIdState(textOf(call['id']) ?? legacyId(toolName));
  const providerOptions = googleState(textOf(google?.['thought_signature'])) ?? state;
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName,
    input: argumentsOf(textOf(called['arguments']) ?? ''),
    ...(providerOptions !== undefined && { providerOptions }),
  };
}

/** Gemini's signature, or what was packed in its place for another family. */
function googleState(thoughtSignature: string | undefined): OpaqueState | undefined {
  if (thoughtSignature === undefined) return undefined;
  return unpackOpaqueState(thoughtSignature) ?? { google: { thoughtSignature } };
}

/** Calls of the older `functions` have no ids. */
function legacyId(name: string): string {
  return `call_${name}`;
}

function toolOutput(content: unknown, where: string): ToolOutput {
  if (typeof content === 'string') return { type: 'text', value: content };
  return partsOutput(userContent(content, where));
}

/** A tool's result in parts: one text where all of them are text. */
export function partsOutput(parts: UserContent): ToolOutput {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === parts.length) return { type: 'text', value: texts.join('\n') };
  return {
    type: 'content',
    value: parts.map((part) =>
      part.type === 'text' ? { type: 'text', text: part.text } : { ...part, type: 'file' as const },
    ),
  };
}
