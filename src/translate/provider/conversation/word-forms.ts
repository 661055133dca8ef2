import { createHash } from 'node:crypto';
import type { WordForm } from '../../../catalog/models/conversation-capabilities.ts';

/** The words of each alphabet. */
const WORDS: Readonly<Record<WordForm['alphabet'], RegExp>> = {
  alphanumeric: /^[a-zA-Z0-9]*$/u,
  any: /^/u,
  dotted: /^(?:[a-zA-Z_][a-zA-Z0-9_.:-]*)?$/u,
  word: /^[a-zA-Z0-9_-]*$/u,
};

/** Characters that are in no alphabet but `any`. */
const FOREIGN = /[^a-zA-Z0-9_-]/gu;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Whether a word has a form. */
export function hasForm(word: string, { alphabet, minLength, maxLength }: WordForm): boolean {
  return word.length >= minLength && word.length <= maxLength && WORDS[alphabet].test(word);
}

/** So many letters and digits, always the same for one text. At most 32, the length of the hash. */
export function hashOf(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest();
  return [...digest.subarray(0, length)].map((byte) => DIGITS[byte % DIGITS.length]).join('');
}

/** What is left of a text in words of every alphabet but `alphanumeric`. */
export function plainWord(text: string): string {
  return text.replaceAll(FOREIGN, '_');
}
