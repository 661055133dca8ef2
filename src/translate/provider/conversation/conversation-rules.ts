import type { ConversationCapabilities } from '../../../catalog/models/conversation-capabilities.ts';
import type { ModelCapabilities } from '../../../catalog/models/model-row.ts';

/**
 * What a dialect takes of a conversation. What a model or a vendor takes otherwise stands in the table of models
 * (`catalog/models/rows/conversation.ts`) and counts above these.
 */
export interface ConversationRules extends Required<ConversationCapabilities> {
  /** Whether the result of a tool may be blank. */
  readonly blankResults: boolean;
  /** Whether all text of one result has to be one part: the dialect has one result for a call, with one content. */
  readonly resultsOfOneText: boolean;
  /** Under which name the package keeps signatures. */
  readonly signaturesOf: 'anthropic' | 'google' | 'amazonBedrock' | undefined;
  /** Whether thinking without a signature is sent. Where it is not, a message may have nothing else. */
  readonly unsignedThinking: boolean;
  /** Whether a model that is asked to think continues no message of the assistant's. */
  readonly thinkingEndsPrefill: boolean;
  /** Whether white space may end a message that is to be continued. */
  readonly spaceBeforeContinuing: boolean;
  /** Whether a tool has to be described. */
  readonly describedTools: boolean;
  readonly schemas: SchemaRules;
  /** The pages that say so. */
  readonly sources: readonly string[];
  /** The day by which that was known: year, month, day. */
  readonly date: string;
}

/** What a dialect takes of the schema of a tool's arguments. */
export interface SchemaRules {
  /** Whether every object has to have `properties`, if only empty ones. At the root it always has. */
  readonly objectsHaveProperties: boolean;
  /** Whether the root may have `anyOf`, `oneOf` and `allOf`. */
  readonly rootCombinators: boolean;
  /** Whether `enum` is of texts and numbers alone, and there is no `const`. */
  readonly plainEnums: boolean;
  /** Whether `required` may name what `properties` has not. */
  readonly requiredUnknown: boolean;
  /** Whether anything may stand beside a `$ref`. */
  readonly describedReferences: boolean;
  /** What a schema has to be so that the model can be held to it. */
  readonly strict: StrictRules;
}

/** What `strict` asks of a schema. Where a schema is not so, the tool is sent without it. */
export interface StrictRules {
  /** Whether all properties have to be required. */
  readonly allRequired: boolean;
  /** Whether a schema may refer to itself. */
  readonly recursion: boolean;
  /** Keywords that it refuses. */
  readonly refused: readonly string[];
}

/** platform.openai.com/docs/api-reference/chat, and what its servers say to schemas and ids that they refuse. */
export const openaiRules: ConversationRules = {
  toolCallIds: { alphabet: 'any', minLength: 1, maxLength: 40 },
  toolNames: { alphabet: 'word', minLength: 1, maxLength: 64 },
  lateInstructions: 'system',
  firstMessage: 'any',
  lastMessage: 'any',
  userAfterResult: true,
  repeatedRoles: true,
  blankResults: true,
  resultsOfOneText: false,
  signaturesOf: undefined,
  unsignedThinking: true,
  thinkingEndsPrefill: false,
  spaceBeforeContinuing: true,
  describedTools: false,
  schemas: {
    objectsHaveProperties: true,
    rootCombinators: false,
    plainEnums: false,
    requiredUnknown: true,
    describedReferences: false,
    strict: {
      allRequired: true,
      recursion: true,
      refused: [
        'allOf',
        'contains',
        'dependentRequired',
        'dependentSchemas',
        'else',
        'if',
        'maxProperties',
        'minProperties',
        'not',
        'oneOf',
        'patternProperties',
        'prefixItems',
        'propertyNames',
        'then',
        'unevaluatedItems',
        'unevaluatedProperties',
        'uniqueItems',
      ],
    },
  },
  sources: [
    'platform.openai.com/docs/api-reference/chat/create',
    'platform.openai.com/docs/guides/structured-outputs#supported-schemas',
  ],
  date: '2026-11-30',
};

export const anthropicRules: ConversationRules = {
  toolCallIds: { alphabet: 'word', minLength: 1, maxLength: Infinity },
  // The documentation says 64, the servers' own message 128: what is shorter passes both.
  toolNames: { alphabet: 'word', minLength: 1, maxLength: 64 },
  lateInstructions: 'user',
  firstMessage: 'user',
  lastMessage: 'any',
  userAfterResult: true,
  repeatedRoles: true,
  blankResults: false,
  resultsOfOneText: false,
  signaturesOf: 'anthropic',
  unsignedThinking: false,
  thinkingEndsPrefill: true,
  spaceBeforeContinuing: false,
  describedTools: false,
  schemas: {
    objectsHaveProperties: false,
    rootCombinators: false,
    plainEnums: false,
    requiredUnknown: true,
    describedReferences: true,
    strict: {
      allRequired: false,
      recursion: false,
      refused: [
        'exclusiveMaximum',
        'exclusiveMinimum',
        'if',
        'maxItems',
        'maxLength',
        'maximum',
        'minLength',
        'minimum',
        'multipleOf',
        'not',
        'patternProperties',
        'uniqueItems',
      ],
    },
  },
  sources: [
    'platform.claude.com/docs/en/api/messages',
    'platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use',
    'platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations',
  ],
  date: '2026-11-30',
};

export const geminiRules: ConversationRules = {
  toolCallIds: { alphabet: 'any', minLength: 1, maxLength: Infinity },
  toolNames: { alphabet: 'dotted', minLength: 1, maxLength: 64 },
  lateInstructions: 'user',
  firstMessage: 'user',
  lastMessage: 'user',
  userAfterResult: true,
  repeatedRoles: false,
  blankResults: true,
  resultsOfOneText: true,
  signaturesOf: 'google',
  unsignedThinking: true,
  thinkingEndsPrefill: false,
  spaceBeforeContinuing: true,
  describedTools: true,
  schemas: {
    objectsHaveProperties: false,
    rootCombinators: true,
    plainEnums: true,
    requiredUnknown: false,
    describedReferences: false,
    strict: { allRequired: false, recursion: true, refused: [] },
  },
  sources: [
    'ai.google.dev/api/caching#FunctionDeclaration',
    'ai.google.dev/api/caching#Content',
    'ai.google.dev/gemini-api/docs/function-calling',
    'ai.google.dev/gemini-api/docs/structured-output#json-schema-support',
  ],
  date: '2026-11-30',
};

export const bedrockRules: ConversationRules = {
  toolCallIds: { alphabet: 'word', minLength: 1, maxLength: 64 },
  toolNames: { alphabet: 'word', minLength: 1, maxLength: 64 },
  lateInstructions: 'user',
  firstMessage: 'user',
  lastMessage: 'user',
  userAfterResult: true,
  repeatedRoles: true,
  blankResults: false,
  resultsOfOneText: false,
  signaturesOf: 'amazonBedrock',
  unsignedThinking: false,
  thinkingEndsPrefill: true,
  spaceBeforeContinuing: false,
  describedTools: false,
  schemas: {
    objectsHaveProperties: false,
    rootCombinators: false,
    plainEnums: false,
    requiredUnknown: true,
    describedReferences: true,
    strict: {
      allRequired: false,
      recursion: false,
      refused: ['maxLength', 'maximum', 'minLength', 'minimum', 'multipleOf'],
    },
  },
  sources: [
    'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
    'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html',
    'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html',
    'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html',
    'docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html',
  ],
  date: '2026-11-30',
};

/** The rules of a dialect, and above them what is known of the model. */
export function rulesFor(dialect: ConversationRules, model: ModelCapabilities): ConversationRules {
  return {
    ...dialect,
    toolCallIds: model.toolCallIds ?? dialect.toolCallIds,
    toolNames: model.toolNames ?? dialect.toolNames,
    lateInstructions: model.lateInstructions ?? dialect.lateInstructions,
    firstMessage: model.firstMessage ?? dialect.firstMessage,
    lastMessage: model.lastMessage ?? dialect.lastMessage,
    userAfterResult: model.userAfterResult ?? dialect.userAfterResult,
    repeatedRoles: model.repeatedRoles ?? dialect.repeatedRoles,
  };
}
