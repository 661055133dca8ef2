import { isObject, objectOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Finding, type Located, type Rule } from '../rule.ts';
import { schemaFinding } from './function-schema.ts';
import { isNothing, messagesOf } from './openai-body.ts';

const REFERENCE = 'platform.openai.com/docs/api-reference/chat/create';
const DATE = '2026-11-30';

/** What OpenAI's chat completions refuse of tools, calls and results. */
export const chatToolRules: readonly Rule[] = [
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
];

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
