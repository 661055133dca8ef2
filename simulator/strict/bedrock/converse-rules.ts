import { isObject, objectOf, stringOf, stringsOf, type JsonObject } from '../../surface/json.ts';
import {
  firstFinding,
  isBlank,
  membersOf,
  objectsAt,
  type Finding,
  type Located,
  type Path,
  type Rule,
} from '../rule.ts';

const API = 'docs.aws.amazon.com/bedrock/latest/APIReference';
const REFERENCE = `${API}/API_runtime_Converse.html`;
const BLOCKS = `${API}/API_runtime_ContentBlock.html`;
const TOOL_USE = 'docs.aws.amazon.com/bedrock/latest/userguide/tool-use.html';
const DATE = '2026-11-30';

const operations = ['converse'] as const;

/** What Converse refuses, whichever the model. */
export const converseRules: readonly Rule[] = [
  {
    id: 'converse-members',
    operations,
    refuses:
      'a message without its role or a list of blocks, a block that is none or several of the kinds there are',
    source: `${REFERENCE}, ${BLOCKS}`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(membersOf(body['messages'], ['messages']), (message) => memberFinding(message)) ??
      firstFinding(membersOf(body['system'], ['system']), ({ path, value }) =>
        isObject(value) && SYSTEM_KINDS.filter((kind) => value[kind] !== undefined).length === 1
          ? undefined
          : constraint('null', path, 'Member must not be null'),
      ),
  },
  {
    id: 'first-message',
    operations,
    refuses: 'a conversation that does not begin with the user',
    source: `${API}/API_runtime_Message.html`,
    date: DATE,
    find: ({ body }) => {
      const [first] = messagesOf(body);
      return first === undefined || first.value['role'] === 'user'
        ? undefined
        : finding(
            first.path,
            'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
          );
    },
  },
  {
    id: 'alternation',
    operations,
    refuses: 'two messages of one role side by side',
    source: `${API}/API_runtime_Message.html`,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      const at = messages.findIndex(
        ({ value }, index) => index > 0 && value['role'] === messages[index - 1]?.value['role'],
      );
      return at < 0
        ? undefined
        : finding(
            ['messages', at],
            'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
          );
    },
  },
  {
    id: 'empty-content',
    operations,
    refuses: 'a message without blocks',
    source: `${API}/API_runtime_Message.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), ({ path, value: { content } }) =>
        Array.isArray(content) && content.length === 0
          ? finding(
              path,
              `The content field in the Message object at ${path.join('.')} is empty. Add a ContentBlock object to the content field and try again.`,
            )
          : undefined,
      ),
  },
  {
    id: 'blank-text',
    operations,
    refuses: 'a block of text with nothing in it but white space',
    source: BLOCKS,
    date: DATE,
    find: ({ body }) =>
      firstFinding([...objectsAt(body['system'], ['system']), ...blocksIn(body)], ({ path, value }) => {
        const what = path[0] === 'system' ? 'SystemContentBlock' : 'ContentBlock';
        return isBlank(value['text'])
          ? finding(
              path,
              `The text field in the ${what} object at ${path.join('.')} is blank. Add text to the text field, and try again.`,
            )
          : undefined;
      }),
  },
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
  {
    id: 'documents',
    operations,
    refuses:
      'a document without a text beside it, more than five of them, a name of other characters, a form that is not known',
    source: `${BLOCKS}, ${API}/API_runtime_DocumentBlock.html`,
    date: DATE,
    find: ({ body }) => firstFinding(messagesOf(body), documentsFinding),
  },
  {
    id: 'images',
    operations,
    refuses: 'an image in another form than `png`, `jpeg`, `gif` and `webp`',
    source: `${API}/API_runtime_ImageBlock.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(imagesIn(body), ({ path, value }) => {
        const format = objectOf(value['image'])['format'];
        return ['png', 'jpeg', 'gif', 'webp'].includes(String(format))
          ? undefined
          : constraint(
              String(format),
              [...path, 'image', 'format'],
              'Member must satisfy enum value set: [gif, jpeg, png, webp]',
            );
      }),
  },
  {
    id: 'user-media',
    operations,
    refuses: 'images and documents by the assistant',
    source: `${API}/API_runtime_Message.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), (message) => {
        if (message.value['role'] !== 'assistant') return undefined;
        const media = blocksOf(message).find(
          ({ value }) => value['image'] !== undefined || value['document'] !== undefined,
        );
        return media === undefined
          ? undefined
          : finding(media.path, 'Images and documents are only allowed in user messages.');
      }),
  },
  {
    id: 'inference-config',
    operations,
    refuses: 'a temperature or `topP` outside of 0 to 1, `maxTokens` below 1, an empty stop sequence',
    source: `${API}/API_runtime_InferenceConfiguration.html`,
    date: DATE,
    find: ({ body }) => configFinding(objectOf(body['inferenceConfig'])),
  },
];

const KINDS = [
  'text',
  'image',
  'document',
  'video',
  'audio',
  'toolUse',
  'toolResult',
  'guardContent',
  'cachePoint',
  'reasoningContent',
  'citationsContent',
  'searchResult',
];
const SYSTEM_KINDS = ['text', 'guardContent', 'cachePoint'];
const DOCUMENTS = new Set(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']);

function finding(path: Path, message: string): Finding {
  return { path, message };
}

/** A constraint of the model of the API; its lists count from 1. */
function constraint(value: string, path: Path, rule: string): Finding {
  const place = path.map((step) => (typeof step === 'number' ? `${step + 1}.member` : step)).join('.');
  const shown = value === 'null' ? 'null' : `'${value}'`;
  return finding(
    path,
    `1 validation error detected: Value ${shown} at '${place}' failed to satisfy constraint: ${rule}`,
  );
}

function memberFinding({ path, value }: Located): Finding | undefined {
  const { role, content } = objectOf(value);
  if (role !== 'user' && role !== 'assistant')
    return constraint(
      typeof role === 'string' ? role : 'null',
      [...path, 'role'],
      'Member must satisfy enum value set: [user, assistant]',
    );
  if (!Array.isArray(content)) return constraint('null', [...path, 'content'], 'Member must not be null');
  return firstFinding(membersOf(content, [...path, 'content']), (block) =>
    KINDS.filter((kind) => objectOf(block.value)[kind] !== undefined).length === 1
      ? undefined
      : finding(block.path, `The value at ${block.path.join('.')} must have exactly one of its members set.`),
  );
}

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

function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

function blocksOf({ path, value }: Located<JsonObject>): readonly Located<JsonObject>[] {
  return objectsAt(value['content'], [...path, 'content']);
}

function blocksIn(body: JsonObject, ...kinds: readonly string[]): readonly Located<JsonObject>[] {
  const blocks = messagesOf(body).flatMap(blocksOf);
  return kinds.length === 0
    ? blocks
    : blocks.filter(({ value }) => kinds.some((kind) => value[kind] !== undefined));
}

function idsIn(message: Located<JsonObject>, kind: 'toolUse' | 'toolResult'): readonly string[] {
  return blocksOf(message).flatMap(({ value }) => stringOf(objectOf(value[kind])['toolUseId']) ?? []);
}

/** Those in results too. */
function imagesIn(body: JsonObject): readonly Located<JsonObject>[] {
  const inResults = blocksIn(body, 'toolResult').flatMap(({ path, value }) =>
    objectsAt(objectOf(value['toolResult'])['content'], [...path, 'toolResult', 'content']),
  );
  return [...blocksIn(body), ...inResults].filter(({ value }) => value['image'] !== undefined);
}

function documentsFinding(message: Located<JsonObject>): Finding | undefined {
  const blocks = blocksOf(message);
  const documents = blocks.filter(({ value }) => value['document'] !== undefined);
  if (documents.length === 0) return undefined;
  if (blocks.every(({ value }) => value['text'] === undefined))
    return finding(
      message.path,
      'Found a document block without a text block. Add a text block to the message and try again.',
    );
  if (documents.length > 5)
    return finding(message.path, 'Too many documents: a message may have up to five.');
  const names = new Set<unknown>();
  return firstFinding(documents, ({ path, value }) => {
    const { name, format } = objectOf(value['document']);
    if (typeof name !== 'string' || !/^[a-zA-Z0-9\s()[\]-]{1,200}$/u.test(name) || /\s{2}/u.test(name))
      return finding(
        path,
        "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.",
      );
    if (names.has(name)) return finding(path, `Document names must be unique: ${name}`);
    names.add(name);
    return format === undefined || (typeof format === 'string' && DOCUMENTS.has(format))
      ? undefined
      : constraint(
          JSON.stringify(format),
          [...path, 'document', 'format'],
          `Member must satisfy enum value set: [${[...DOCUMENTS].join(', ')}]`,
        );
  });
}

function configFinding(config: JsonObject): Finding | undefined {
  const { maxTokens, temperature, topP, stopSequences } = config;
  if (typeof maxTokens === 'number' && maxTokens < 1)
    return constraint(
      String(maxTokens),
      ['inferenceConfig', 'maxTokens'],
      'Member must have value greater than or equal to 1',
    );
  for (const [name, value] of Object.entries({ temperature, topP }))
    if (typeof value === 'number' && (value < 0 || value > 1))
      return constraint(
        String(value),
        ['inferenceConfig', name],
        `Member must have value ${value < 0 ? 'greater than or equal to 0' : 'less than or equal to 1'}`,
      );
  return stringsOf(stopSequences).includes('')
    ? constraint(
        '',
        ['inferenceConfig', 'stopSequences'],
        'Member must have length greater than or equal to 1',
      )
    : undefined;
}
