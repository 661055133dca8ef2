import type {
  ConversationCapabilities,
  WordForm,
} from '../../../catalog/models/conversation-capabilities.ts';
import { conversationRows } from '../../../catalog/models/rows/conversation.ts';
import { anthropicRules, bedrockRules, geminiRules, openaiRules } from './conversation-rules.ts';
import type { ConversationRules } from './conversation-rules.ts';

/** Tables of the rules of today, for docs/TRANSLATION.md: those of each family, and where vendors and models differ. */
export function conversationTables(): string {
  return `${table(familyLines())}\n${table(vendorLines())}`.trimEnd();
}

const FAMILIES: readonly (readonly [string, ConversationRules])[] = [
  ["OpenAI's chats", openaiRules],
  ['Anthropic', anthropicRules],
  ['Gemini', geminiRules],
  ['Bedrock', bedrockRules],
];

/** What is said of each family, in words. */
const QUESTIONS: readonly (readonly [string, (rules: ConversationRules) => string])[] = [
  ['ids of calls', (rules) => words(rules.toolCallIds)],
  ['names of tools', (rules) => words(rules.toolNames)],
  ['later instructions', (rules) => LATER[rules.lateInstructions]],
  ['speaks first', (rules) => SPEAKERS[rules.firstMessage]],
  ['speaks last', (rules) => SPEAKERS[rules.lastMessage]],
  [
    'a last message of the assistant’s while it thinks',
    (rules) => (rules.thinkingEndsPrefill ? 'is not continued' : 'as else'),
  ],
  [
    'white space before what is continued',
    (rules) => (rules.spaceBeforeContinuing ? 'stays' : 'is left out'),
  ],
  ['several messages of one role', (rules) => (rules.repeatedRoles ? 'stay' : 'become one')],
  ['a blank result', (rules) => (rules.blankResults ? 'stays' : 'becomes `(no output)`')],
  ['a tool without a description', (rules) => (rules.describedTools ? 'is given one' : 'stays')],
  [
    'an object without `properties`',
    (rules) =>
      rules.schemas.objectsHaveProperties ? 'is given empty ones' : 'is given empty ones at the root',
  ],
  [
    '`anyOf`, `oneOf`, `allOf` at the root',
    (rules) => (rules.schemas.rootCombinators ? 'stay' : 'become one object'),
  ],
  [
    '`const`, and `enum` of others than texts and numbers',
    (rules) => (rules.schemas.plainEnums ? 'become an `enum`, or words' : 'stay'),
  ],
  [
    '`required` of what `properties` has not',
    (rules) => (rules.schemas.requiredUnknown ? 'stays' : 'is left out'),
  ],
  [
    'what stands beside a `$ref`',
    (rules) => (rules.schemas.describedReferences ? 'stays' : 'stands beside an `anyOf` of it'),
  ],
  ['`strict` is left out', strictWords],
  ['documented at', (rules) => `${rules.sources.join('<br>')}<br>as known on ${rules.date}`],
];

const LATER = { system: 'stay', user: 'the user’s, marked' } as const;
const SPEAKERS = {
  any: 'anybody',
  user: 'the user',
  prefix: 'anybody, the assistant with `prefix`',
} as const;
const ALPHABETS = {
  alphanumeric: 'letters and digits',
  any: 'anything',
  dotted: 'letters, digits, `_`, `-`, `.`, `:`, a letter or `_` first',
  word: 'letters, digits, `_` and `-`',
} as const;

function words({ alphabet, minLength, maxLength }: WordForm): string {
  if (maxLength === Infinity) return ALPHABETS[alphabet];
  return `${ALPHABETS[alphabet]}, ${minLength === maxLength ? 'exactly' : 'up to'} ${maxLength}`;
}

function strictWords({ schemas: { strict } }: ConversationRules): string {
  const open = strict.allRequired ? 'for objects that are open, or do not require all' : 'for open objects';
  const all = strict.recursion ? open : `${open}, and what refers to itself`;
  return strict.refused.length === 0
    ? all
    : `${all}, and beside ${strict.refused.map((each) => `\`${each}\``).join(', ')}`;
}

function familyLines(): string[][] {
  return [
    ['', ...FAMILIES.map(([name]) => name)],
    ...QUESTIONS.map(([question, answer]) => [question, ...FAMILIES.map(([, rules]) => answer(rules))]),
  ];
}

function vendorLines(): string[][] {
  const lines = conversationRows.map(({ types, models, takes, source, date }) => [
    types === undefined ? 'every' : types.map((type) => `\`${type}\``).join(', '),
    models.map((each) => `\`${each}\``).join(', '),
    differences(takes),
    `${source}, as known on ${date}`,
  ]);
  return [['type', 'models', 'differs in', 'documented at'], ...lines];
}

function differences(takes: ConversationCapabilities): string {
  const { toolCallIds, toolNames, lateInstructions, firstMessage, lastMessage } = takes;
  return [
    ...(toolCallIds === undefined ? [] : [`ids of calls: ${words(toolCallIds)}`]),
    ...(toolNames === undefined ? [] : [`names of tools: ${words(toolNames)}`]),
    ...(lateInstructions === undefined ? [] : [`later instructions: ${LATER[lateInstructions]}`]),
    ...(firstMessage === undefined ? [] : [`speaks first: ${SPEAKERS[firstMessage]}`]),
    ...(lastMessage === undefined ? [] : [`speaks last: ${SPEAKERS[lastMessage]}`]),
    ...(takes.userAfterResult === false ? ['the assistant speaks between a result and the user'] : []),
    ...(takes.repeatedRoles === false ? ['several messages of one role become one'] : []),
  ].join('; ');
}

function table([head = [], ...lines]: string[][]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
