import { numberOf, objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { objectsAt, type Rule } from '../rule.ts';
import { finding } from './anthropic-body.ts';

const MIGRATION = 'platform.claude.com/docs/en/about-claude/models/migration-guide';
const THINKING = 'platform.claude.com/docs/en/build-with-claude/extended-thinking';
const ADAPTIVE = 'platform.claude.com/docs/en/build-with-claude/adaptive-thinking';
const EFFORT = 'platform.claude.com/docs/en/build-with-claude/effort';
const DATE = '2026-11-30';

const operations = ['messages'] as const;

/** Models that do not think. */
const NEVER_THINKS = /claude-(?:3-(?!7)|2|instant)/u;

/** Models before those that choose by themselves how much to think. */
const BEFORE_ADAPTIVE =
  /claude-(?:3|2|instant|haiku-4-5|sonnet-4(?:-5|-0|-2|--|@|$)|opus-4(?:-[015]|-2|--|@|$))/u;

/** Models that are told by effort alone how much to think. */
const BY_EFFORT_ALONE = /claude-(?:opus-4-[78]|(?:opus|sonnet|haiku|mythos|fable)-5)/u;

/** Models without an effort. */
const NO_EFFORT = /claude-(?:3|2|instant|haiku-4-5|sonnet-4(?:-5|-0|-2|--|@|$)|opus-4(?:-[01]|-2|--|@|$))/u;

/** What Anthropic refuses of thinking and effort, for some of its models or beside some other wishes. */
export const thinkingRules: readonly Rule[] = [
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
];

function thinks({ thinking }: JsonObject): boolean {
  const { type } = objectOf(thinking);
  return type === 'enabled' || type === 'adaptive';
}

function effortOf({ output_config: config }: JsonObject): string | undefined {
  return stringOf(objectOf(config)['effort']);
}
