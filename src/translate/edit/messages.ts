import { asObject } from '../../base/json.ts';
import { itemsOf, valueEnd } from '../../dialects/scan/json-walk.ts';
import { replaceAt, setInObject } from '../../dialects/scan/json-edit.ts';

/** A message of a chat, as its JSON and parsed. */
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

/**
 * Shapes the messages of a body; all else keeps its bytes, and so do messages that do not change. What cannot be parsed
 * stays as well: the provider reports it.
 * @param from where the array of messages begins
 * @returns undefined where nothing changes
 */
export function withMessages(
  body: Buffer,
  from: number,
  shaping: MessageShaping,
): Buffer | 'nothing-left' | undefined {
  const messages = readMessages(body, from);
  if (messages === undefined) return undefined;
  const shaped = shapeMessages(messages, shaping);
  if (shaped.length === messages.length && shaped.every((message, at) => message === messages[at]))
    return undefined;
  if (shaped.length === 0) return 'nothing-left';
  return replaceAt(body, from, `[${shaped.map(({ text }) => text).join(',')}]`);
}

/**
 * The messages of a chat. Undefined where there are none, or one is no object.
 * @param from where the list of them begins
 */
export function readMessages(body: Buffer, from: number): Message[] | undefined {
  const messages: Message[] = [];
  try {
    for (const start of itemsOf(body, from)) {
      const text = body.toString('utf8', start, valueEnd(body, start));
      const value = asObject(JSON.parse(text));
      if (value === undefined) return undefined;
      messages.push({ text, value });
    }
  } catch {
    // Nested values have not been checked before.
    return undefined;
  }
  return messages.length === 0 ? undefined : messages;
}

function shapeMessages(messages: readonly Message[], shaping: MessageShaping): readonly Message[] {
  const cleaned = cleanUp(messages, shaping.cleanupCommands);
  const merged = shaping.mergeConsecutive ? merge(cleaned) : cleaned;
  const plain = shaping.plainRoles ? merged.map(withPlainRole) : merged;
  // The context alone is no conversation.
  return shaping.context === undefined || plain.length === 0 ? plain : insertContext(plain, shaping.context);
}

function messageOf(value: Message['value']): Message {
  return { text: JSON.stringify(value), value };
}

/** Removes the last command and all before it but system messages. */
function cleanUp(messages: readonly Message[], commands: readonly string[]): readonly Message[] {
  if (commands.length === 0) return messages;
  const last = messages.findLastIndex(
    ({ value: { role, content } }) =>
      role === 'user' && typeof content === 'string' && commands.includes(content),
  );
  return messages.filter(({ value }, at) => at > last || value['role'] === 'system');
}

function merge(messages: readonly Message[]): readonly Message[] {
  const runs: Message[][] = [];
  for (const message of messages) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (before !== undefined && mayMerge(before.value, message.value)) run?.push(message);
    else runs.push([message]);
  }
  return runs.flatMap((run) =>
    run.length === 1 ? run : [messageOf(mergeRun(run.map(({ value }) => value)))],
  );
}

function mayMerge(a: Message['value'], b: Message['value']): boolean {
  if (a['role'] !== b['role'] || (a['role'] !== 'user' && a['role'] !== 'assistant')) return false;
  return ![a, b].some(callsTools);
}

function callsTools({ tool_calls: calls, function_call: call }: Message['value']): boolean {
  return Array.isArray(calls) ? calls.length > 0 : (calls ?? call ?? null) !== null;
}

/** All at once: merging pair by pair would be quadratic in the number of messages. */
function mergeRun(values: readonly Message['value'][]): Message['value'] {
  const fields = new Map(values.flatMap((value) => Object.entries(value)));
  fields.set('content', mergeContents(values.map(({ content }) => content ?? '')));
  const reasoning = values
    .map(({ reasoning_content: text }) => text)
    .filter((text) => typeof text === 'string' && text !== '');
  if (reasoning.length > 0) fields.set('reasoning_content', reasoning.join('\n\n'));
  return Object.fromEntries(fields);
}

function mergeContents(contents: readonly unknown[]): unknown {
  const filled = contents.filter((content) => content !== '');
  const firstList = filled.findIndex((content) => typeof content !== 'string');
  if (filled.length < 2) return filled[0] ?? '';
  if (firstList < 0) return filled.join('\n\n');
  const before = filled.slice(0, firstList);
  return [before.join('\n\n'), ...filled.slice(firstList)].flatMap((content, at) =>
    at === 0 && before.length === 0 ? [] : partsOf(content),
  );
}

function partsOf(content: unknown): unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === 'string' ? [{ type: 'text', text: content }] : [];
}

function withPlainRole(message: Message): Message {
  if (message.value['role'] !== 'developer') return message;
  const renamed = setInObject(Buffer.from(message.text), {
    path: ['role'],
    json: '"system"',
    overwrites: true,
  });
  return { text: renamed.toString(), value: { ...message.value, role: 'system' } };
}

/** Behind the system messages at the beginning; first of all where there are none, or nothing else. */
function insertContext(messages: readonly Message[], context: string): readonly Message[] {
  const leading = messages.findIndex(({ value }) => value['role'] !== 'system');
  return messages.toSpliced(Math.max(leading, 0), 0, messageOf({ role: 'system', content: context }));
}
