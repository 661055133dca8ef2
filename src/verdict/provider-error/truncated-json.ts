import { bounded, errorFromFields } from './error-fields.ts';
import type { ProviderError } from './error-fields.ts';

/** Fields read of one error, and characters searched for them. A provider's own fields come before long echoes. */
const MAX_FIELDS = 16;
const MAX_TEXT = 16 * 1024;

/**
 * The error in JSON that was cut off, or is too long to be parsed: the first field of each known name is read by pattern.
 * Undefined where they describe no error.
 */
export function errorFromTruncatedJson(text: string): ProviderError | undefined {
  if (!BEGINS_AS_ERROR.test(text)) return undefined;
  const fields: Record<string, unknown> = {};
  let read = 0;
  for (const [, name = '', word = '', number] of bounded(text, MAX_TEXT).matchAll(FIELD)) {
    if (name in fields || read++ >= MAX_FIELDS) continue;
    fields[name] = number === undefined ? unescaped(word) : Number(number);
  }
  return errorFromFields(fields);
}

/** Only at the beginning: good answers may hold such fields further on. */
const BEGINS_AS_ERROR =
  /^[[{\s]*"(?:message|Message|msg|error_msg|detail|code|error_code)"|^[[{][^]{0,300}?"error"\s*:\s*["{]/;

const FIELD =
  /"(message|Message|msg|error_msg|detail|code|error_code|type|__type|status|reason|error)"\s*:\s*(?:"((?:[^"\\]|\\.){1,2000})|(\d{1,9})\b)/g;

function unescaped(word: string): string {
  return word.replaceAll(/\\(?:n|r|t)/g, ' ').replaceAll(/\\(["\\/])/g, '$1');
}
