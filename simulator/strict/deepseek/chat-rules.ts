import { objectOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Located, type Rule } from '../rule.ts';

const REFERENCE = 'api-docs.deepseek.com/api/create-chat-completion';
const DATE = '2026-11-30';

const operations = ['chat'] as const;

/** What is said of a body that cannot be read. */
const UNREADABLE = 'Failed to deserialize the JSON body into the target type: ';

/** What DeepSeek's chat completions refuse. */
export const deepseekRules: readonly Rule[] = [
  {
    id: 'roles',
    operations,
    refuses: 'a role but `system`, `user`, `assistant` and `tool`',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value: { role } }) =>
        ROLES.has(String(role))
          ? undefined
          : {
              path,
              message: `${UNREADABLE}messages[${String(path[1])}].role: unknown variant \`${String(role)}\`, expected one of ${[...ROLES].map((each) => `\`${each}\``).join(', ')}`,
            },
      ),
  },
  {
    id: 'parts',
    operations,
    refuses: 'a part of a message that is no text: an image, a sound, a file',
    source: `${REFERENCE}, github.com/esengine/DeepSeek-Reasonix/issues/7859`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) => {
        const other = objectsAt(value['content'], path).find((part) => part.value['type'] !== 'text');
        return other === undefined
          ? undefined
          : {
              path,
              message: `${UNREADABLE}messages[${String(path[1])}]: unknown variant \`${String(other.value['type'])}\`, expected \`text\``,
            };
      }),
  },
  {
    id: 'content',
    operations,
    refuses: 'a message without `content`',
    source: `${REFERENCE}, github.com/pig-mesh/deepseek4j/issues/41`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) =>
        value['content'] !== undefined || value['tool_calls'] !== undefined
          ? undefined
          : { path, message: `${UNREADABLE}messages[${String(path[1])}]: missing field \`content\`` },
      ),
  },
  {
    id: 'stops',
    operations,
    refuses: 'more than 16 stop sequences',
    source: REFERENCE,
    date: DATE,
    find: ({ body: { stop } }) =>
      Array.isArray(stop) && stop.length > 16
        ? { path: ['stop'], message: 'Invalid stop: at most 16 stop sequences are supported' }
        : undefined,
  },
  {
    id: 'format',
    operations,
    refuses: 'a form of the answer but `text` and `json_object`',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const { type = 'text' } = objectOf(body['response_format']);
      return type === 'text' || type === 'json_object'
        ? undefined
        : { path: ['response_format'], message: 'This response_format type is unavailable now' };
    },
  },
  {
    id: 'json-word',
    operations,
    refuses: 'JSON mode where no message has the word "json"',
    source: 'api-docs.deepseek.com/guides/json_mode',
    date: DATE,
    find: ({ body }) =>
      objectOf(body['response_format'])['type'] === 'json_object' &&
      !/json/iu.test(JSON.stringify(body['messages']))
        ? {
            path: ['messages'],
            message:
              "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.",
          }
        : undefined,
  },
  {
    id: 'calls-answered',
    operations,
    refuses: 'a call whose result does not stand directly behind it',
    source: 'api-docs.deepseek.com/guides/tool_calls',
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages.entries(), ([index, { path, value }]) => {
        const open = new Set(objectsAt(value['tool_calls'], path).map((call) => String(call.value['id'])));
        for (const { value: next } of messages.slice(index + 1)) {
          if (next['role'] !== 'tool') break;
          open.delete(String(next['tool_call_id']));
        }
        return open.size === 0
          ? undefined
          : {
              path,
              message:
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. (insufficient tool messages following tool_calls message)",
            };
      });
    },
  },
  {
    id: 'result-of-call',
    operations,
    refuses: 'a result that stands behind no call',
    source: 'api-docs.deepseek.com/guides/tool_calls',
    date: DATE,
    find: ({ body }) => {
      let called: readonly string[] = [];
      return firstFinding(messagesOf(body), ({ path, value }) => {
        if (value['role'] !== 'tool') {
          called = objectsAt(value['tool_calls'], path).map((call) => String(call.value['id']));
          return undefined;
        }
        return called.includes(String(value['tool_call_id']))
          ? undefined
          : {
              path,
              message:
                "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
            };
      });
    },
  },
  {
    id: 'thinking-of-calls',
    operations,
    models: /^deepseek-reasoner/u,
    refuses: 'calls of the turn under way without the thinking that led to them',
    source: 'api-docs.deepseek.com/guides/thinking_mode#tool-calls',
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      const start = messages.findLastIndex(({ value }) => value['role'] === 'user');
      return firstFinding(messages.slice(start + 1), ({ path, value }) =>
        value['tool_calls'] === undefined || typeof value['reasoning_content'] === 'string'
          ? undefined
          : {
              path,
              message: `Missing \`reasoning_content\` field in the assistant message at message index ${String(path[1])}. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls`,
            },
      );
    },
  },
];

const ROLES = new Set(['system', 'user', 'assistant', 'tool', 'latest_reminder']);

function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}
