import { isReadableBy } from '../../surface/conversation.ts';
import { isObject, objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Located, type Rule } from '../rule.ts';
import { schemaFinding } from './function-schema.ts';
import { responsesModelRules } from './models.ts';
import { shapeFinding } from './openai-shape.ts';
import { responsesShape } from './responses-shape.ts';

const REFERENCE = 'platform.openai.com/docs/api-reference/responses/create';
const REASONING = 'platform.openai.com/docs/guides/reasoning';
const DATE = '2026-11-30';

const operations = ['responses'] as const;

/** What OpenAI's Responses refuse. */
export const responsesRules: readonly Rule[] = [
  {
    id: 'responses-shape',
    operations,
    refuses:
      'a field, a kind of item or of tool that the reference has not, a value of another type, a list, a text or a number beyond its limits (64 characters of a call’s id, 16 tokens at least)',
    source: REFERENCE,
    date: DATE,
    find: (request) => shapeFinding(responsesShape, request, (name) => `Unknown parameter: '${name}'.`),
  },
  {
    id: 'responses-calls-answered',
    operations,
    refuses: 'a call without its result',
    source: 'platform.openai.com/docs/guides/function-calling',
    date: DATE,
    find: ({ body }) => {
      const answered = new Set(itemsOf(body, OUTPUTS).map(({ value }) => value['call_id']));
      return firstFinding(itemsOf(body, CALLS), ({ value: { call_id: id } }) =>
        answered.has(id)
          ? undefined
          : { path: ['input'], message: `No tool output found for function call ${String(id)}.` },
      );
    },
  },
  {
    id: 'responses-result-of-call',
    operations,
    refuses: 'a result without its call, where nothing before the request could hold it',
    source: 'platform.openai.com/docs/guides/function-calling',
    date: DATE,
    find: ({ body }) => {
      if (isContinued(body)) return undefined;
      const called = new Set<unknown>();
      return firstFinding(itemsOf(body, [...CALLS, ...OUTPUTS]), ({ value }) => {
        const { type, call_id: id } = value;
        if (CALLS.includes(String(type))) called.add(id);
        if (called.has(id)) return undefined;
        return {
          path: ['input'],
          message: `No tool call found for function call output with call_id ${String(id)}.`,
        };
      });
    },
  },
  {
    id: 'responses-encrypted',
    operations,
    refuses: 'encrypted thinking that is not its own, or was made for another organization',
    source: REASONING,
    date: DATE,
    find: ({ body, organization }) =>
      firstFinding(itemsOf(body, ['reasoning']), ({ value }) => {
        const content = stringOf(value['encrypted_content']);
        if (content === undefined || isReadableBy(content, organization)) return undefined;
        return {
          path: ['input'],
          message: `The encrypted content ${shortened(content)} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
          code: 'invalid_encrypted_content',
        };
      }),
  },
  {
    id: 'responses-stored-items',
    operations,
    refuses: 'a reference to an item, or thinking by its id alone, that is not kept',
    source: REASONING,
    date: DATE,
    find: ({ body, isStored }) =>
      firstFinding(itemsOf(body, ['item_reference', 'reasoning']), ({ value }) => {
        const { id, encrypted_content: content } = value;
        if (typeof id !== 'string' || typeof content === 'string' || isStored(id)) return undefined;
        return {
          path: ['input'],
          message: `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
        };
      }),
  },
  {
    id: 'responses-choice-without-tools',
    operations,
    refuses: 'a choice of one tool, or that one must be called, without tools',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const { tools, tool_choice: choice } = body;
      const isForced = choice === 'required' || isObject(choice);
      const hasTools = (Array.isArray(tools) && tools.length > 0) || isContinued(body);
      const hasMore = itemsOf(body, ['additional_tools', 'tool_search_output']).length > 0;
      return !isForced || hasTools || hasMore
        ? undefined
        : {
            path: ['tool_choice'],
            message: "Tool choices other than 'auto' require 'tools' to be specified.",
          };
    },
  },
  {
    id: 'responses-function-schema',
    operations,
    refuses:
      'parameters that are no object or hold a list without items; of a strict function, properties that are not all required, or not all there are',
    source: 'platform.openai.com/docs/guides/structured-outputs',
    date: DATE,
    find: ({ body }) =>
      firstFinding(objectsAt(body['tools'], ['tools']), ({ path, value }) => {
        const { name, parameters, strict, type } = value;
        if (type !== 'function' || !isObject(parameters)) return undefined;
        return schemaFinding(parameters, {
          what: 'function',
          name: String(name),
          path: [...path, 'parameters'],
          strict: strict === true,
        });
      }),
  },
  {
    id: 'responses-format-schema',
    operations,
    refuses:
      'a strict schema of the answer whose root is no object, or whose properties are not all required',
    source: 'platform.openai.com/docs/guides/structured-outputs',
    date: DATE,
    find: ({ body }) => {
      const { name, schema, strict } = objectOf(objectOf(body['text'])['format']);
      if (!isObject(schema)) return undefined;
      return schemaFinding(schema, {
        what: 'response_format',
        name: String(name),
        path: ['text', 'format', 'schema'],
        strict: strict === true,
      });
    },
  },
  {
    id: 'responses-json-word',
    operations,
    refuses: 'JSON mode where no message has the word "json"',
    source: 'platform.openai.com/docs/guides/structured-outputs#json-mode',
    date: DATE,
    find: ({ body }) => {
      if (objectOf(objectOf(body['text'])['format'])['type'] !== 'json_object') return undefined;
      return /json/iu.test(JSON.stringify([body['input'], body['instructions']])) || isContinued(body)
        ? undefined
        : {
            path: ['input'],
            message:
              "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
          };
    },
  },
  ...responsesModelRules,
];

const CALLS = ['function_call', 'custom_tool_call'];
const OUTPUTS = ['function_call_output', 'custom_tool_call_output'];

function itemsOf({ input }: JsonObject, types: readonly string[]): readonly Located<JsonObject>[] {
  return objectsAt(input, ['input']).filter(({ value }) => types.includes(String(value['type'])));
}

/** Whether something stands before the request that is not in it. */
function isContinued(body: JsonObject): boolean {
  return (
    typeof body['previous_response_id'] === 'string' ||
    (body['conversation'] !== undefined && body['conversation'] !== null) ||
    itemsOf(body, ['item_reference', 'compaction']).length > 0
  );
}

function shortened(text: string): string {
  return text.length <= 12 ? text : `${text.slice(0, 4)}...${text.slice(-4)}`;
}
