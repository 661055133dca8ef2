import type { Operation } from '../behaviour.ts';
import type { Form } from './multipart.ts';
import type { Shelf } from './shelf.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A request as the surface sees it: read, but not judged. */
export interface Call {
  readonly key: string;
  readonly organization: string;
  readonly operation: Operation;
  readonly method: string;
  /** After `/v1/`, split at slashes and decoded. */
  readonly path: readonly string[];
  /** The body where it is a JSON object. */
  readonly json: JsonObject | undefined;
  /** The body where it is `multipart/form-data`. */
  readonly form: Form | undefined;
  readonly model: string | undefined;
  /** How many chunks a streamed text shall have, where the behaviour says so. */
  readonly chunks: number | undefined;
  readonly shelf: Shelf;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in these bytes; undefined where they are no JSON object. */
export function parseObject(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The text of a message's content: itself, or its text parts joined. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) ? (stringOf(part['text']) ?? '') : '')).join('');
}

/** The text of the last message from the user, or the empty text. */
export function lastUserText(messages: readonly unknown[]): string {
  const last = messages.findLast((message) => isObject(message) && message['role'] === 'user');
  return isObject(last) ? textOf(last['content']) : '';
}

/** A rough count, as good as any for a simulation: four characters a token. */
export function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}

/** One step of a path without its escapes; as it is where they are malformed. */
export function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch (error) {
    if (error instanceof URIError) return step;
    throw error;
  }
}
