/** One request of a client's for providers that speak another dialect, and what has to come of it. */
export interface TranslationCase {
  /** Says what is special about it. */
  readonly name: string;
  readonly client: ClientDialect;
  /** Whom it is tried at, each as `provider/model`; `vendors.ts` has the providers. */
  readonly models: readonly string[];
  /** The request, without its model. */
  readonly body: object;
  /** What the body that arrives has to match. */
  readonly sent?: readonly RegExp[];
  /** What it may not match. */
  readonly notSent?: readonly RegExp[];
  /** What `x-sparekey-dropped` has to name, at each of the models. */
  readonly dropped?: readonly string[];
  /** The gateway refuses it with 400 `not_expressible`, in words that match; nothing arrives. Absent: it is accepted. */
  readonly refused?: RegExp;
}

/** The dialects that clients speak, by the names of their main requests. */
export type ClientDialect = 'chat' | 'responses' | 'messages' | 'gemini';

/** The smallest PNG: one grey pixel. Base64. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';
/** The beginning of a JPEG. Base64. */
export const JPEG = '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////2Q==';
/** The beginning of a PDF. Base64. */
export const PDF = 'JVBERi0xLjQK';

/** A schema that nobody objects to. */
export const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

/** A tool as each dialect declares it. */
export function chatTool(name: string, parameters: unknown = CITY): object {
  return { type: 'function', function: { name, description: 'A tool.', parameters } };
}
export function responsesTool(name: string, parameters: unknown = CITY): object {
  return { type: 'function', name, description: 'A tool.', parameters, strict: false };
}
export function messagesTool(name: string, schema: unknown = CITY): object {
  return { name, description: 'A tool.', input_schema: schema };
}
export function geminiTools(...declarations: readonly object[]): object {
  return { tools: [{ functionDeclarations: declarations }] };
}

/** A call of a chat's assistant. */
export function chatCall(id: unknown, name: string, written: unknown = '{"city":"Oslo"}'): object {
  return { id, type: 'function', function: { name, arguments: written } };
}

/** Messages of a chat's user, assistant and tool. */
export function user(content: unknown): object {
  return { role: 'user', content };
}
export function assistant(content: unknown, ...calls: readonly object[]): object {
  return { role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls }) };
}
export function toolResult(id: unknown, content: unknown): object {
  return { role: 'tool', tool_call_id: id, content };
}

/** A turn of Gemini's conversation. */
export function turn(role: 'user' | 'model', ...parts: readonly object[]): object {
  return { role, parts };
}
