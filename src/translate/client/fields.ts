import type { LanguageModelV4FilePart, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { NotExpressible } from '../codec.ts';
import type { Json } from '../../base/json.ts';
import type { CallOptions } from '../codec.ts';

/* Reading JSON that clients wrote. What is not there is undefined; what is there and wrong is said by its place. */

export type Prompt = CallOptions['prompt'];
export type Message = Prompt[number];
export type FileData = LanguageModelV4FilePart['data'];
export type UserContent = Extract<Message, { role: 'user' }>['content'];
export type AssistantContent = Extract<Message, { role: 'assistant' }>['content'];
export type ToolContent = Extract<Message, { role: 'tool' }>['content'];
export type ToolOutput = Extract<ToolContent[number], { type: 'tool-result' }>['output'];
export type Tool = NonNullable<CallOptions['tools']>[number];

/** The value if it is an object and no list. */
export function objectOf(value: unknown): Json | undefined {
  return isJson(value) ? value : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list; none where there is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list. */
export function objectsOf(value: unknown): readonly Json[] {
  return itemsOf(value).filter(isJson);
}

/** A text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `snake_case` as `camelCase`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

/** A number that is one. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The first of several that is there, and not null. */
export function firstPresent(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null);
}

/** What should be a word of the dialect's, for telling the client of it. */
export function describeWord(value: unknown): string {
  return typeof value === 'string' ? value : `a ${typeof value}`;
}

/** A text that has to be there. @param where - for the client: its place in the request */
export function requireText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new NotExpressible(`${where} is not a text`);
  return value;
}

/** An object that has to be there. */
export function requireObject(value: unknown, where: string): Json {
  if (!isJson(value)) throw new NotExpressible(`${where} is not an object`);
  return value;
}

/** A schema of JSON; one that takes any object where none was given. */
export function schemaOf(value: unknown): LanguageModelV4FunctionTool['inputSchema'] {
  return objectOf(value) ?? { type: 'object', properties: {} };
}

/** The name under which arguments that are no object are told where they have to be in one. */
const INVALID_JSON_FIELD = 'INVALID_JSON';

/**
 * Arguments of a tool, for those who have them as an object. What a model wrote otherwise, or was cut off in the middle of,
 * is not made to look like a call without arguments: its text is told whole, as Anthropic has it
 * (platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming, "Handling invalid JSON").
 */
export function argumentsOf(text: string): Json {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value)) return value;
    if (value === null) return {};
  } catch {
    // Told below.
  }
  return { [INVALID_JSON_FIELD]: text };
}

/** Arguments that have to be an object; a tool without any is called with none. */
export function requireArguments(value: unknown, where: string): Json {
  return value === undefined || value === null ? {} : requireObject(value, where);
}

/** Fields of which none is there and undefined. */
export type DefinedOnly<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> };

/** The fields of an object that are there: options may not be there and undefined. */
export function definedOnly<Fields extends object>(fields: Fields): DefinedOnly<Fields>;
/** What is left out is known by its value alone. */
export function definedOnly(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** The names of a body's fields that nobody reads; those that are null say nothing. */
export function unknownFields(body: Json, known: ReadonlySet<string>): string[] {
  return Object.keys(body).filter((name) => !known.has(name) && body[name] !== null);
}

/**
 * The data of a file, as it was written. Of text it has to be base64, because some families are told the text itself; of
 * anything else the provider is the judge.
 */
export function dataOf(data: string, mediaType: string, where: string): FileData {
  if (mediaType.startsWith('text/')) {
    try {
      atob(data.replaceAll('-', '+').replaceAll('_', '/'));
    } catch {
      throw new NotExpressible(`${where} is not base64`);
    }
  }
  return { type: 'data', data };
}

/** A file as a URL gives it: what a `data:` URL holds is taken out of it. @param fallbackType - its type, unless it says */
export function fileOf(
  url: string,
  fallbackType: string,
): { readonly mediaType: string; readonly data: FileData } {
  const inline = /^data:([^;,]*)((?:;[^;,]*)*),(.*)$/su.exec(url);
  if (inline !== null) {
    const [, mediaType = '', parameters = '', data = ''] = inline;
    const base64 = parameters.includes(';base64') ? data : base64Of(data);
    const type = mediaType === '' ? fallbackType : mediaType;
    return { mediaType: type, data: dataOf(base64, type, 'the data of a URL') };
  }
  const parsed = URL.parse(url);
  if (parsed === null) throw new NotExpressible('a file is neither a URL nor data');
  return { mediaType: typeByName(parsed.pathname) ?? fallbackType, data: { type: 'url', url: parsed } };
}

function base64Of(escaped: string): string {
  try {
    return Buffer.from(decodeURIComponent(escaped)).toString('base64');
  } catch {
    throw new NotExpressible('the data of a URL is not escaped as such data is');
  }
}

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    gif: 'image/gif',
    jpeg: 'image/jpeg',
    jpg: 'image/jpeg',
    mp3: 'audio/mpeg',
    mp4: 'video/mp4',
    pdf: 'application/pdf',
    png: 'image/png',
    txt: 'text/plain',
    wav: 'audio/wav',
    webp: 'image/webp',
  }),
);

/** The type of a file by the end of its name; undefined for ends that nobody knows. */
export function typeByName(path: string): string | undefined {
  return TYPES.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

/** The mark by which a client asks to keep a prompt up to here, as the SDK's option for it. */
export function cacheControlOf(part: Json): {
  providerOptions?: { anthropic: { cacheControl: { type: 'ephemeral'; ttl?: string } } };
} {
  const mark = objectOf(part['cache_control']);
  if (mark === undefined) return {};
  const ttl = textOf(mark['ttl']);
  const cacheControl = { type: 'ephemeral' as const, ...(ttl !== undefined && { ttl }) };
  return { providerOptions: { anthropic: { cacheControl } } };
}
