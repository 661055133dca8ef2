import { asObject } from '../../base/json.ts';
import { itemsOf, valueEnd } from '../../dialects/scan/json-walk.ts';
import { replaceAt, setInObject } from '../../dialects/scan/json-edit.ts';

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

/**
 * Does to the messages of a body what is wanted; all else stays as it is written, and so do messages that are not
 * concerned. What cannot be read stays as well: whoever is sent it says what is wrong with it.
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

function readMessages(body: Buffer, from: number): Message[] | undefined {
  const messages: Message[] = [];
  try {
    for (const start of itemsOf(body, from)) {
      const text = body.toString('utf8', start, valueEnd(body, start));
      const value = asObject(JSON.parse(text));
      if (value === undefined) return undefined;
      messages.push({ text, value });
    }
  } catch {
    // What stands inside nested values has not been checked before.
    return undefined;
  }
  return messages.length === 0 ? undefined : messages;
}

function shapeMessages(messages: readonly Message[], shaping: MessageShaping): readonly Message[] {
  const cleaned = cleanUp(messages, shaping.cleanupCommands);
  const merged = shaping.mergeConsecutive ? merge(cleaned) : cleaned;
  const plain = shaping.plainRoles ? merged.map(withPlainRole) : merged;
  // A file alone is no conversation.
  return shaping.context === undefined || plain.length === 0 ? plain : insertContext(plain, shaping.context);
}

function messageOf(value: Message['value']): Message {
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

/** All at once: pair by pair, a client could make this take the square of its messages. */
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
  const said = contents.filter((content) => content !== '');
  const firstList = said.findIndex((content) => typeof content !== 'string');
  if (said.length < 2) return said[0] ?? '';
  if (firstList < 0) return said.join('\n\n');
  const before = said.slice(0, firstList);
  return [before.join('\n\n'), ...said.slice(firstList)].flatMap((content, at) =>
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

/** After the system messages that stand first; before everything where none does, or nothing else is there. */
function insertContext(messages: readonly Message[], context: string): readonly Message[] {
  const leading = messages.findIndex(({ value }) => value['role'] !== 'system');
  return messages.toSpliced(Math.max(leading, 0), 0, messageOf({ role: 'system', content: context }));
}
