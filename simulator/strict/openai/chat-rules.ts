import { describeUrl } from '../../surface/chat-request.ts';
import { isObject, objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Finding, type Located, type Rule } from '../rule.ts';
import { chatShape, embeddingsShape } from './chat-shape.ts';
import { schemaFinding } from './function-schema.ts';
import { chatModelRules } from './models.ts';
import { shapeFinding } from './openai-shape.ts';

const REFERENCE = 'platform.openai.com/docs/api-reference/chat/create';
const DATE = '2026-11-30';

function unrecognized(name: string): string {
  return `Unrecognized request argument supplied: ${name}`;
}

/** What OpenAI's chat completions and embeddings refuse. */
export const chatRules: readonly Rule[] = [
  {
    id: 'chat-shape',
    operations: ['chat'],
    refuses:
      'a field that the reference has not, a value of another type, a list or a text beyond its limits (40 characters of a call’s id, 64 of a name, 128 tools, 4 stops, 16 labels)',
    source: REFERENCE,
    date: DATE,
    find: (request) => shapeFinding(chatShape, request, unrecognized),
  },
  {
    id: 'chat-empty-assistant',
    operations: ['chat'],
    refuses: 'a message of the assistant with neither content nor calls',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) =>
        value['role'] === 'assistant' && isNothing(value['content']) && !hasOtherContent(value)
          ? {
              path: [...path, 'content'],
              message: "Invalid value for 'content': expected a string, got null.",
            }
          : undefined,
      ),
  },
  {
    id: 'chat-calls-answered',
    operations: ['chat'],
    refuses: 'a call whose result does not stand directly behind it',
    source: 'platform.openai.com/docs/guides/function-calling',
    date: DATE,
    find: ({ body }) => unansweredCall(messagesOf(body)),
  },
  {
    id: 'chat-result-of-call',
    operations: ['chat'],
    refuses: 'a result that stands behind no call',
    source: 'platform.openai.com/docs/guides/function-calling',
    date: DATE,
    find: ({ body }) => strayResult(messagesOf(body)),
  },
  {
    id: 'chat-choice-without-tools',
    operations: ['chat'],
    refuses: 'a choice among tools, or whether calls may stand side by side, without tools',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      if (Array.isArray(body['tools'])) return undefined;
      const choice = body['tool_choice'];
      const name =
        typeof body['parallel_tool_calls'] === 'boolean'
          ? 'parallel_tool_calls'
          : !isNothing(choice) && choice !== 'none'
            ? 'tool_choice'
            : undefined;
      return name === undefined
        ? undefined
        : {
            path: [name],
            message: `Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`,
          };
    },
  },
  {
    id: 'chat-function-schema',
    operations: ['chat'],
    refuses:
      'parameters that are no object, have no properties, or hold a list without items; of a strict function, properties that are not all required, or not all there are',
    source: 'platform.openai.com/docs/guides/structured-outputs',
    date: DATE,
    find: ({ body }) =>
      firstFinding(objectsAt(body['tools'], ['tools']), ({ path, value }) => {
        const { name, parameters, strict } = objectOf(value['function']);
        if (!isObject(parameters)) return undefined;
        return schemaFinding(parameters, {
          what: 'function',
          name: String(name),
          path: [...path, 'function', 'parameters'],
          strict: strict === true,
        });
      }),
  },
  {
    id: 'chat-format-schema',
    operations: ['chat'],
    refuses:
      'a strict schema of the answer whose root is no object, or whose properties are not all required',
    source: 'platform.openai.com/docs/guides/structured-outputs',
    date: DATE,
    find: ({ body }) => {
      const { name, schema, strict } = objectOf(objectOf(body['response_format'])['json_schema']);
      if (!isObject(schema)) return undefined;
      return schemaFinding(schema, {
        what: 'response_format',
        name: String(name),
        path: ['response_format'],
        strict: strict === true,
      });
    },
  },
  {
    id: 'chat-json-word',
    operations: ['chat'],
    refuses: 'JSON mode where no message has the word "json"',
    source: 'platform.openai.com/docs/guides/structured-outputs#json-mode',
    date: DATE,
    find: ({ body }) => {
      if (objectOf(body['response_format'])['type'] !== 'json_object') return undefined;
      return /json/iu.test(JSON.stringify(body['messages']))
        ? undefined
        : {
            path: ['messages'],
            message:
              "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
          };
    },
  },
  {
    id: 'chat-likelihoods',
    operations: ['chat'],
    refuses: '`top_logprobs` without `logprobs`',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      typeof body['top_logprobs'] === 'number' && body['logprobs'] !== true
        ? {
            path: ['top_logprobs'],
            message: "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
          }
        : undefined,
  },
  {
    id: 'chat-stream-options',
    operations: ['chat'],
    refuses: '`stream_options` without `stream`',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      isObject(body['stream_options']) && body['stream'] !== true
        ? {
            path: ['stream_options'],
            message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
          }
        : undefined,
  },
  {
    id: 'chat-both-limits',
    operations: ['chat'],
    refuses: '`max_tokens` beside `max_completion_tokens`',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      typeof body['max_tokens'] === 'number' && typeof body['max_completion_tokens'] === 'number'
        ? {
            path: ['max_tokens'],
            message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            code: 'invalid_parameter_combination',
          }
        : undefined,
  },
  {
    id: 'chat-image-type',
    operations: ['chat'],
    refuses: 'an image that is no PNG, JPEG, GIF or WebP',
    source: 'platform.openai.com/docs/guides/images-vision',
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) =>
        firstFinding(objectsAt(value['content'], [...path, 'content']), imageFinding),
      ),
  },
  ...chatModelRules,
  {
    id: 'embeddings-shape',
    operations: ['embeddings'],
    refuses: 'a field that the reference has not, an empty text, more than 2048 texts',
    source: 'platform.openai.com/docs/api-reference/embeddings/create',
    date: DATE,
    find: (request) => shapeFinding(embeddingsShape, request, unrecognized),
  },
  {
    id: 'embeddings-dimensions',
    operations: ['embeddings'],
    models: /^text-embedding-ada/u,
    refuses: 'a number of dimensions for a model whose vectors cannot be shortened',
    source: 'platform.openai.com/docs/api-reference/embeddings/create',
    date: DATE,
    find: ({ body }) =>
      typeof body['dimensions'] === 'number'
        ? { path: ['dimensions'], message: 'This model does not support specifying dimensions.' }
        : undefined,
  },
];

function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function hasOtherContent(message: JsonObject): boolean {
  return ['tool_calls', 'function_call', 'refusal', 'audio'].some((name) => !isNothing(message[name]));
}

function unansweredCall(messages: readonly Located<JsonObject>[]): Finding | undefined {
  for (const [index, { path, value }] of messages.entries()) {
    const open = new Set(objectsAt(value['tool_calls'], path).map((call) => String(call.value['id'])));
    for (const { value: next } of messages.slice(index + 1)) {
      if (next['role'] !== 'tool') break;
      open.delete(String(next['tool_call_id']));
    }
    if (open.size === 0) continue;
    return {
      path: [...path, 'role'],
      message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
    };
  }
  return undefined;
}

function strayResult(messages: readonly Located<JsonObject>[]): Finding | undefined {
  let called: readonly string[] = [];
  for (const { path, value } of messages) {
    if (value['role'] !== 'tool') {
      called = objectsAt(value['tool_calls'], path).map((call) => String(call.value['id']));
      continue;
    }
    if (called.includes(String(value['tool_call_id']))) continue;
    return {
      path: [...path, 'role'],
      message:
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    };
  }
  return undefined;
}

/** Image types that are looked at; a JPEG is known by its bytes, whatever it is called. */
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/jpg', 'image/gif', 'image/webp']);

function imageFinding({ path, value }: Located<JsonObject>): Finding | undefined {
  const url = stringOf(objectOf(value['image_url'])['url'] ?? value['image_url']);
  if (url === undefined || !url.startsWith('data:')) return undefined;
  const [type = ''] = describeUrl(url).split(',');
  if (IMAGES.has(type)) return undefined;
  return {
    path,
    message: type.startsWith('image/')
      ? "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp']."
      : 'Invalid MIME type. Only image types are supported.',
    code: 'invalid_image_format',
  };
}
