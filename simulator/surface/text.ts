import { isObject, stringOf } from './json.ts';

/** The text of a message's content: itself, or its text parts joined. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) ? (stringOf(part['text']) ?? '') : '')).join('');
}

/** A rough count, as good as any for a simulation: four characters a token. */
export function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}

/** A text in so many pieces of about one length, at most one for each character. */
export function splitText(text: string, count: number): readonly string[] {
  const characters = Array.from(text);
  const length = Math.max(1, Math.ceil(characters.length / count));
  return Array.from({ length: Math.max(1, Math.ceil(characters.length / length)) }, (_, i) =>
    characters.slice(i * length, (i + 1) * length).join(''),
  );
}
