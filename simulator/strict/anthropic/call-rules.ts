import { isObject, objectOf } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Rule } from '../rule.ts';
import { blocksOf, finding, messagesOf, turnsOf } from './anthropic-body.ts';

const TOOLS = 'platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use';
const DATE = '2026-11-30';

const operations = ['messages'] as const;

/** What Anthropic's messages refuse of tools, calls and results. */
export const callRules: readonly Rule[] = [
  {
    id: 'blocks-of-roles',
    operations,
    refuses: 'calls by the user, results by the assistant',
    source: TOOLS,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value }) => {
        const [type, role] =
          value['role'] === 'assistant' ? ['tool_result', 'user'] : ['tool_use', 'assistant'];
        return blocksOf({ path, value }, type).length === 0
          ? undefined
          : finding(
              path,
              `messages.${String(path[1])}: \`${type}\` blocks can only be in \`${role}\` messages`,
            );
      }),
  },
  {
    id: 'unique-calls',
    operations,
    refuses: 'two calls with one id',
    source: TOOLS,
    date: DATE,
    find: ({ body }) => {
      const ids = new Set<unknown>();
      return firstFinding(
        messagesOf(body).flatMap((each) => blocksOf(each, 'tool_use')),
        ({ path, value: { id } }) => {
          if (ids.has(id)) return finding(path, `${path.join('.')}: \`tool_use\` ids must be unique`);
          ids.add(id);
          return undefined;
        },
      );
    },
  },
  {
    id: 'calls-answered',
    operations,
    refuses: 'a call whose result is not in the next message, in front of everything else',
    source: TOOLS,
    date: DATE,
    find: ({ body }) => {
      const turns = turnsOf(body);
      return firstFinding(turns.entries(), ([index, { path, blocks }]) => {
        const next = turns[index + 1]?.blocks ?? [];
        const firstOther = next.findIndex(({ value }) => value['type'] !== 'tool_result');
        const results = firstOther < 0 ? next : next.slice(0, firstOther);
        const answered = new Set(results.map(({ value }) => value['tool_use_id']));
        const open = blocks
          .filter(({ value }) => value['type'] === 'tool_use' && !answered.has(value['id']))
          .map(({ value }) => String(value['id']));
        return open.length === 0
          ? undefined
          : finding(
              path,
              `messages.${String(path[1])}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
            );
      });
    },
  },
  {
    id: 'result-of-call',
    operations,
    refuses: 'a result whose call is not in the message before, or that has another beside it',
    source: TOOLS,
    date: DATE,
    find: ({ body }) => {
      const turns = turnsOf(body);
      return firstFinding(turns.entries(), ([index, { blocks }]) => {
        const open = new Set((turns[index - 1]?.blocks ?? []).map(({ value }) => value['id']));
        const met = new Set<unknown>();
        return firstFinding(blocks, ({ path, value }) => {
          if (value['type'] !== 'tool_result') return undefined;
          const id = value['tool_use_id'];
          const at = path.join('.');
          if (met.has(id))
            return finding(
              path,
              `${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${String(id)}`,
            );
          met.add(id);
          return open.has(id)
            ? undefined
            : finding(
                path,
                `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(id)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
              );
        });
      });
    },
  },
  {
    id: 'failed-result',
    operations,
    refuses: 'the result of a tool that failed without a word of why',
    source: 'github.com/anthropics/claude-code/issues (tool_result: content cannot be empty if is_error)',
    date: DATE,
    find: ({ body }) =>
      firstFinding(
        messagesOf(body).flatMap((each) => blocksOf(each, 'tool_result')),
        ({ path, value: { is_error: failed, content } }) => {
          const isEmpty =
            content === undefined ||
            content === null ||
            content === '' ||
            (Array.isArray(content) && content.length === 0);
          return failed === true && isEmpty
            ? finding(path, `${path.join('.')}.tool_result: content cannot be empty if \`is_error\` is true`)
            : undefined;
        },
      ),
  },
  {
    id: 'unique-tools',
    operations,
    refuses: 'two tools of one name',
    source: TOOLS,
    date: DATE,
    find: ({ body }) => {
      const names = objectsAt(body['tools'], ['tools']).flatMap(({ value }) => value['name'] ?? []);
      return new Set(names).size === names.length
        ? undefined
        : finding(['tools'], 'tools: Tool names must be unique.');
    },
  },
  {
    id: 'input-schema',
    operations,
    refuses: 'alternatives at the root of the schema of a tool’s input; properties of other names',
    source: TOOLS,
    date: DATE,
    find: ({ body }) =>
      firstFinding(objectsAt(body['tools'], ['tools']), ({ path, value }) => {
        const schema = objectOf(value['input_schema']);
        const place = `${path.join('.')}.custom.input_schema`;
        if (['oneOf', 'allOf', 'anyOf'].some((keyword) => schema[keyword] !== undefined))
          return finding(
            path,
            `${place}: input_schema does not support oneOf, allOf, or anyOf at the top level`,
          );
        return Object.keys(objectOf(schema['properties'])).every((key) => PROPERTY.test(key))
          ? undefined
          : finding(path, `${place}.properties: Property keys should match pattern '${PROPERTY.source}'`);
      }),
  },
  {
    id: 'choice-without-tools',
    operations,
    refuses: 'a choice among tools without tools, or of one that is not among them',
    source: TOOLS,
    date: DATE,
    find: ({ body }) => {
      const choice = body['tool_choice'];
      if (!isObject(choice)) return undefined;
      const tools = objectsAt(body['tools'], ['tools']);
      if (tools.length === 0 && !Array.isArray(body['mcp_servers']))
        return finding(['tool_choice'], 'tool_choice may only be specified while providing tools.');
      return choice['type'] !== 'tool' || tools.some(({ value }) => value['name'] === choice['name'])
        ? undefined
        : finding(['tool_choice'], `Tool '${String(choice['name'])}' not found in provided tools`);
    },
  },
];

const PROPERTY = /^[a-zA-Z0-9_.-]{1,64}$/u;
