import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { NotExpressible } from '../../codec.ts';
import type { ToolBook } from '../client-tools.ts';
import { customArguments } from '../custom-tools.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import {
  cacheControlOf,
  contentParts,
  describeWord,
  requireObject,
  requireObjects,
  requireText,
  textOf,
} from '../fields.ts';
import type { AssistantContent, Message, Prompt, ToolOutput, UserContent } from '../fields.ts';
import { ChatCalls, legacyId } from './chat-calls.ts';
import { partsOutput, unknownPart, userPart } from './decode-parts.ts';

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

/** The `cache_control` of a message whose parts become one: its own, or that of the last part that has one. */
function messageCacheControl(message: Json) {
  const parts = [message, ...objectsOf(message['content'])];
  return cacheControlOf(parts.findLast((part) => 'cache_control' in part) ?? {});
}

function userContent(content: unknown, where: string): UserContent {
  return contentParts(content, where).map((part) => userPart(part, where));
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
