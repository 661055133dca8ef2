import type { Finding, Rule, StrictOperation } from '../rule.ts';
import { objectOf } from '../../surface/json.ts';
import { listed } from './openai-shape.ts';

const MODELS = 'platform.openai.com/docs/models';
const REASONING = 'platform.openai.com/docs/guides/reasoning';
const LATEST = 'platform.openai.com/docs/guides/latest-model';
const DATE = '2026-11-30';

/** Models that think before they answer. Those for conversation in ChatGPT do not. */
const THINKING = /^(?:o[1-9]|gpt-5)(?!.*-chat)/u;

/** Models that never think. */
const PLAIN = /^(?:gpt-3\.5|gpt-4|chatgpt-4o|gpt-5-chat)/u;

/** Of models of a name, the efforts that they take; the first row counts that fits. */
const EFFORTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^o[1-9]/u, ['low', 'medium', 'high']],
  [/^gpt-5-pro/u, ['high']],
  [/^gpt-5-codex/u, ['low', 'medium', 'high']],
  [/^gpt-5(?:-mini|-nano)?(?:-\d|--|$)/u, ['minimal', 'low', 'medium', 'high']],
  [/^gpt-5\.1(?:-\d|--|$)/u, ['none', 'low', 'medium', 'high']],
  [/^gpt-5\.2-pro/u, ['medium', 'high', 'xhigh']],
  [/^gpt-5\.[2-4](?:-\d|--|$)/u, ['none', 'low', 'medium', 'high', 'xhigh']],
];

/** From this generation on sampling may be chosen where the model does not think. */
const MAY_REST = /^gpt-5\.(?!.*-(?:pro|codex|chat))/u;

/** Tokens of one answer at most; the first row counts that fits. */
const MAX_OUTPUT: readonly (readonly [RegExp, number])[] = [
  [/^gpt-3\.5-turbo/u, 4_096],
  [/^gpt-4-turbo/u, 4_096],
  [/^gpt-4o-2024-05-13/u, 4_096],
  [/^(?:gpt-4o|chatgpt-4o)/u, 16_384],
  [/^gpt-4\.1/u, 32_768],
  [/^gpt-4(?:-\d|--|$)/u, 8_192],
  [/^(?:o1|o3|o4)(?!-preview|-mini-2024)/u, 100_000],
  [/^gpt-5-chat/u, 16_384],
  [/^gpt-5-pro/u, 272_000],
  [/^gpt-5/u, 128_000],
];

function rowOf<T>(rows: readonly (readonly [RegExp, T])[], model: string): T | undefined {
  return rows.find(([pattern]) => pattern.test(model))?.[1];
}

function unsupported(parameter: string, path: readonly string[], instead = ''): Finding {
  return {
    path,
    message: `Unsupported parameter: '${parameter}' is not supported with this model.${instead}`,
    code: 'unsupported_parameter',
  };
}

/** Whether a model of the newest generations was told, or left, not to think. */
function rests(model: string, effort: unknown): boolean {
  return MAY_REST.test(model) && (effort === undefined || effort === null || effort === 'none');
}

/** What hangs on the model in the same way, whichever of the two ways a request is written. */
function sharedRules(
  operation: StrictOperation,
  effortAt: readonly [string, ...string[]],
  limits: readonly string[],
): readonly Rule[] {
  const operations = [operation];
  const effortOf = (body: Readonly<Record<string, unknown>>): unknown =>
    effortAt.length === 1 ? body[effortAt[0]] : objectOf(body[effortAt[0]])[effortAt[1] ?? ''];
  const effortName = effortAt.join('.');
  return [
    {
      id: `${operation}-sampling-of-thinking-models`,
      operations,
      models: THINKING,
      refuses: 'a temperature but 1, or `top_p`, for a model that thinks',
      source: `${REASONING}, ${LATEST}`,
      date: DATE,
      find: ({ body, model }) => {
        if (rests(model, effortOf(body))) return undefined;
        const { temperature, top_p: topP } = body;
        if (typeof temperature === 'number' && temperature !== 1)
          return operation === 'responses'
            ? unsupported('temperature', ['temperature'])
            : {
                path: ['temperature'],
                message: `Unsupported value: 'temperature' does not support ${temperature} with this model. Only the default (1) value is supported.`,
                code: 'unsupported_value',
              };
        return typeof topP === 'number' && topP !== 1 ? unsupported('top_p', ['top_p']) : undefined;
      },
    },
    {
      id: `${operation}-effort-without-thinking`,
      operations,
      models: PLAIN,
      refuses: 'an effort for a model that does not think',
      source: REASONING,
      date: DATE,
      find: ({ body }) => {
        const effort = effortOf(body);
        return typeof effort === 'string' ? unsupported(effortName, effortAt) : undefined;
      },
    },
    {
      id: `${operation}-effort`,
      operations,
      refuses: 'an effort that the model has not',
      source: `${REASONING}, ${MODELS}`,
      date: DATE,
      find: ({ body, model }) => {
        const efforts = rowOf(EFFORTS, model);
        const effort = effortOf(body);
        if (efforts === undefined || typeof effort !== 'string' || efforts.includes(effort)) return undefined;
        return {
          path: effortAt,
          message: `Unsupported value: '${effort}' is not supported with the '${model}' model. Supported values are: ${listed(efforts)}.`,
          code: 'unsupported_value',
        };
      },
    },
    {
      id: `${operation}-output-limit`,
      operations,
      refuses: 'a limit on tokens above the most that the model answers with',
      source: MODELS,
      date: DATE,
      find: ({ body, model }) => {
        const most = rowOf(MAX_OUTPUT, model);
        for (const name of limits) {
          const wanted = body[name];
          if (most === undefined || typeof wanted !== 'number' || wanted <= most) continue;
          return {
            path: [name],
            message: `${name} is too large: ${wanted}. This model supports at most ${most} completion tokens, whereas you provided ${wanted}.`,
            code: 'invalid_value',
          };
        }
        return undefined;
      },
    },
  ];
}

/** What chat completions refuse for some models. */
export const chatModelRules: readonly Rule[] = [
  {
    id: 'chat-max-tokens-of-thinking-models',
    operations: ['chat'],
    models: THINKING,
    refuses: '`max_tokens` for a model that thinks',
    source: REASONING,
    date: DATE,
    find: ({ body }) =>
      typeof body['max_tokens'] === 'number'
        ? unsupported('max_tokens', ['max_tokens'], " Use 'max_completion_tokens' instead.")
        : undefined,
  },
  {
    id: 'chat-stop-of-thinking-models',
    operations: ['chat'],
    models: /^(?:o3|o4-mini|gpt-5)(?!.*-chat)/u,
    refuses: '`stop` for a model that thinks',
    source: 'platform.openai.com/docs/api-reference/chat/create',
    date: DATE,
    find: ({ body }) =>
      body['stop'] === undefined || body['stop'] === null ? undefined : unsupported('stop', ['stop']),
  },
  {
    id: 'chat-likelihoods-of-thinking-models',
    operations: ['chat'],
    models: THINKING,
    refuses: 'penalties, `logit_bias` or the likelihood of words for a model that thinks',
    source: 'learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning',
    date: DATE,
    find: ({ body, model }) => {
      for (const name of ['presence_penalty', 'frequency_penalty'])
        if (typeof body[name] === 'number' && body[name] !== 0) return unsupported(name, [name]);
      if (body['logit_bias'] !== undefined && body['logit_bias'] !== null)
        return unsupported('logit_bias', ['logit_bias']);
      const wantsLikelihoods = body['logprobs'] === true || typeof body['top_logprobs'] === 'number';
      return wantsLikelihoods && !rests(model, body['reasoning_effort'])
        ? unsupported('logprobs', ['logprobs'])
        : undefined;
    },
  },
  ...sharedRules('chat', ['reasoning_effort'], ['max_tokens', 'max_completion_tokens']),
  {
    id: 'chat-parallel-of-first-thinking-models',
    operations: ['chat'],
    models: /^(?:o1|o3-mini)/u,
    refuses: '`parallel_tool_calls` for the first models that think',
    source: 'learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning',
    date: DATE,
    find: ({ body }) =>
      typeof body['parallel_tool_calls'] === 'boolean'
        ? unsupported('parallel_tool_calls', ['parallel_tool_calls'])
        : undefined,
  },
];

/** What Responses refuse for some models. */
export const responsesModelRules: readonly Rule[] = [
  ...sharedRules('responses', ['reasoning', 'effort'], ['max_output_tokens']),
  {
    id: 'responses-summary-without-thinking',
    operations: ['responses'],
    models: PLAIN,
    refuses: 'a summary of the thinking of a model that does not think',
    source: REASONING,
    date: DATE,
    find: ({ body }) =>
      typeof objectOf(body['reasoning'])['summary'] === 'string'
        ? unsupported('reasoning.summary', ['reasoning', 'summary'])
        : undefined,
  },
  {
    id: 'responses-encrypted-without-thinking',
    operations: ['responses'],
    models: PLAIN,
    refuses: 'the encrypted thinking of a model that does not think',
    source: REASONING,
    date: DATE,
    find: ({ body: { include } }) =>
      Array.isArray(include) && include.includes('reasoning.encrypted_content')
        ? { path: ['include'], message: 'Encrypted content is not supported with this model.' }
        : undefined,
  },
];
