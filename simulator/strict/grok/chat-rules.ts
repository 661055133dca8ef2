import { stringOf } from '../../surface/json.ts';
import type { Rule } from '../rule.ts';

const REASONING = 'docs.x.ai/docs/guides/reasoning';
const DATE = '2026-11-30';

const operations = ['chat'] as const;

/** Models that think. */
const THINKING = /^grok-(?:3-mini|4(?!.*non-reasoning)|code)/u;

/** Models that take no effort: what their name says of thinking is what they do. */
const NO_EFFORT =
  /^grok-(?:3(?!-mini)|4(?:$|-0709|-latest|-fast|-1-fast|\.20-(?:\d{4}-)?(?:non-)?reasoning)|code-fast)/u;

/** Of models of a name, the efforts that they take. */
const EFFORTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^grok-3-mini/u, ['low', 'high']],
  [/^grok-4\.3/u, ['none', 'low', 'medium', 'high']],
  [/^grok-4\.5/u, ['low', 'medium', 'high']],
];

/** What xAI's chat completions refuse. */
export const grokRules: readonly Rule[] = [
  {
    id: 'stop-and-penalties',
    operations,
    models: THINKING,
    refuses: '`stop`, `presence_penalty` and `frequency_penalty`, of models that think',
    source: REASONING,
    date: DATE,
    find: ({ body }) => {
      const name = ['stop', 'presence_penalty', 'frequency_penalty'].find(
        (each) => body[each] !== undefined && body[each] !== null,
      );
      return name === undefined
        ? undefined
        : { path: [name], message: `Argument not supported on this model: ${name}` };
    },
  },
  {
    id: 'no-effort',
    operations,
    models: NO_EFFORT,
    refuses: 'an effort, of models that have none',
    source: `${REASONING}, github.com/vercel/ai/releases/tag/@ai-sdk%2Fxai@4.0.8`,
    date: DATE,
    find: ({ body, model }) =>
      stringOf(body['reasoning_effort']) === undefined
        ? undefined
        : {
            path: ['reasoning_effort'],
            message: `Model ${model} does not support parameter reasoningEffort.`,
          },
  },
  {
    id: 'effort',
    operations,
    refuses: 'an effort that the model has not',
    source: `${REASONING}, docs.x.ai/developers/model-capabilities/text/reasoning`,
    date: DATE,
    find: ({ body, model }) => {
      const effort = stringOf(body['reasoning_effort']);
      const efforts = EFFORTS.find(([pattern]) => pattern.test(model))?.[1];
      return effort === undefined || efforts?.includes(effort) !== false
        ? undefined
        : {
            path: ['reasoning_effort'],
            message: `Invalid reasoning effort: ${effort}. It must be one of ${efforts.join(', ')}.`,
          };
    },
  },
];
