import { describeUrl } from '../../surface/chat-request.ts';
import { isObject, objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Finding, type Located, type Rule } from '../rule.ts';
import { chatShape } from './chat-shape.ts';
import { chatToolRules } from './chat-tool-rules.ts';
import { schemaFinding } from './function-schema.ts';
import { chatModelRules } from './models.ts';
import { isNothing, messagesOf, unrecognized } from './openai-body.ts';
import { shapeFinding } from './openai-shape.ts';

const REFERENCE = 'platform.openai.com/docs/api-reference/chat/create';
const DATE = '2026-11-30';

/** What OpenAI's chat completions refuse. */
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
  ...chatToolRules,
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
    id: 'chat-format-schema',
    operations: ['chat'],
    refuses:
      'a strict schema of the answer whose root is no object, or whose properties are not all required, or with keywords beside a `$ref`',
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
];

function hasOtherContent(message: JsonObject): boolean {
  return ['tool_calls', 'function_call', 'refusal', 'audio'].some((name) => !isNothing(message[name]));
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
