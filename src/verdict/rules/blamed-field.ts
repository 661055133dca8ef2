import type { ProviderError } from '../provider-error/error-fields.ts';

/**
 * How messages begin that blame a field of the request: OpenAI's `Invalid 'messages[2].tool_calls[0].id': …`, a name in quotes,
 * and Anthropic's `tools.0.custom.name: …`.
 */
const BEGINNINGS = [
  /(?:^|\bInvalid )['"`]([\w.[\]]+)['"`]/u,
  /^(max_tokens|[a-z_]+(?:\.[a-z_]+)*\.\d+(?:\.\w+)*): /u,
];

/** The field of the request that an error blames, by its own `param` or by how its message begins; undefined where it names none. */
export function blamedField({ param, message }: ProviderError): string | undefined {
  if (param !== undefined && param !== '') return param;
  for (const beginning of BEGINNINGS) {
    const field = beginning.exec(message)?.[1];
    if (field !== undefined) return field;
  }
  return undefined;
}

/**
 * The last names of fields that hold what a model reads. The limit of what it writes is weighed against both, and is judged by what
 * the message says.
 */
const CONTENT =
  'max_?\\w*tokens|arguments|body|contents?|documents?|inputs?|instructions|messages|output|parts|prompt|query|system|systemInstruction|text';

/**
 * A field that is not what a model reads: an id, a name, a list of stop sequences. Only the last name of its path says so:
 * `input[3].call_id` is an id, `messages[0].content[1].text` is read.
 */
export const NOT_READ_BY_MODELS = new RegExp(
  String.raw`^(?!(?:.*[.\]])?(?:${CONTENT})(?:\[\d+\]|\.\d+)*$).`,
  'iu',
);
