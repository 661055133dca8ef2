import { asObject } from '../../dialects/frame-judge.ts';
import { itemsOf, valueEnd } from '../../dialects/json-walk.ts';

/** A message of a chat, as it is written and as it reads. */
export interface Message {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What a configuration wants done to the messages of every chat. */
export interface MessageShaping {
  /** A text that becomes a system message after those that stand first. */
  readonly context: string | undefined;
  /** User messages that begin the conversation anew. */
  readonly cleanupCommands: readonly string[];
  readonly mergeConsecutive: boolean;
  /** The role `developer` becomes `system`, for providers that do not know it. */
  readonly plainRoles: boolean;
}

/** The messages of the array that stands at `from`. */
export function readMessages(body: Buffer, from: number): Message[] {
  return Array.from(itemsOf(body, from), (start) => {
    const text = body.toString('utf8', start, valueEnd(body, start));
    return { text, value: asObject(JSON.parse(text)) ?? {} };
  });
}

/**
 * Does to messages what is wanted; those that are not concerned stay as they are written.
 * @returns the array's text; undefined where nothing changes
 */
export function shapeMessages(messages: readonly Message[], shaping: MessageShaping): string | undefined {
  const cleaned = cleanUp(messages, shaping.cleanupCommands);
  const merged = shaping.mergeConsecutive ? merge(cleaned) : cleaned;
  const plain = shaping.plainRoles ? merged.map(withPlainRole) : merged;
  const shaped = shaping.context === undefined ? plain : insertContext(plain, shaping.context);
  if (shaped.length === messages.length && shaped.every((message, at) => message === messages[at]))
    return undefined;
  return `[${shaped.map(({ text }) => text).join(',')}]`;
}

function made(value: Message['value']): Message {
  return { text: JSON.stringify(value), value };
}

/** The last command goes, and all before it but what the system says. */
function cleanUp(messages: readonly Message[], commands: readonly string[]): readonly Message[] {
  if (commands.length === 0) return messages;
  const last = messages.findLastIndex(
    ({ value: { role, content } }) =>
      role === 'user' && typeof content === 'string' && commands.includes(content),
  );
  return messages.filter(({ value }, at) => at > last || value['role'] === 'system');
}

function merge(messages: readonly Message[]): readonly Message[] {
  const merged: Message[] = [];
  for (const message of messages) {
    const before = merged.at(-1);
    if (before !== undefined && mayMerge(before.value, message.value))
      merged[merged.length - 1] = made(mergeTwo(before.value, message.value));
    else merged.push(message);
  }
  return merged;
}

function mayMerge(a: Message['value'], b: Message['value']): boolean {
  if (a['role'] !== b['role'] || (a['role'] !== 'user' && a['role'] !== 'assistant')) return false;
  return ![a, b].some((each) => 'tool_calls' in each || 'function_call' in each);
}

function mergeTwo(a: Message['value'], b: Message['value']): Message['value'] {
  const reasoning = [a['reasoning_content'], b['reasoning_content']].filter(
    (text) => typeof text === 'string' && text !== '',
  );
  return {
    ...a,
    ...b,
    content: mergeContents(a['content'], b['content']),
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('\n\n') }),
  };
}

function mergeContents(a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') return `${a}\n\n${b}`;
  return [...partsOf(a), ...partsOf(b)];
}

function partsOf(content: unknown): unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === 'string' ? [{ type: 'text', text: content }] : [];
}

function withPlainRole(message: Message): Message {
  return message.value['role'] === 'developer' ? made({ ...message.value, role: 'system' }) : message;
}

/** After the system messages that stand first; before everything where none does, or nothing else is there. */
function insertContext(messages: readonly Message[], context: string): readonly Message[] {
  const leading = messages.findIndex(({ value }) => value['role'] !== 'system');
  return messages.toSpliced(Math.max(leading, 0), 0, made({ role: 'system', content: context }));
}
