import { isObject, objectOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Finding, type Located, type Path, type Rule } from '../rule.ts';
import { blocksIn, constraint, finding, idsIn, messagesOf } from './bedrock-body.ts';

const API = 'docs.aws.amazon.com/bedrock/latest/APIReference';
const TOOL_USE = 'docs.aws.amazon.com/bedrock/latest/userguide/tool-use.html';
const DATE = '2026-11-30';

const operations = ['converse'] as const;

/** What Converse refuses of tools, calls and results. */
export const toolRules: readonly Rule[] = [
  {
    id: 'tool-config',
    operations,
    refuses: 'calls and results without `toolConfig`',
    source: TOOL_USE,
    date: DATE,
    find: ({ body }) =>
      body['toolConfig'] === undefined && blocksIn(body, 'toolUse', 'toolResult').length > 0
        ? finding(
            ['toolConfig'],
            'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
          )
        : undefined,
  },
  {
    id: 'tool-ids',
    operations,
    refuses:
      'a call’s id of other characters than letters, digits, `_`, `.`, `:` and `-`, or of more than 64',
    source: `${API}/API_runtime_ToolUseBlock.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(blocksIn(body, 'toolUse', 'toolResult'), ({ path, value }) => {
        const kind = value['toolUse'] === undefined ? 'toolResult' : 'toolUse';
        return textFinding(objectOf(value[kind])['toolUseId'], [...path, kind, 'toolUseId'], ID);
      }),
  },
  {
    id: 'tool-names',
    operations,
    refuses: 'a tool’s name of other characters than letters, digits, `_` and `-`, or of more than 64',
    source: `${API}/API_runtime_ToolSpecification.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(blocksIn(body, 'toolUse'), ({ path, value }) =>
        textFinding(objectOf(value['toolUse'])['name'], [...path, 'toolUse', 'name'], NAME),
      ) ??
      firstFinding(specsOf(body), ({ path, value }) => textFinding(value['name'], [...path, 'name'], NAME)),
  },
  {
    id: 'tool-specs',
    operations,
    refuses:
      'no tools in `toolConfig`, an empty description, a schema whose root is no object, two tools of one name',
    source: `${API}/API_runtime_ToolSpecification.html`,
    date: DATE,
    find: ({ body }) => specsFinding(body),
  },
  {
    id: 'calls-answered',
    operations,
    refuses: 'a call whose result is not in the next message',
    source: TOOL_USE,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages.entries(), ([index, message]) => {
        const next = messages[index + 1];
        const answered = new Set(next === undefined ? [] : idsIn(next, 'toolResult'));
        const open = idsIn(message, 'toolUse').filter((id) => !answered.has(id));
        return open.length === 0
          ? undefined
          : finding(
              message.path,
              `Expected toolResult blocks at messages.${index + 1}.content for the following Ids: ${open.join(', ')}`,
            );
      });
    },
  },
  {
    id: 'result-of-call',
    operations,
    refuses: 'a result whose call is not in the message before',
    source: TOOL_USE,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages.entries(), ([index, message]) => {
        const before = messages[index - 1];
        const called = before === undefined ? [] : idsIn(before, 'toolUse');
        const results = idsIn(message, 'toolResult');
        if (results.length > called.length)
          return finding(
            message.path,
            `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
          );
        return results.every((id) => called.includes(id))
          ? undefined
          : finding(
              message.path,
              `The toolResult blocks at messages.${index}.content contain Ids that do not match the toolUse blocks of previous turn.`,
            );
      });
    },
  },
];

/** What ids of calls, and names of tools, are written with. */
const ID = /^[a-zA-Z0-9_.:-]+$/u;
const NAME = /^[a-zA-Z0-9_-]+$/u;

function textFinding(value: unknown, path: Path, pattern: RegExp): Finding | undefined {
  if (typeof value !== 'string') return constraint('null', path, 'Member must not be null');
  if (value.length > 64) return constraint(value, path, 'Member must have length less than or equal to 64');
  return pattern.test(value)
    ? undefined
    : constraint(
        value,
        path,
        `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`,
      );
}

function specsOf(body: JsonObject): readonly Located<JsonObject>[] {
  const tools = objectsAt(objectOf(body['toolConfig'])['tools'], ['toolConfig', 'tools']);
  return tools.flatMap(({ path, value }) =>
    isObject(value['toolSpec']) ? [{ path: [...path, 'toolSpec'], value: value['toolSpec'] }] : [],
  );
}

function specsFinding(body: JsonObject): Finding | undefined {
  const { toolConfig } = body;
  if (!isObject(toolConfig)) return undefined;
  const { tools } = toolConfig;
  if (!Array.isArray(tools) || tools.length === 0)
    return constraint('[]', ['toolConfig', 'tools'], 'Member must have length greater than or equal to 1');
  const names = new Set<unknown>();
  return firstFinding(specsOf(body), ({ path, value }) => {
    const { name, description, inputSchema } = value;
    if (names.has(name))
      return finding(
        path,
        `The tool name ${String(name)} is already defined at toolConfig.tools. Tool names must be unique.`,
      );
    names.add(name);
    if (description === '')
      return constraint('', [...path, 'description'], 'Member must have length greater than or equal to 1');
    const schema = objectOf(inputSchema)['json'];
    return objectOf(schema)['type'] === 'object'
      ? undefined
      : finding(
          path,
          `The value at ${path.join('.')}.inputSchema.json.type must be one of the following: object.`,
        );
  });
}
