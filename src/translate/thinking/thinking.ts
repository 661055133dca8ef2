import type { Json } from '../../base/json.ts';
/** What becomes of a model's thinking in chat responses. */
export interface ReasoningShaping {
  readonly mode: 'passthrough' | 'ignore' | 'concat';
  /** Thinking becomes the answer where there is no other. */
  readonly promote: boolean;
}

/** The fields that compatible servers put thinking into. */
const FIELDS = ['reasoning_content', 'reasoning'] as const;

/** The thinking in a message; empty where there is none. */
export function thinkingIn(message: Json): string {
  const text = FIELDS.map((field) => message[field]).find(
    (value) => typeof value === 'string' && value !== '',
  );
  return typeof text === 'string' ? text : '';
}

/** The message without thinking; itself where it has none. */
export function withoutThinking(message: Json): Json {
  if (FIELDS.every((field) => !(field in message))) return message;
  return Object.fromEntries(
    Object.entries(message).filter(([name]) => !FIELDS.some((each) => each === name)),
  );
}

/** The text of a message; empty where it has none. */
export function textIn({ content }: Json): string {
  return typeof content === 'string' ? content : '';
}

/** Whether content is empty; a list of parts never is. */
export function isBlank(content: unknown): boolean {
  return content === undefined || content === null || (typeof content === 'string' && content.trim() === '');
}

/** Whether a message calls tools, which is an answer without text. */
export function callsTools({ tool_calls: calls }: Json): boolean {
  return Array.isArray(calls) && calls.length > 0;
}
