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
