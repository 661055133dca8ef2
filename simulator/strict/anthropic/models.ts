import { isObject, numberOf, objectOf, type JsonObject } from '../../surface/json.ts';
import { objectsAt, type Rule } from '../rule.ts';
import { finding } from './anthropic-body.ts';
import { thinkingRules } from './thinking-rules.ts';

const MODELS = 'platform.claude.com/docs/en/about-claude/models/overview';
const MIGRATION = 'platform.claude.com/docs/en/about-claude/models/migration-guide';
const OUTPUTS = 'platform.claude.com/docs/en/build-with-claude/structured-outputs';
const DATE = '2026-11-30';

const operations = ['messages'] as const;

/** Models that choose words by themselves. */
const NO_SAMPLING = /claude-(?:opus-4-[78]|haiku-5-5|mythos-5)/u;

/** Models that take temperature or share, not both. */
const ONE_OF_SAMPLING = /claude-(?:opus-4-[156]|sonnet-4-[56]|haiku-4-5)/u;

/** Models that do not go on with an answer that was begun for them. */
const NO_PREFILL = /claude-(?:opus-4-[678]|sonnet-4-6|(?:opus|sonnet|haiku|mythos|fable)-5)/u;

/** Models without a schema for answers. */
const NO_FORMAT = /claude-(?:3|2|instant|sonnet-4(?:-0|-2|--|@|$)|opus-4(?:-0|-2|--|@|$))/u;

/** Tokens of one answer at most; the first row counts that fits. */
const MAX_OUTPUT: readonly (readonly [RegExp, number])[] = [
  [/claude-3-(?:haiku|opus|sonnet)/u, 4_096],
  [/claude-3-5-/u, 8_192],
  [/claude-3-7-/u, 128_000],
  [/claude-opus-4(?:-[01]|-2|--|@|$)/u, 32_000],
  [/claude-(?:sonnet-4(?:-[05]|-2|--|@|$)|haiku-4-5|opus-4-5)/u, 64_000],
  [/claude-opus-4-[678]/u, 128_000],
];

/** What Anthropic refuses for some of its models, wherever they run. */
export const modelRules: readonly Rule[] = [
  ...thinkingRules,
  {
    id: 'output-limit',
    operations,
    refuses: 'a limit on tokens above the most that the model answers with',
    source: MODELS,
    date: DATE,
    find: ({ body, model }) => {
      const most = MAX_OUTPUT.find(([pattern]) => pattern.test(model))?.[1];
      const wanted = numberOf(body['max_tokens']);
      return most === undefined || wanted === undefined || wanted <= most
        ? undefined
        : finding(
            ['max_tokens'],
            `max_tokens: ${wanted} > ${most}, which is the maximum allowed number of output tokens for ${model}`,
          );
    },
  },
  {
    id: 'sampling',
    operations,
    models: NO_SAMPLING,
    refuses: 'temperature, `top_p` and `top_k`, of models that choose words by themselves',
    source: MIGRATION,
    date: DATE,
    find: ({ body }) => {
      const name = ['temperature', 'top_p', 'top_k'].find(
        (each) => typeof body[each] === 'number' && body[each] !== 1,
      );
      return name === undefined ? undefined : finding([name], `\`${name}\` is deprecated for this model.`);
    },
  },
  {
    id: 'one-of-sampling',
    operations,
    models: ONE_OF_SAMPLING,
    refuses: 'temperature beside `top_p`',
    source: MIGRATION,
    date: DATE,
    find: ({ body }) =>
      typeof body['temperature'] === 'number' && typeof body['top_p'] === 'number'
        ? finding(
            ['temperature'],
            '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
          )
        : undefined,
  },
  {
    id: 'prefill',
    operations,
    models: NO_PREFILL,
    refuses: 'the beginning of the answer, of models that do not go on with it',
    source: MIGRATION,
    date: DATE,
    find: ({ body }) => {
      const last = objectsAt(body['messages'], ['messages']).at(-1);
      return last?.value['role'] === 'assistant'
        ? finding(
            last.path,
            'This model does not support assistant message prefill. The conversation must end with a user message.',
          )
        : undefined;
    },
  },
  {
    id: 'no-format',
    operations,
    models: NO_FORMAT,
    refuses: 'a schema of the answer, of models that keep to none',
    source: OUTPUTS,
    date: DATE,
    find: ({ body }) =>
      schemaOf(body) === undefined
        ? undefined
        : finding(['output_config', 'format'], 'This model does not support structured outputs.'),
  },
  {
    id: 'format-schema',
    operations,
    refuses: 'a schema of the answer with an object that may have other properties',
    source: OUTPUTS,
    date: DATE,
    find: ({ body }) => {
      const schema = schemaOf(body);
      return schema !== undefined && isOpen(schema)
        ? finding(
            ['output_config', 'format', 'schema'],
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
          )
        : undefined;
    },
  },
];

function schemaOf({ output_config: config, output_format: format }: JsonObject): JsonObject | undefined {
  const { schema } = objectOf(objectOf(config)['format'] ?? format);
  return isObject(schema) ? schema : undefined;
}

/** Whether an object of the schema is left open, here or further in. */
function isOpen(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(isOpen);
  if (!isObject(schema)) return false;
  if (schema['type'] === 'object' && schema['additionalProperties'] !== false) return true;
  const { properties, $defs: definitions, items, anyOf, allOf } = schema;
  const parts = [objectOf(properties), objectOf(definitions)].flatMap((each) => Object.values(each));
  return [...parts, items, anyOf, allOf].some(isOpen);
}
