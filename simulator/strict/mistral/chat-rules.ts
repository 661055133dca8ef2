import { objectOf, stringsOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Located, type Rule } from '../rule.ts';
import { shapeProblemOf, type ShapeProblem } from '../shape.ts';
import { chatShape } from './chat-shape.ts';
import { DETAIL } from './mistral-refusal.ts';

const REFERENCE = 'docs.mistral.ai/api/endpoint/chat';
const COMMON = 'github.com/mistralai/mistral-common (protocol/instruct/validator.py)';
const DATE = '2026-11-30';

const operations = ['chat'] as const;

/** What Mistral's chat completions refuse. */
export const mistralRules: readonly Rule[] = [
  {
    id: 'chat-shape',
    operations,
    refuses:
      'a field that the reference has not (`seed`, `user`, `max_completion_tokens`, `stream_options`, `reasoning_content`), a value of another type or beyond its limits',
    source: `${REFERENCE}, github.com/charmbracelet/crush/issues/1590, github.com/editor-code-assistant/eca/issues/231`,
    date: DATE,
    find: ({ body }) => {
      const problem = shapeProblemOf(chatShape, body);
      return problem && { path: problem.path, message: wordsOf(problem), code: DETAIL };
    },
  },
  {
    id: 'order',
    operations,
    refuses:
      'a message of the user or the system behind a result, a message of the system behind the assistant, a result behind anything but the assistant and its like',
    source: COMMON,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages.entries(), ([index, { path, value }]) => {
        const before = String(messages[index - 1]?.value['role']);
        const role = String(value['role']);
        return index === 0 || BEHIND[before]?.includes(role) !== false
          ? undefined
          : {
              path,
              message: `Unexpected role '${role}' after role '${before}'`,
              code: '3230',
            };
      });
    },
  },
  {
    id: 'last-role',
    operations,
    refuses: 'a last message that is neither the user’s nor a result, but for the assistant’s as a prefix',
    source: COMMON,
    date: DATE,
    find: ({ body }) => {
      const last = messagesOf(body).at(-1);
      const role = last?.value['role'];
      return last === undefined ||
        role === 'user' ||
        role === 'tool' ||
        (role === 'assistant' && last.value['prefix'] === true)
        ? undefined
        : {
            path: last.path,
            message: `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${String(role)}`,
            code: '3230',
          };
    },
  },
  {
    id: 'call-ids',
    operations,
    refuses: 'a call’s id that is not of nine letters and digits',
    source: COMMON,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) => {
        const ids = callsOf({ path, value }).map((call) => call.value['id']);
        const wrong = stringsOf([...ids, value['role'] === 'tool' ? value['tool_call_id'] : undefined]).find(
          (id) => id !== 'null' && !/^[a-zA-Z0-9]{9}$/u.test(id),
        );
        return wrong === undefined
          ? undefined
          : {
              path,
              message: `Tool call id was ${wrong} but must be a-z, A-Z, 0-9, with a length of 9.`,
              code: '3280',
            };
      }),
  },
  {
    id: 'as-many-results',
    operations,
    refuses: 'fewer or more results than there were calls',
    source: COMMON,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages.entries(), ([index, message]) => {
        const calls = callsOf(message).length;
        if (calls === 0) return undefined;
        const rest = messages.slice(index + 1);
        const end = rest.findIndex(({ value }) => value['role'] !== 'tool');
        const results = end < 0 ? rest.length : end;
        return calls === results
          ? undefined
          : {
              path: message.path,
              message: 'Not the same number of function calls and responses',
              code: '3230',
            };
      });
    },
  },
  {
    id: 'empty-assistant',
    operations,
    refuses: 'a message of the assistant with neither content nor calls',
    source: COMMON,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) => {
        const { role, content } = value;
        const isEmpty = content === undefined || content === null || content === '';
        return role !== 'assistant' || !isEmpty || callsOf({ path, value }).length > 0
          ? undefined
          : {
              path,
              message: 'Assistant message must have either content or tool_calls, but not none.',
              code: '3240',
            };
      }),
  },
  {
    id: 'function-names',
    operations,
    refuses:
      'a function’s name of other characters than letters, digits, `_`, `-` and `.`, or of more than 64',
    source: COMMON,
    date: DATE,
    find: ({ body }) => {
      const declared = objectsAt(body['tools'], ['tools']);
      const called = messagesOf(body).flatMap(callsOf);
      return firstFinding([...declared, ...called], ({ path, value }) => {
        const name = String(objectOf(value['function'])['name']);
        return /^[a-zA-Z0-9_.-]{1,64}$/u.test(name)
          ? undefined
          : {
              path,
              message: `Function name was ${name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`,
              code: '3280',
            };
      });
    },
  },
];

/** Which roles may stand behind which; `validate_message_order`. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  system: ['user', 'assistant', 'system'],
  user: ['assistant', 'system', 'user'],
  assistant: ['assistant', 'user', 'tool'],
  tool: ['assistant', 'tool'],
};

function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

function callsOf({ path, value }: Located<JsonObject>): readonly Located<JsonObject>[] {
  return objectsAt(value['tool_calls'], [...path, 'tool_calls']);
}

function wordsOf(problem: ShapeProblem): string {
  switch (problem.kind) {
    case 'unknown':
      return 'Extra inputs are not permitted';
    case 'missing':
      return 'Field required';
    case 'type':
      return `Input should be a valid ${problem.expected}`;
    case 'value':
      return `Input should be ${problem.allowed.map((value) => `'${value}'`).join(' or ')}`;
    case 'short':
    case 'long':
      return `Input should be ${problem.kind === 'short' ? 'greater' : 'less'} than or equal to ${problem.limit}`;
    case 'pattern':
    case 'other':
      return 'Input is not valid';
  }
}
