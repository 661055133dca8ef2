import { asObject, itemsOf, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { AssistantPart, Message, OfRole, Prompt, ToolResult, UserPart } from '../provider/prompt.ts';
import { contentParts, originOf } from './passed-prompt.ts';
import type { Origin } from './passed-prompt.ts';

/**
 * Writes a prompt back as the messages of a chat.
 * @param fitted - what the rules made of it
 * @param written - the messages that it comes from; those that the rules left as they are stay these very objects
 */
export function messagesFrom(fitted: Prompt, written: readonly Json[]): Json[] {
  return fitted.flatMap((message) => messagesOf(message, written));
}

function messagesOf(message: Message, written: readonly Json[]): Json[] {
  switch (message.role) {
    case 'system':
      return [original(message, written) ?? { role: 'system', content: message.content }];
    case 'user':
      return [wholeOf(message.content, written) ?? { role: 'user', content: contentOf(message, written) }];
    case 'assistant':
      return [assistantMessage(message, written)];
    case 'tool':
      return message.content.flatMap((part) =>
        part.type === 'tool-result' ? [toolMessage(part, written)] : [],
      );
  }
}

function original(part: Pick<Message, 'providerOptions'>, written: readonly Json[]): Json | undefined {
  const origin = originOf(part);
  return origin && written[origin.at];
}

/** The message that these parts come from, where they are all of one, and all that it has. */
function wholeOf(parts: readonly (UserPart | AssistantPart)[], written: readonly Json[]): Json | undefined {
  const origins = parts.map(originOf);
  const [first] = origins;
  const message = first && written[first.at];
  if (message === undefined || origins.some((each) => each?.at !== first?.at)) return undefined;
  return message['role'] !== 'tool' && parts.length === partsOf(message) ? message : undefined;
}

/** How many parts stand in a prompt for a message. */
function partsOf(message: Json): number {
  const { content, role } = message;
  const calls = itemsOf(message['tool_calls']).length;
  const isBlank = role === 'assistant' && typeof content === 'string' && content.trim() === '';
  return Math.max(1, (isBlank ? 0 : contentParts(message).length) + calls);
}

function assistantMessage(message: OfRole<'assistant'>, written: readonly Json[]): Json {
  const whole = wholeOf(message.content, written) ?? joined(message, written);
  return withPrefix(withIds(whole, message), message);
}

/** Of several messages, or of parts of one: fields beside content and calls are those of the last. */
function joined(message: OfRole<'assistant'>, written: readonly Json[]): Json {
  const calls = message.content.flatMap((part) => {
    const origin = part.type === 'tool-call' ? originOf(part) : undefined;
    return origin === undefined ? [] : itemsOf(callsOf(written, origin)).slice(origin.part, origin.part + 1);
  });
  const last = message.content.findLast((part) => originOf(part) !== undefined);
  const { tool_calls: _, ...fields } = (last && original(last, written)) ?? { role: 'assistant' };
  return {
    ...fields,
    content: contentOf(message, written),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function callsOf(written: readonly Json[], { at }: Origin): unknown {
  return written[at]?.['tool_calls'];
}

function contentOf(
  { role, content }: OfRole<'assistant'> | OfRole<'user'>,
  written: readonly Json[],
): string | readonly unknown[] | null {
  const parts = content.flatMap((part: UserPart | AssistantPart): unknown[] => {
    if (part.type !== 'text') return [];
    const origin = originOf(part);
    const message = origin && written[origin.at];
    if (message === undefined || message['role'] === 'tool') return [{ type: 'text', text: part.text }];
    return contentParts(message).slice(origin?.part, (origin?.part ?? 0) + 1);
  });
  if (parts.length === 0) return null;
  // Not every vendor takes what the assistant said in parts.
  if (parts.length > 1 && role !== 'assistant') return parts;
  const texts = parts.map(bareText);
  return texts.every((text) => text !== undefined) ? texts.join('\n\n') : parts;
}

/** The text of a part that is nothing else: a mark for the vendor's cache, say, stands beside it. */
function bareText(part: unknown): string | undefined {
  const { type, text, ...beside } = asObject(part) ?? {};
  if (type !== 'text' || typeof text !== 'string') return undefined;
  return Object.keys(beside).length === 0 ? text : undefined;
}

function withIds(whole: Json, { content }: OfRole<'assistant'>): Json {
  const calls = content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []));
  const own = objectsOf(whole['tool_calls']);
  if (own.every(({ id = '' }, index) => id === calls[index])) return whole;
  const toolCalls = own.map((call, index) => ({ ...call, id: calls[index] }));
  return { ...whole, tool_calls: toolCalls };
}

/** As the rules ask for it of a message that is to be continued. */
function withPrefix(whole: Json, { providerOptions }: OfRole<'assistant'>): Json {
  const isPrefix = asObject(providerOptions?.['openaiCompatible'])?.['prefix'] === true;
  return !isPrefix || whole['prefix'] === true ? whole : { ...whole, prefix: true };
}

function toolMessage(part: ToolResult, written: readonly Json[]): Json {
  const { toolCallId, output } = part;
  const message = original(part, written);
  if (message === undefined) {
    const content = 'value' in output && typeof output.value === 'string' ? output.value : '';
    return { role: 'tool', tool_call_id: toolCallId, content };
  }
  if (message['tool_call_id'] === toolCallId) return message;
  return { ...message, tool_call_id: toolCallId };
}
