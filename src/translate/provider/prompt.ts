import type { CallOptions } from '../codec.ts';

/** A conversation, as the SDK has it. */
export type Prompt = CallOptions['prompt'];
export type Message = Prompt[number];
export type OfRole<Role extends Message['role']> = Extract<Message, { readonly role: Role }>;
export type AssistantPart = OfRole<'assistant'>['content'][number];
export type UserPart = OfRole<'user'>['content'][number];
export type ToolResult = Extract<OfRole<'tool'>['content'][number], { readonly type: 'tool-result' }>;
export type FilePart = Extract<UserPart, { readonly type: 'file' }>;
export type Tool = NonNullable<CallOptions['tools']>[number];

/**
 * All instructions before the conversation, for families that have them nowhere else. Where there is nothing else, the last
 * of them becomes the user's message: those families want one.
 */
export function instructionsFirst(prompt: Prompt): Prompt {
  const instructions = prompt.filter((message) => message.role === 'system');
  const others = prompt.filter((message) => message.role !== 'system');
  const last = instructions.at(-1);
  if (others.length > 0 || last === undefined) return [...instructions, ...others];
  const asUser: Message = { role: 'user', content: [{ type: 'text', text: last.content }] };
  return [...instructions.slice(0, -1), asUser];
}

/** Successive results of tools in one message: Gemini refuses results of one turn in several. */
export function joinToolResults(prompt: Prompt): Prompt {
  const messages: Message[] = [];
  let joined: OfRole<'tool'> | undefined;
  for (const message of prompt) {
    if (message.role !== 'tool') {
      joined = undefined;
      messages.push(message);
    } else if (joined === undefined) {
      joined = { ...message, content: [...message.content] };
      messages.push(joined);
    } else {
      // A copy for each result would be quadratic in their number.
      for (const part of message.content) joined.content.push(part);
    }
  }
  return messages;
}

/** An empty object for arguments that are an empty text, as some clients send them. */
export function withArguments(prompt: Prompt): Prompt {
  return prompt.map((message) =>
    message.role === 'assistant' ? { ...message, content: message.content.map(withArgument) } : message,
  );
}

function withArgument(part: AssistantPart): AssistantPart {
  return part.type === 'tool-call' && part.input === '' ? { ...part, input: {} } : part;
}

/** Tools that the client runs. Those that a vendor runs for its own models mean nothing here. */
export function clientTools({ tools }: CallOptions): Tool[] {
  return (tools ?? []).filter((tool) => tool.type === 'function');
}

/** Options without some members, which may not be present and undefined. */
export function without<Name extends keyof CallOptions>(
  options: CallOptions,
  ...names: readonly Name[]
): Omit<CallOptions, Name> & CallOptions {
  const rest: CallOptions = { ...options };
  for (const name of names) delete rest[name];
  return rest;
}

/** The options' tools and the choice among them, where there are any. */
export function withTools(options: CallOptions, tools: Tool[]): CallOptions {
  if (tools.length === 0) return without(options, 'tools', 'toolChoice');
  return { ...options, tools };
}

/** Arguments of a tool as an object where they are one: not all packages parse the text. */
export function parsedArguments(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  if (input.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(input);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : input;
  } catch {
    return input;
  }
}
