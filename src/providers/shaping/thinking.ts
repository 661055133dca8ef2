import type { Json } from '../../base/json.ts';
/** What becomes of a model's thinking in chat answers. */
export interface ReasoningShaping {
  readonly mode: 'passthrough' | 'ignore' | 'concat';
  /** Where an answer has thinking and nothing else, the thinking becomes the answer. */
  readonly promote: boolean;
}

/** The fields that compatible servers put thinking into. */
const FIELDS = ['reasoning_content', 'reasoning'] as const;

/** What a message says of the model's thinking; empty where it says nothing. */
export function thinkingIn(message: Json): string {
  const text = FIELDS.map((field) => message[field]).find(
    (value) => typeof value === 'string' && value !== '',
  );
  return typeof text === 'string' ? text : '';
}

/** The message without a word of thinking; itself where it has none. */
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

/** Whether content says nothing: parts always say something. */
export function isBlank(content: unknown): boolean {
  return content === undefined || content === null || (typeof content === 'string' && content.trim() === '');
}

/** Whether a message calls tools: that is an answer as well, although it has no words. */
export function callsTools({ tool_calls: calls }: Json): boolean {
  return Array.isArray(calls) && calls.length > 0;
}
