import { checksum } from '../answer-text.ts';

/** A tool the model asks for. */
export interface ToolCall {
  /** What its result will name; a dialect without ids has the tool's name here. */
  readonly id: string;
  readonly name: string;
}

/** What a tool came to. */
export interface ToolResult {
  readonly id: string;
  readonly text: string;
  readonly failed: boolean;
}

/** Thinking that comes back with the signature it was given out with. */
export interface Thought {
  readonly signature: string;
  /** Undefined where the dialect does not keep the two together. */
  readonly text: string | undefined;
}

/** One message of a conversation, whatever dialect it came in. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
  /** What else it shows, in a few words each. */
  readonly files: readonly string[];
  readonly calls: readonly ToolCall[];
  readonly results: readonly ToolResult[];
  /** The proofs of the thinking that was done before. */
  readonly thoughts: readonly Thought[];
}

/** A message with what it has of all this. */
export function message(role: Message['role'], parts: Partial<Omit<Message, 'role'>>): Message {
  return { role, text: '', files: [], calls: [], results: [], thoughts: [], ...parts };
}

/** One message of many parts. */
export function joined(role: Message['role'], parts: readonly Partial<Message>[]): Message {
  return message(role, {
    text: parts.map(({ text = '' }) => text).join(''),
    files: parts.flatMap(({ files = [] }) => files),
    calls: parts.flatMap(({ calls = [] }) => calls),
    results: parts.flatMap(({ results = [] }) => results),
    thoughts: parts.flatMap(({ thoughts = [] }) => thoughts),
  });
}

/** A file by what it is and how long. */
export function describeFile(mediaType: string, base64: string): string {
  return `${mediaType}, ${Buffer.byteLength(base64, 'base64')} bytes`;
}

/** What the model is to answer to. */
export interface Question {
  /** The text of the last message from the user that is not only the results of tools. */
  readonly userText: string;
  readonly files: readonly string[];
  readonly instructions: string;
  /** Of tools called since then, with their names. */
  readonly results: readonly (ToolResult & { readonly name: string })[];
  /** All text there is, as far as it is counted. */
  readonly allText: string;
}

/** Finds what a conversation comes down to. */
export function questionOf(messages: readonly Message[]): Question {
  const at = messages.findLastIndex(isQuestion);
  const names = new Map(messages.flatMap(({ calls }) => calls).map(({ id, name }) => [id, name]));
  const answered = messages.slice(at + 1).flatMap(({ results }) => results);
  return {
    userText: messages[at]?.text ?? '',
    files: messages[at]?.files ?? [],
    instructions: textOf(messages.filter(({ role }) => role === 'system')),
    results: answered.map((result) => ({ ...result, name: names.get(result.id) ?? result.id })),
    allText: textOf(messages),
  };
}

function isQuestion({ role, text, files, results }: Message): boolean {
  return role === 'user' && (text !== '' || files.length > 0 || results.length === 0);
}

function textOf(messages: readonly Message[]): string {
  return messages.map(({ text, results }) => text + results.map((each) => each.text).join('')).join('');
}

/** What vendors refuse a conversation for, in plain words; undefined for one that is sound. */
export function flawOf(messages: readonly Message[]): string | undefined {
  const open: string[] = [];
  for (const each of messages) {
    open.push(...each.calls.map(({ id }) => id));
    for (const { id } of each.results) {
      const at = open.indexOf(id);
      if (at < 0)
        return `A tool result names the call '${id}', which was not made, or has its result already.`;
      open.splice(at, 1);
    }
    if (isQuestion(each) && open.length > 0) break;
  }
  if (open.length > 0) return `No tool result was found for the calls '${open.join("', '")}'.`;
  const foreign = messages
    .flatMap(({ thoughts }) => thoughts)
    .find((each) => !isOurSignature(each.signature, each.text));
  return foreign === undefined ? undefined : `Invalid signature in thinking: '${foreign.signature}'.`;
}

const SIGNED = 'simulated thinking, ';

/**
 * Proves that the thinking in front of an answer is the simulator's own, and unchanged; base64.
 * @param organization - that alone can read it; undefined where the vendor does not care
 */
export function signatureOf(tag: string, thinking: string, organization?: string): string {
  const reader = organization === undefined ? '' : ` for ${organization}`;
  return Buffer.from(`${SIGNED}${tag} ${checksum(thinking)}${reader}`).toString('base64');
}

/**
 * Whether a signature is one that the simulator gave out.
 * @param text - of the thinking that it stands for; undefined where the dialect does not keep the two together
 */
export function isOurSignature(signature: string, text?: string): boolean {
  const { tag, organization } = readSignature(signature) ?? {};
  return tag !== undefined && (text === undefined || signatureOf(tag, text, organization) === signature);
}

/** Whether an organization can read what a signature of the simulator's stands for. */
export function isReadableBy(signature: string, organization: string): boolean {
  const signed = readSignature(signature);
  return signed !== undefined && (signed.organization ?? organization) === organization;
}

function readSignature(signature: string): { tag: string; organization: string | undefined } | undefined {
  const signed = Buffer.from(signature, 'base64').toString();
  const [, tag, organization] = /^simulated thinking, ([0-9a-f]{8}) \d+(?: for (.+))?$/u.exec(signed) ?? [];
  return tag === undefined ? undefined : { tag, organization };
}
