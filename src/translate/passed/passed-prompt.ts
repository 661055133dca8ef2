import { asObject, isPresent, itemsOf, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { textOf } from '../client/fields.ts';
import type { AssistantPart, Message, Prompt, ToolResult, UserPart } from '../provider/prompt.ts';

/** Under which the parts of a prompt say where they come from. */
const NAME = 'passed';

/** What a part of a prompt comes from. */
export interface Origin {
  /** The place of its message. */
  readonly at: number;
  /** Its place in that message's content, or among its calls. */
  readonly part: number;
}

/**
 * The messages of a chat as the rules of conversations read them: each part says where it comes from, so that what the
 * rules leave as it is can be written back as the client wrote it. What no rule reads is not decoded: a part that is no
 * text stands there by its type.
 * @returns undefined where a message is of no role that is known, such as OpenAI's older `function`
 */
export function promptOf(messages: readonly Json[]): Prompt | undefined {
  const prompt = messages.flatMap((message, at) => messageOf(message, at) ?? []);
  return prompt.length === messages.length ? prompt : undefined;
}

/** Where a part comes from; undefined where the rules made it. */
export function originOf({ providerOptions }: Pick<Message, 'providerOptions'>): Origin | undefined {
  const { at, part } = providerOptions?.[NAME] ?? {};
  return typeof at === 'number' && typeof part === 'number' ? { at, part } : undefined;
}

/** The parts of a message's content, of which a text is the only one. */
export function contentParts({ content }: Json): readonly unknown[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return itemsOf(content);
}

function messageOf(message: Json, at: number): Message | undefined {
  switch (message['role']) {
    case 'developer':
    case 'system':
      return { role: 'system', content: textIn(message), ...from(at, 0) };
    case 'user':
      return { role: 'user', content: contentParts(message).map((part, index) => partOf(part, at, index)) };
    case 'assistant':
      return { role: 'assistant', content: assistantParts(message, at) };
    case 'tool':
      return { role: 'tool', content: [resultOf(message, at)] };
    default:
      return undefined;
  }
}

function from(at: number, part: number) {
  return { providerOptions: { [NAME]: { at, part } } };
}

function partOf(part: unknown, at: number, index: number): Extract<UserPart, { readonly type: 'text' }> {
  const { type, text } = asObject(part) ?? {};
  return {
    type: 'text',
    text: type === 'text' ? (textOf(text) ?? '') : `(${String(type)})`,
    ...from(at, index),
  };
}

/** Beside calls a blank content is what most clients write. */
function assistantParts(message: Json, at: number): AssistantPart[] {
  const calls = objectsOf(message['tool_calls']).map((call, index): AssistantPart => {
    const called = asObject(call['function']) ?? asObject(call['custom']);
    const toolCallId = textOf(call['id']) ?? '';
    return {
      type: 'tool-call',
      toolCallId,
      toolName: textOf(called?.['name']) ?? '',
      input: {},
      ...from(at, index),
    };
  });
  const isBlankText = typeof message['content'] === 'string' && message['content'].trim() === '';
  const parts = isBlankText ? [] : contentParts(message).map((part, index) => partOf(part, at, index));
  if (parts.length + calls.length === 0 && saysMore(message))
    return [{ type: 'custom', kind: 'passed.fields', ...from(at, 0) }];
  return [...parts, ...calls];
}

/** Members without which a message still says all that it says. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(['annotations', 'content', 'name', 'prefix', 'role']);

/** Whether a message says something in a field of its own, such as what the model thought. */
function saysMore(message: Json): boolean {
  return Object.entries(message).some(([name, value]) => !WITHOUT_MEANING.has(name) && isPresent(value));
}

function resultOf(message: Json, at: number): ToolResult {
  return {
    type: 'tool-result',
    toolCallId: textOf(message['tool_call_id']) ?? '',
    toolName: textOf(message['name']) ?? '',
    output: { type: 'text', value: textIn(message) },
    ...from(at, 0),
  };
}

function textIn(message: Json): string {
  return objectsOf(contentParts(message))
    .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
    .join('\n');
}
