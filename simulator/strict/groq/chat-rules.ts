import { isObject, objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Finding, type Located, type Rule } from '../rule.ts';

const COMPATIBILITY = 'console.groq.com/docs/openai';
const REASONING = 'console.groq.com/docs/reasoning';
const REFERENCE = 'console.groq.com/docs/api-reference';
const DATE = '2026-11-30';

const operations = ['chat'] as const;

const QWEN = ['none', 'default'];
const GPT_OSS = ['low', 'medium', 'high'];

/** What Groq's chat completions refuse. */
export const groqRules: readonly Rule[] = [
  {
    id: 'unsupported-fields',
    operations,
    refuses: '`logprobs`, `logit_bias`, `top_logprobs`, more than one choice',
    source: COMPATIBILITY,
    date: DATE,
    find: ({ body }) => {
      const name = ['logprobs', 'logit_bias', 'top_logprobs'].find((each) => isSet(body[each]));
      if (name !== undefined)
        return { path: [name], message: `property '${name}' is unsupported with this model` };
      return typeof body['n'] === 'number' && body['n'] !== 1
        ? { path: ['n'], message: "'n' : number must be at most 1" }
        : undefined;
    },
  },
  {
    id: 'message-fields',
    operations,
    refuses: 'the `name` of a message, and thinking that comes back as `reasoning_content`',
    source: `${COMPATIBILITY}, github.com/tashfeenahmed/freellmapi/issues/1070`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) => {
        const name = ['name', 'reasoning_content'].find((each) => isSet(value[each]));
        if (name === undefined || (name === 'name' && value['role'] === 'tool')) return undefined;
        const place = `messages.${String(path[1])}`;
        return {
          path: [...path, name],
          message: `'${place}' : for 'role:${String(value['role'])}' the following must be satisfied[('${place}' : property '${name}' is unsupported)]`,
        };
      }),
  },
  {
    id: 'message-reasoning',
    operations,
    models: /llama|gemma|kimi-k2-instruct/u,
    refuses: 'thinking that comes back, of models that do not think',
    source: 'github.com/vercel/ai/pull/8057',
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) =>
        typeof value['reasoning'] === 'string'
          ? {
              path: [...path, 'reasoning'],
              message: `messages[${String(path[1])}].reasoning: reasoning is not supported with this model`,
            }
          : undefined,
      ),
  },
  {
    id: 'stops',
    operations,
    refuses: 'more than four stop sequences',
    source: REFERENCE,
    date: DATE,
    find: ({ body: { stop } }) =>
      Array.isArray(stop) && stop.length > 4
        ? { path: ['stop'], message: "'stop' : maximum number of items is 4" }
        : undefined,
  },
  {
    id: 'effort',
    operations,
    refuses:
      'an effort that the model has not: `none` and `default` are of Qwen 3, `low`, `medium` and `high` of GPT-OSS',
    source: REASONING,
    date: DATE,
    find: ({ body, model }) => {
      const effort = stringOf(body['reasoning_effort']);
      if (effort === undefined) return undefined;
      const efforts = model.includes('gpt-oss') ? GPT_OSS : model.includes('qwen3') ? QWEN : [];
      if (efforts.includes(effort)) return undefined;
      return efforts.length > 0
        ? refused(
            'reasoning_effort',
            `\`reasoning_effort\` must be one of ${efforts.map((each) => `\`${each}\``).join(', ')}`,
          )
        : PLAIN.test(model)
          ? refused('reasoning_effort', '`reasoning_effort` is not supported with this model')
          : undefined;
    },
  },
  {
    id: 'raw-reasoning',
    operations,
    refuses: 'thinking among the text beside JSON mode or tools',
    source: REASONING,
    date: DATE,
    find: ({ body }) => {
      const isJson = String(objectOf(body['response_format'])['type']).startsWith('json');
      return body['reasoning_format'] === 'raw' && (isJson || Array.isArray(body['tools']))
        ? refused(
            'reasoning_format',
            '`reasoning_format` must be `parsed` or `hidden` with JSON mode or tools',
          )
        : undefined;
    },
  },
  {
    id: 'two-reasoning-formats',
    operations,
    refuses: '`include_reasoning` beside `reasoning_format`',
    source: REASONING,
    date: DATE,
    find: ({ body }) =>
      isSet(body['include_reasoning']) && isSet(body['reasoning_format'])
        ? refused(
            'include_reasoning',
            'cannot specify both `include_reasoning` and `reasoning_format` in the same request',
          )
        : undefined,
  },
  {
    id: 'json-word',
    operations,
    refuses: 'JSON mode where no message has the word "json"',
    source: 'console.groq.com/docs/structured-outputs#json-object-mode',
    date: DATE,
    find: ({ body }) =>
      objectOf(body['response_format'])['type'] === 'json_object' &&
      !/json/iu.test(JSON.stringify(body['messages']))
        ? {
            path: ['messages'],
            message:
              "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
          }
        : undefined,
  },
  {
    id: 'json-schema-models',
    operations,
    models: /llama-3|gemma|qwen3/u,
    refuses: 'a schema of the answer, of models that keep to none',
    source: 'console.groq.com/docs/structured-outputs#supported-models',
    date: DATE,
    find: ({ body }) =>
      objectOf(body['response_format'])['type'] === 'json_schema'
        ? refused(
            'response_format',
            'This model does not support response format `json_schema`. See supported models at https://console.groq.com/docs/structured-outputs#supported-models',
          )
        : undefined,
  },
];

/** Models that do not think. */
const PLAIN = /llama|gemma|whisper/u;

function refused(name: string, message: string): Finding {
  return { path: [name], message };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !(isObject(value) && isEmpty(value));
}

function isEmpty(value: JsonObject): boolean {
  return Object.keys(value).length === 0;
}

function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}
