import { isOurSignature } from '../../surface/conversation.ts';
import { isObject, objectOf, stringsOf, type JsonObject } from '../../surface/json.ts';
import {
  firstFinding,
  isBlank,
  objectsAt,
  type Finding,
  type Located,
  type Path,
  type Rule,
} from '../rule.ts';
import { shapeFinding } from './anthropic-shape.ts';
import { messagesShape } from './messages-shape.ts';

const REFERENCE = 'platform.claude.com/docs/en/api/messages/create';
const TOOLS = 'platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use';
const THINKING = 'platform.claude.com/docs/en/build-with-claude/extended-thinking';
const CACHING = 'platform.claude.com/docs/en/build-with-claude/prompt-caching';
const DATE = '2026-11-30';

const operations = ['messages'] as const;

/** What Anthropic's messages refuse, whichever the model. */
export const messagesRules: readonly Rule[] = [
  {
    id: 'messages-shape',
    operations,
    refuses:
      'a field or a kind of block that the reference has not, a value of another type or beyond its limits, `max_tokens` missing, an id or a name of other characters, an image that is called anything but JPEG, PNG, GIF or WebP, a schema whose root is no object',
    source: REFERENCE,
    date: DATE,
    find: (request) => shapeFinding(messagesShape, request),
  },
  {
    id: 'first-message',
    operations,
    refuses: 'a conversation that does not begin with the user',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const first = messagesOf(body).find(({ value }) => value['role'] !== 'system');
      return first === undefined || first.value['role'] === 'user'
        ? undefined
        : finding(first.path, 'messages: first message must use the "user" role');
    },
  },
  {
    id: 'empty-message',
    operations,
    refuses: 'a message without content, but for a last one of the assistant',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages, ({ path, value }) => {
        const { role, content } = value;
        const isEmpty = content === '' || (Array.isArray(content) && content.length === 0);
        const isLast = role === 'assistant' && value === messages.at(-1)?.value;
        return !isEmpty || isLast
          ? undefined
          : finding(
              path,
              `messages.${String(path[1])}: all messages must have non-empty content except for the optional final assistant message`,
            );
      });
    },
  },
  {
    id: 'blank-text',
    operations,
    refuses: 'a block of text with nothing in it but white space, in messages and instructions',
    source: 'github.com/anthropics/anthropic-sdk-python/issues/461',
    date: DATE,
    find: ({ body }) =>
      firstFinding(textsOf(body), ({ path, value }) =>
        isBlank(value)
          ? finding(
              path,
              `${String(path[0])}: text content blocks must ${value === '' ? 'be non-empty' : 'contain non-whitespace text'}`,
            )
          : undefined,
      ),
  },
  {
    id: 'trailing-white-space',
    operations,
    refuses: 'a last message of the assistant that ends in white space',
    source: 'platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response',
    date: DATE,
    find: ({ body }) => {
      const last = messagesOf(body).at(-1);
      if (last?.value['role'] !== 'assistant') return undefined;
      const text = textsIn(last).at(-1);
      return text === undefined || text.value === text.value.trimEnd()
        ? undefined
        : finding(text.path, 'messages: final assistant content cannot end with trailing whitespace');
    },
  },
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
    id: 'signature',
    operations,
    refuses: 'thinking without the signature that it was given out with',
    source: THINKING,
    date: DATE,
    find: ({ body }) =>
      firstFinding(
        messagesOf(body).flatMap((each) => blocksOf(each, 'thinking', 'redacted_thinking')),
        ({ path, value }) => {
          const { type, signature, thinking, data } = value;
          const isOurs =
            type === 'thinking'
              ? isOurSignature(String(signature), String(thinking))
              : isOurSignature(String(data));
          return isOurs
            ? undefined
            : finding(
                path,
                `${path.join('.')}: Invalid \`${type === 'thinking' ? 'signature' : 'data'}\` in \`${String(type)}\` block`,
              );
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
  {
    id: 'stop-sequences',
    operations,
    refuses: 'a stop sequence of white space alone',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      stringsOf(body['stop_sequences']).some(isBlank)
        ? finding(['stop_sequences'], 'stop_sequences: each stop sequence must contain non-whitespace')
        : undefined,
  },
  {
    id: 'cache-marks',
    operations,
    refuses: 'more than four marks for the cache, or one at a text with nothing in it',
    source: CACHING,
    date: DATE,
    find: ({ body }) => {
      const marked = [...markedIn(body)];
      const blank = marked.find(({ value }) => value['type'] === 'text' && value['text'] === '');
      if (blank !== undefined)
        return finding(
          blank.path,
          `${blank.path.join('.')}: cache_control cannot be set for empty text blocks`,
        );
      return marked.length <= 4
        ? undefined
        : finding(
            ['messages'],
            `A maximum of 4 blocks with cache_control may be provided. Found ${marked.length}.`,
          );
    },
  },
];

const PROPERTY = /^[a-zA-Z0-9_.-]{1,64}$/u;

function finding(path: Path, message: string): Finding {
  return { path, message };
}

function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

function blocksOf(
  { path, value }: Located<JsonObject>,
  ...types: readonly string[]
): readonly Located<JsonObject>[] {
  const blocks = objectsAt(value['content'], [...path, 'content']);
  return types.length === 0 ? blocks : blocks.filter((each) => types.includes(String(each.value['type'])));
}

/** The texts of a message, a text that stands for the whole of its content too. */
function textsIn(message: Located<JsonObject>): readonly Located<string>[] {
  const { path, value } = message;
  const { content } = value;
  if (typeof content === 'string')
    return content === '' ? [] : [{ path: [...path, 'content'], value: content }];
  return blocksOf(message).flatMap((block) => {
    if (block.value['type'] === 'tool_result') return textsIn(block);
    const { text } = block.value;
    return typeof text === 'string' ? [{ path: block.path, value: text }] : [];
  });
}

function textsOf(body: JsonObject): readonly Located<string>[] {
  const instructions = objectsAt(body['system'], ['system']).flatMap(({ path, value: { text } }) =>
    typeof text === 'string' ? [{ path, value: text }] : [],
  );
  return [...instructions, ...messagesOf(body).flatMap(textsIn)];
}

/** Messages of one role that stand side by side are one turn. */
interface TurnOfRole {
  readonly role: unknown;
  readonly path: Path;
  readonly blocks: Located<JsonObject>[];
}

function turnsOf(body: JsonObject): readonly TurnOfRole[] {
  const turns: TurnOfRole[] = [];
  for (const message of messagesOf(body)) {
    const { role, content } = message.value;
    const blocks =
      typeof content === 'string'
        ? [{ path: [...message.path, 'content'], value: { type: 'text', text: content } }]
        : blocksOf(message);
    const last = turns.at(-1);
    if (last !== undefined && last.role === role) last.blocks.push(...blocks);
    else turns.push({ role, path: message.path, blocks: [...blocks] });
  }
  return turns;
}

function* markedIn(value: unknown, path: Path = []): Generator<Located<JsonObject>> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* markedIn(each, [...path, index]);
    return;
  }
  if (!isObject(value)) return;
  if (isObject(value['cache_control'])) yield { path, value };
  for (const name of MARKED) yield* markedIn(value[name], [...path, name]);
}

/** Where blocks with marks may stand. */
const MARKED = ['tools', 'system', 'messages', 'content'];
