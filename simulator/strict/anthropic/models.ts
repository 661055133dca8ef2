import { isObject, numberOf, objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { objectsAt, type Finding, type Path, type Rule } from '../rule.ts';

const MODELS = 'platform.claude.com/docs/en/about-claude/models/overview';
const MIGRATION = 'platform.claude.com/docs/en/about-claude/models/migration-guide';
const THINKING = 'platform.claude.com/docs/en/build-with-claude/extended-thinking';
const ADAPTIVE = 'platform.claude.com/docs/en/build-with-claude/adaptive-thinking';
const EFFORT = 'platform.claude.com/docs/en/build-with-claude/effort';
const OUTPUTS = 'platform.claude.com/docs/en/build-with-claude/structured-outputs';
const DATE = '2026-11-30';

const operations = ['messages'] as const;

/** Models that do not think. */
const NEVER_THINKS = /claude-(?:3-(?!7)|2|instant)/u;

/** Models before those that choose by themselves how much to think. */
const BEFORE_ADAPTIVE =
  /claude-(?:3|2|instant|haiku-4-5|sonnet-4(?:-5|-0|-2|--|@|$)|opus-4(?:-[015]|-2|--|@|$))/u;

/** Models that are told by effort alone how much to think, and choose words by themselves. */
const BY_EFFORT_ALONE = /claude-opus-4-[78]/u;

/** Models that take temperature or share, not both. */
const ONE_OF_SAMPLING = /claude-(?:opus-4-[156]|sonnet-4-[56]|haiku-4-5)/u;

/** Models that do not go on with an answer that was begun for them. */
const NO_PREFILL = /claude-(?:opus-4-[678]|sonnet-4-6)/u;

/** Models without an effort. */
const NO_EFFORT = /claude-(?:3|2|instant|haiku-4-5|sonnet-4(?:-5|-0|-2|--|@|$)|opus-4(?:-[01]|-2|--|@|$))/u;

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
    id: 'thinking-budget',
    operations,
    refuses: 'a budget of thinking that is not below `max_tokens`',
    source: THINKING,
    date: DATE,
    find: ({ body }) => {
      const budget = numberOf(objectOf(body['thinking'])['budget_tokens']);
      const most = numberOf(body['max_tokens']);
      return budget !== undefined && most !== undefined && budget >= most
        ? finding(['max_tokens'], '`max_tokens` must be greater than `thinking.budget_tokens`.')
        : undefined;
    },
  },
  {
    id: 'thinking-and-sampling',
    operations,
    refuses: 'beside thinking: a temperature but 1, `top_k`, a `top_p` below 0.95',
    source: THINKING,
    date: DATE,
    find: ({ body }) => {
      if (!thinks(body)) return undefined;
      const { temperature, top_k: topK, top_p: topP } = body;
      if (typeof temperature === 'number' && temperature !== 1)
        return finding(['temperature'], '`temperature` may only be set to 1 when thinking is enabled.');
      if (typeof topK === 'number')
        return finding(['top_k'], '`top_k` must be unset when thinking is enabled.');
      return typeof topP === 'number' && topP < 0.95
        ? finding(
            ['top_p'],
            '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
          )
        : undefined;
    },
  },
  {
    id: 'thinking-and-forced-tools',
    operations,
    refuses: 'beside thinking: a tool that must be called',
    source: THINKING,
    date: DATE,
    find: ({ body }) => {
      const { type } = objectOf(body['tool_choice']);
      return thinks(body) && (type === 'any' || type === 'tool')
        ? finding(['tool_choice'], 'Thinking may not be enabled when tool_choice forces tool use.')
        : undefined;
    },
  },
  {
    id: 'thinking-and-prefill',
    operations,
    refuses: 'beside thinking: the beginning of the answer',
    source: THINKING,
    date: DATE,
    find: ({ body }) => {
      const last = objectsAt(body['messages'], ['messages']).at(-1);
      if (!thinks(body) || last?.value['role'] !== 'assistant') return undefined;
      const { content } = last.value;
      const isThought = Array.isArray(content) && /thinking/u.test(String(objectOf(content[0])['type']));
      return isThought
        ? undefined
        : finding(
            last.path,
            'messages: When `thinking` is enabled, a final `assistant` message must start with a thinking block.',
          );
    },
  },
  {
    id: 'never-thinks',
    operations,
    models: NEVER_THINKS,
    refuses: 'thinking, of models that cannot',
    source: THINKING,
    date: DATE,
    find: ({ body, model }) =>
      thinks(body) ? finding(['thinking'], `'${model}' does not support thinking.`) : undefined,
  },
  {
    id: 'adaptive-thinking',
    operations,
    models: BEFORE_ADAPTIVE,
    refuses: 'adaptive thinking, of models before it',
    source: ADAPTIVE,
    date: DATE,
    find: ({ body }) =>
      objectOf(body['thinking'])['type'] === 'adaptive'
        ? finding(['thinking'], 'adaptive thinking is not supported on this model')
        : undefined,
  },
  {
    id: 'thinking-by-budget',
    operations,
    models: BY_EFFORT_ALONE,
    refuses: 'a budget of thinking, of models that have an effort in its place',
    source: MIGRATION,
    date: DATE,
    find: ({ body }) =>
      objectOf(body['thinking'])['type'] === 'enabled'
        ? finding(
            ['thinking'],
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
          )
        : undefined,
  },
  {
    id: 'sampling',
    operations,
    models: BY_EFFORT_ALONE,
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
    id: 'no-effort',
    operations,
    models: NO_EFFORT,
    refuses: 'an effort, of models that have none',
    source: EFFORT,
    date: DATE,
    find: ({ body }) =>
      effortOf(body) === undefined
        ? undefined
        : finding(['output_config', 'effort'], 'This model does not support the effort parameter.'),
  },
  {
    id: 'effort',
    operations,
    models: /claude-(?:opus-4-[56]|sonnet-4-6)/u,
    refuses: 'an effort that the model has not',
    source: EFFORT,
    date: DATE,
    find: ({ body, model }) => {
      const effort = effortOf(body);
      const isUnknown = effort === 'xhigh' || (effort === 'max' && model.includes('opus-4-5'));
      return isUnknown
        ? finding(
            ['output_config', 'effort'],
            `output_config.effort: '${effort}' is not supported by this model`,
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

function finding(path: Path, message: string): Finding {
  return { path, message };
}

function thinks({ thinking }: JsonObject): boolean {
  const { type } = objectOf(thinking);
  return type === 'enabled' || type === 'adaptive';
}

function effortOf({ output_config: config }: JsonObject): string | undefined {
  return stringOf(objectOf(config)['effort']);
}

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
