import type { JsonObject } from '../../surface/json.ts';
import { objectsAt, type Located } from '../rule.ts';

/** The messages of a chat. */
export function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

/** Whether a field is left out, as null does too. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** What is said of a field that the body of a chat, or of embeddings, has not. */
export function unrecognized(name: string): string {
  return `Unrecognized request argument supplied: ${name}`;
}
