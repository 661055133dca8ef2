/**
 * Values of files that others wrote, in many versions: what is not of the kind that is looked for counts as absent.
 */

export type LooseMap = Readonly<Record<string, unknown>>;

/** A map, or an empty one. */
export function mapOf(value: unknown): LooseMap {
  return isMap(value) ? value : {};
}

/** Whether a value has fields. Bytes have none: databases keep JSON as such. */
export function isMap(value: unknown): value is LooseMap {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** A list, or an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text that is not blank, without the white space around it; numbers are text as well. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return textOf(new TextDecoder().decode(value));
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A number, or text that is one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'bigint') return Number(number);
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Switches are 0 and 1 in databases. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const number = numberOf(value);
  return number === undefined ? undefined : number !== 0;
}

/** The texts of a list, or the items of a text with commas. */
export function textsOf(value: unknown): readonly string[] {
  const items = typeof value === 'string' ? value.split(',') : listOf(value);
  return items.map(textOf).filter((item) => item !== undefined);
}

/** The map or list that JSON in a text says; a value that is no text as it is, and undefined where the text holds neither. */
export function jsonOf(value: unknown): unknown {
  if (isMap(value) || Array.isArray(value)) return value;
  const text = textOf(value);
  if (text === undefined || !/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A map of texts to texts, without what is neither. */
export function textMapOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(mapOf(jsonOf(value))).flatMap(([name, item]) => {
      const text = textOf(item);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/** The words of a text. */
export function wordsOf(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
