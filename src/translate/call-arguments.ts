import { asObject } from '../base/json.ts';
import type { Json } from '../base/json.ts';

/** The name for arguments that are no object, where a dialect wants one. */
const INVALID_JSON_FIELD = 'INVALID_JSON';

/**
 * Arguments of a tool as an object, for dialects that have them so. What a model wrote otherwise, or was cut off within, must not
 * look like a call without arguments: all of its text is kept, as Anthropic documents it
 * (platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming, "Handling invalid JSON"). Nothing, blank
 * text and `null` are no arguments at all.
 * @param value - a text of JSON, as OpenAI's dialects have it, or a value
 */
export function argumentsOf(value: unknown): Json {
  if (typeof value !== 'string') return objectOf(value, () => JSON.stringify(value));
  if (value.trim() === '') return {};
  try {
    return objectOf(JSON.parse(value), () => value);
  } catch {
    return { [INVALID_JSON_FIELD]: value };
  }
}

function objectOf(value: unknown, text: () => string): Json {
  if (value === undefined || value === null) return {};
  return asObject(value) ?? { [INVALID_JSON_FIELD]: text() };
}
