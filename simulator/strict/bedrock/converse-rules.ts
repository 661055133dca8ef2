import { isObject, objectOf, stringsOf, type JsonObject } from '../../surface/json.ts';
import {
  firstFinding,
  isBlank,
  membersOf,
  objectsAt,
  type Finding,
  type Located,
  type Rule,
} from '../rule.ts';
import { blocksIn, constraint, finding, messagesOf } from './bedrock-body.ts';
import { mediaRules } from './media-rules.ts';
import { toolRules } from './tool-rules.ts';

const API = 'docs.aws.amazon.com/bedrock/latest/APIReference';
const REFERENCE = `${API}/API_runtime_Converse.html`;
const BLOCKS = `${API}/API_runtime_ContentBlock.html`;
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
    id: 'inference-config',
    operations,
    refuses: 'a temperature or `topP` outside of 0 to 1, `maxTokens` below 1, an empty stop sequence',
    source: `${API}/API_runtime_InferenceConfiguration.html`,
    date: DATE,
    find: ({ body }) => configFinding(objectOf(body['inferenceConfig'])),
  },
  {
    id: 'cache-points',
    operations,
    refuses: 'more than four marks for the cache',
    source: 'docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html',
    date: DATE,
    find: ({ body }) => {
      const tools = objectsAt(objectOf(body['toolConfig'])['tools'], ['toolConfig', 'tools']);
      const blocks = [...objectsAt(body['system'], ['system']), ...tools, ...blocksIn(body)];
      const marks = blocks.filter(({ value }) => value['cachePoint'] !== undefined);
      const [, , , , fifth] = marks;
      return fifth === undefined
        ? undefined
        : finding(fifth.path, `A maximum of 4 cache points may be provided. Found ${marks.length}.`);
    },
  },
  ...toolRules,
  ...mediaRules,
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
