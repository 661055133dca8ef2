import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { LanguageModelV4FilePart, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { cacheRetentionOf } from '../../catalog/prompt-cache.ts';
import { NotExpressible } from '../codec.ts';
import type { CallOptions } from '../codec.ts';

/* Reads fields of JSON that clients wrote. What is absent is undefined; what is wrong is reported with its place. */

export type Prompt = CallOptions['prompt'];
export type Message = Prompt[number];
export type FileData = LanguageModelV4FilePart['data'];
export type UserContent = Extract<Message, { role: 'user' }>['content'];
export type AssistantContent = Extract<Message, { role: 'assistant' }>['content'];
export type ToolContent = Extract<Message, { role: 'tool' }>['content'];
export type ToolOutput = Extract<ToolContent[number], { type: 'tool-result' }>['output'];
export type Tool = NonNullable<CallOptions['tools']>[number];

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `snake_case` as `camelCase`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

/** A finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The first of several values that is neither absent nor null. */
export function firstPresent(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null);
}

/** A value that should be a word of the dialect's, for a message to the client. */
export function describeWord(value: unknown): string {
  if (value === undefined) return 'unnamed';
  return typeof value === 'string' ? value : `a ${typeof value}`;
}

/** A text that is required. @param where - its place in the request, for a message to the client */
export function requireText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new NotExpressible(`${where} is not a text`);
  return value;
}

/** An object that is required. */
export function requireObject(value: unknown, where: string): Json {
  const object = asObject(value);
  if (object === undefined) throw new NotExpressible(`${where} is not an object`);
  return object;
}

/** The objects of a list, which may be absent. What is no object must not be lost: it is reported with its place. */
export function requireObjects(value: unknown, where: string): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new NotExpressible(`${where} is not a list`);
  return value.map((each: unknown, at) => requireObject(each, `${where}[${at}]`));
}

/** The parts of a message's content, whether it is a text or a list of parts. */
export function contentParts(content: unknown, where: string): readonly Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : requireObjects(content, where);
}

/** A JSON schema; one of any object where there is none. */
export function schemaOf(value: unknown): LanguageModelV4FunctionTool['inputSchema'] {
  return asObject(value) ?? { type: 'object', properties: {} };
}

/** Fields of which none is present and undefined. */
export type DefinedOnly<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> };

/** The fields of an object that are defined and not null: options may not be present and undefined. */
export function definedOnly<Fields extends object>(fields: Fields): DefinedOnly<Fields>;
/** Overload of the implementation: fields are dropped by their values. */
export function definedOnly(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** The names of a body's fields that are not decoded, but for those that are null. */
export function unknownFields(body: Json, known: ReadonlySet<string>): string[] {
  return Object.keys(body).filter((name) => !known.has(name) && body[name] !== null);
}

/** The field that says how long a prompt is cached, where nobody knows what it says. */
export function droppedRetention({ prompt_cache_retention: written }: Json): string[] {
  return (written ?? null) === null || cacheRetentionOf(written) !== undefined
    ? []
    : ['prompt_cache_retention'];
}

/**
 * The data of a file, as it was written. That of a text has to be base64, because some families get the text itself; all
 * other data the provider checks.
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

/** The file at a URL, or within a `data:` URL. @param fallbackType - its type where the URL names none */
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

/** The type of a file by its extension; undefined for unknown ones. */
export function typeByName(path: string): string | undefined {
  return TYPES.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

/** A client's `cache_control`, as the SDK's option for it. */
export function cacheControlOf(part: Json): {
  providerOptions?: { anthropic: { cacheControl: { type: 'ephemeral'; ttl?: string } } };
} {
  const control = asObject(part['cache_control']);
  if (control === undefined) return {};
  const ttl = textOf(control['ttl']);
  const cacheControl = { type: 'ephemeral' as const, ...(ttl !== undefined && { ttl }) };
  return { providerOptions: { anthropic: { cacheControl } } };
}
