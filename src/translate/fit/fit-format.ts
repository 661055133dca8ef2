import type { CallOptions } from '../codec.ts';
import { asObject } from '../../base/json.ts';
import { refersWell } from '../schema-references.ts';
import { withInstruction } from './instruction.ts';

/** What a family of providers, and the model, can be asked for beside words. */
export interface FormatMeans {
  /** JSON without a schema. */
  readonly jsonMode: boolean;
  /** A schema: of an object alone, of anything, or none. */
  readonly schemas: 'objects' | 'any' | 'none';
  /** Whether a schema may refer to itself. Absent: it may. */
  readonly recursion?: boolean;
  /** Whether it wants JSON to be spoken of in the conversation too, as OpenAI does for JSON mode. */
  readonly wantsTheWord?: boolean;
}

type Schema = Extract<NonNullable<CallOptions['responseFormat']>, { readonly type: 'json' }>['schema'];

const JSON_ALONE = 'Answer with JSON and nothing else: no words around it, no Markdown.';
const ONE_OBJECT = 'Answer with one JSON object and nothing else: no words around it, no Markdown.';

/**
 * The format of an answer as it can be asked for: a schema that cannot be is an instruction, beside JSON mode where there
 * is one. JSON mode gives objects alone, so a schema of something else is an instruction and nothing more.
 */
export function fitFormat(options: CallOptions, means: FormatMeans): CallOptions {
  const { responseFormat: format, ...others } = options;
  if (format?.type !== 'json') return options;
  const { schema } = format;
  if (schema === undefined) return withoutSchema(others, ONE_OBJECT, means);
  const isObject = isObjectSchema(schema);
  const isTaken = means.schemas === 'any' || (means.schemas === 'objects' && isObject);
  if (isTaken && (means.recursion !== false || refersWell(asObject(schema) ?? {}, false))) return options;
  const instruction = `${JSON_ALONE} It has to be valid by this JSON schema:\n${JSON.stringify(schema)}`;
  if (!isObject || !means.jsonMode) return withInstruction(others, instruction);
  return { ...withInstruction(others, instruction), responseFormat: { type: 'json' } };
}

function withoutSchema(options: CallOptions, instruction: string, means: FormatMeans): CallOptions {
  if (!means.jsonMode) return withInstruction(options, instruction);
  const asked: CallOptions = { ...options, responseFormat: { type: 'json' } };
  return means.wantsTheWord === true && !speaksOfJson(options) ? withInstruction(asked, instruction) : asked;
}

/** Whether a schema says at its root that it is one of an object. */
function isObjectSchema(schema: NonNullable<Schema>): boolean {
  return schema.type === 'object' || (schema.type === undefined && schema.properties !== undefined);
}

/**
 * Whether the word stands in an instruction at the beginning, or in what the user says first: what comes later would change the
 * beginning of the next turn's prompt, which is to be found in a cache.
 * platform.openai.com/docs/guides/structured-outputs, "JSON mode": without it the request is refused.
 */
function speaksOfJson({ prompt }: CallOptions): boolean {
  const first = prompt.findIndex(({ role }) => role !== 'system');
  const beginning = first < 0 ? prompt : prompt.slice(0, first + 1);
  return beginning.some((message) => {
    if (message.role === 'system') return THE_WORD.test(message.content);
    if (message.role !== 'user') return false;
    return message.content.some((part) => part.type === 'text' && THE_WORD.test(part.text));
  });
}

const THE_WORD = /json/iu;
