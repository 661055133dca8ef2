import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import { argumentsOf } from '../../call-arguments.ts';
import { NotExpressible } from '../../codec.ts';
import type { ToolBook } from '../client-tools.ts';
import { customArguments } from '../custom-tools.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import {
  cacheControlOf,
  contentParts,
  fileOf,
  requireObject,
  requireObjects,
  requireText,
  textOf,
  typeByName,
  describeWord,
} from '../fields.ts';
import { ChatCalls, legacyId } from './chat-calls.ts';
import type { AssistantContent, Message, Prompt, ToolOutput, UserContent } from '../fields.ts';

/** Decodes the messages of a chat. @param book - with its tools */
export function decodeMessages(messages: unknown, book: ToolBook): Prompt {
  if (!Array.isArray(messages)) throw new NotExpressible('messages is not a list');
  const calls = new ChatCalls();
  return messages.flatMap((each: unknown, at) =>
    decodeMessage(requireObject(each, `messages[${at}]`), `messages[${at}]`, calls, book),
  );
}

function decodeMessage(message: Json, where: string, calls: ChatCalls, book: ToolBook): Message[] {
  const { role, content } = message;
  switch (role) {
    case 'system':
    case 'developer':
      return [{ role: 'system', content: textIn(content, where), ...messageCacheControl(message) }];
    case 'user':
      return [{ role: 'user', content: userContent(content, where), ...cacheControlOf(message) }];
    case 'assistant': {
      const parts = assistantContent(message, where, book);
      for (const part of parts) if (part.type === 'tool-call') calls.add(part.toolCallId, part.toolName);
      return parts.length === 0
        ? []
        : [{ role: 'assistant', content: parts, ...messageCacheControl(message) }];
    }
    case 'tool':
    case 'function': {
      const { toolCallId, toolName } = calls.resolve(
        textOf(message['tool_call_id']),
        textOf(message['name']),
      );
      return [
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId,
              toolName,
              output: toolOutput(content, where),
              ...messageCacheControl(message),
            },
          ],
        },
      ];
    }
    default:
      throw new NotExpressible(`${where}.role is none that is known`);
  }
}

/** The text of a message that holds nothing else, whether it stands alone or in parts. */
function textIn(content: unknown, where: string): string {
  return contentParts(content, where)
    .map((part) => {
      if (part['type'] === 'text' || part['type'] === 'input_text')
        return requireText(part['text'], `a text of ${where}`);
      throw unknownPart(part, where);
    })
    .join('\n');
}

function unknownPart(part: Json, where: string): NotExpressible {
  return new NotExpressible(`${where} holds a part of type ${describeWord(part['type'])}`);
}

/** The `cache_control` of a message whose parts become one: its own, or that of the last part that has one. */
function messageCacheControl(message: Json) {
  const parts = [message, ...objectsOf(message['content'])];
  return cacheControlOf(parts.findLast((part) => 'cache_control' in part) ?? {});
}

function userContent(content: unknown, where: string): UserContent {
  return contentParts(content, where).map((part) => userPart(part, where));
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
    case 'input_audio':
      return audioPart(requireObject(part['input_audio'], `an audio of ${where}`), part, where);
    case 'file':
      return filePart(requireObject(part['file'], `a file of ${where}`), part);
    default:
      throw unknownPart(part, where);
  }
}

/** An audio by its data and format. */
export function audioPart(audio: Json, part: Json, where: string): UserContent[number] {
  const format = requireText(audio['format'], `the format of an audio of ${where}`);
  const mediaType = typeByName(`.${format}`) ?? `audio/${format}`;
  const data = requireText(audio['data'], `an audio of ${where}`);
  return { type: 'file', mediaType, data: { type: 'data', data }, ...cacheControlOf(part) };
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

function assistantContent(message: Json, where: string, book: ToolBook): AssistantContent {
  if (asObject(message['audio']) !== undefined)
    throw new NotExpressible(
      `the audio of ${where} is named by an id, which means nothing to another provider`,
    );
  const content: AssistantContent = [];
  const thinking = textOf(message['reasoning_content']) ?? textOf(message['reasoning']);
  if (thinking !== undefined) content.push({ type: 'reasoning', text: thinking });
  const texts: string[] = [];
  for (const part of contentParts(message['content'], where)) {
    if (part['type'] === 'thinking') content.push({ type: 'reasoning', text: thoughtOf(part, where) });
    else texts.push(assistantText(part, where));
  }
  const text = texts.join('\n') || (textOf(message['refusal']) ?? '');
  if (text !== '') content.push({ type: 'text', text });
  for (const call of requireObjects(message['tool_calls'], `${where}.tool_calls`))
    content.push(toolCall(call, where, book));
  const legacy = asObject(message['function_call']);
  if (legacy !== undefined)
    content.push(toolCall({ id: legacyId(textOf(legacy['name']) ?? ''), function: legacy }, where, book));
  return content;
}

function assistantText(part: Json, where: string): string {
  switch (part['type']) {
    case 'text':
      return requireText(part['text'], `a text of ${where}`);
    case 'refusal':
      return requireText(part['refusal'], `a refusal of ${where}`);
    default:
      throw unknownPart(part, where);
  }
}

/** Mistral's parts of thinking hold parts of text (docs.mistral.ai/capabilities/reasoning, 2026-11-30). */
function thoughtOf({ thinking }: Json, where: string): string {
  return contentParts(thinking, `a thinking of ${where}`)
    .map((part) => textOf(part['text']) ?? '')
    .join('');
}

function toolCall(call: Json, where: string, book: ToolBook): AssistantContent[number] {
  const type = call['type'] ?? 'function';
  if (type === 'custom') return customCall(call, where, book);
  if (type !== 'function')
    throw new NotExpressible(`${where} holds a tool call of type ${describeWord(type)}`);
  const called = requireObject(call['function'], `a tool call of ${where}`);
  const name = requireText(called['name'], `the name of a tool call of ${where}`);
  const { id, state } = splitIdState(textOf(call['id']) ?? legacyId(name));
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName: book.functionNameOf({ kind: 'function', name }),
    input: argumentsOf(called['arguments']),
    ...stateOption(call, state),
  };
}

function customCall(call: Json, where: string, book: ToolBook): AssistantContent[number] {
  const called = requireObject(call['custom'], `a tool call of ${where}`);
  const name = requireText(called['name'], `the name of a tool call of ${where}`);
  const { id, state } = splitIdState(requireText(call['id'], `the id of a tool call of ${where}`));
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName: book.functionNameOf({ kind: 'custom', name }),
    input: customArguments(called['input'], `a tool call of ${where}`),
    ...stateOption(call, state),
  };
}

/**
 * The signature that Gemini wants back with a call, or what was packed in its place for another family.
 * @param ofId - what was packed into the id of the call
 */
function stateOption(call: Json, ofId: OpaqueState | undefined) {
  const google = asObject(asObject(call['extra_content'])?.['google']);
  const thoughtSignature = textOf(google?.['thought_signature']);
  const providerOptions =
    thoughtSignature === undefined
      ? ofId
      : (unpackOpaqueState(thoughtSignature) ?? { google: { thoughtSignature } });
  return providerOptions === undefined ? {} : { providerOptions };
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
