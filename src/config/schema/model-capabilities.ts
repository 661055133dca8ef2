import { z } from 'zod';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { decimal, flag, integer, keyword, kinds, text } from './scalars.ts';

/* What models of one provider take, above Sparekey's own table: see src/catalog/models/model-row.ts. */

const MOST_TOKENS = 100_000_000;

const tokens = (min: number) => integer({ min, max: MOST_TOKENS });

const thinkingBudget = z.strictObject({
  min: tokens(0).meta({ description: 'The least tokens, beside none at all.' }),
  max: tokens(1).meta({ description: 'The most tokens.' }),
});

const wordForm = z.strictObject({
  alphabet: keyword(['alphanumeric', 'word', 'dotted', 'any']).meta({
    description:
      'Its characters: letters and digits; with `_` and `-`; with `.` and `:` as well, and a letter or `_` first; or any.',
  }),
  minLength: integer({ min: 1, max: 1000 }).meta({ description: 'The least characters.' }),
  maxLength: integer({ min: 1, max: 1_000_000 }).meta({ description: 'The most characters.' }),
});

const takes = z.strictObject({
  maxOutputTokens: tokens(1).exactOptional().meta({
    description:
      'The most tokens of one answer, thinking included. A larger number of a client is lowered to it; where the dialect wants a number and the client named none, it is this one.',
  }),
  maxTokensField: keyword(['max_tokens', 'max_completion_tokens'])
    .exactOptional()
    .meta({ description: 'The field of chat completions that bounds an answer.' }),
  efforts: z
    .array(keyword(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'default']))
    .register(kinds, { kind: 'list of efforts' })
    .exactOptional()
    .meta({
      description:
        'Its words for how hard to think: some of `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, `default`. What a client asks for becomes the nearest. `[]`: none is sent.',
    }),
  thinking: keyword(['none', 'budget', 'adaptive', 'level']).exactOptional().meta({
    description:
      "How a model of Anthropic's or Google's is asked to think: not at all, by tokens, as it decides, or by a level.",
  }),
  thinkingBudget: thinkingBudget
    .exactOptional()
    .meta({ description: 'The bounds of a thinking budget in tokens.' }),
  thinkingOff: flag().exactOptional().meta({ description: 'Whether it can be told not to think.' }),
  thinksUnasked: flag()
    .exactOptional()
    .meta({ description: 'Whether it thinks where nothing is said of it.' }),
  thinkingSwitch: keyword(['thinking', 'enable_thinking']).exactOptional().meta({
    description:
      'The field of chat completions that switches thinking, where that is not `reasoning_effort`.',
  }),
  toolsWhileThinking: flag()
    .exactOptional()
    .meta({ description: 'Whether tools may be declared where it thinks.' }),
  forcedTools: flag().exactOptional().meta({ description: 'Whether it can be made to call a tool.' }),
  parallelTools: flag().exactOptional().meta({ description: 'Whether `parallel_tool_calls` may be said.' }),
  sampling: keyword(['always', 'unless-thinking', 'never'])
    .exactOptional()
    .meta({ description: 'When it takes `temperature` and `top_p`.' }),
  maxTemperature: decimal({ above: 0, max: 100 })
    .exactOptional()
    .meta({ description: 'The highest temperature.' }),
  temperatureWithTopP: flag()
    .exactOptional()
    .meta({ description: 'Whether `temperature` and `top_p` may be said together; else the first counts.' }),
  topK: flag().exactOptional().meta({ description: 'Whether it takes `top_k`.' }),
  stopSequences: integer({ min: 0, max: 1_000_000 })
    .exactOptional()
    .meta({ description: 'How many stop sequences it takes.' }),
  blankStops: flag()
    .exactOptional()
    .meta({ description: 'Whether a stop sequence may be of white space alone.' }),
  seedField: keyword(['seed', 'random_seed', 'none'])
    .exactOptional()
    .meta({ description: 'What chat completions call a seed.' }),
  penalties: flag()
    .exactOptional()
    .meta({ description: 'Whether it takes presence and frequency penalties.' }),
  userField: keyword(['user', 'user_id', 'safety_identifier', 'none'])
    .exactOptional()
    .meta({ description: "What chat completions call the client's own user." }),
  fields: z
    .array(text('a field'))
    .exactOptional()
    .meta({ description: 'All fields of chat completions that it takes, where it refuses others.' }),
  jsonMode: flag()
    .exactOptional()
    .meta({ description: 'Whether it can be asked for JSON without a schema; else it is told to in words.' }),
  jsonSchema: flag().exactOptional().meta({
    description: 'Whether it can be asked to keep to a JSON schema; else the schema is an instruction.',
  }),
  jsonWithTools: flag()
    .exactOptional()
    .meta({ description: 'Whether it can be asked for JSON where tools are declared.' }),
  imageTypes: z
    .array(text('a media type'))
    .exactOptional()
    .meta({ description: 'The media types of images that it reads. `[]`: none.' }),
  documentPart: keyword(['file', 'document_url', 'none']).exactOptional().meta({
    description: 'The part of a message of chat completions that holds a document; `none`: it reads none.',
  }),
  videos: flag().exactOptional().meta({
    description: 'Whether a message of chat completions may hold a film, as `video_url`.',
  }),
  cachePoints: integer({ min: 0, max: 1000 }).exactOptional().meta({
    description: "How many marks for a cache of prompts Bedrock's Converse takes; 0: it refuses them.",
  }),
  cachesForAnHour: flag().exactOptional().meta({
    description: 'Whether such a mark may say that the cache is kept for an hour.',
  }),
  wantsSignedCalls: flag().exactOptional().meta({
    description: 'Whether it refuses function calls of earlier turns that have no signature.',
  }),
  toolCallIds: wordForm.exactOptional().meta({ description: "What the id of a tool's call may be." }),
  toolNames: wordForm.exactOptional().meta({ description: 'What the name of a tool may be.' }),
  lateInstructions: keyword(['system', 'user']).exactOptional().meta({
    description:
      "Where instructions in the middle stand: as `system` messages, or as marked text of the user's.",
  }),
  firstMessage: keyword(['any', 'user'])
    .exactOptional()
    .meta({ description: 'Who may speak first, instructions aside.' }),
  lastMessage: keyword(['any', 'user', 'prefix']).exactOptional().meta({
    description: 'Who may speak last; `prefix`: the assistant too, where its message says `prefix`.',
  }),
  userAfterResult: flag()
    .exactOptional()
    .meta({ description: "Whether a user's message may follow the result of a tool." }),
  repeatedRoles: flag()
    .exactOptional()
    .meta({ description: 'Whether messages of one role may follow each other.' }),
} satisfies Readonly<Record<keyof ModelCapabilities, z.core.$ZodType>>);

/** One entry of `modelCapabilities`. */
export const modelCapabilitiesEntry = z.strictObject({
  models: z
    .array(text('a model'))
    .meta({ description: 'Names of models as the provider has them; `*` stands for any characters.' }),
  takes: takes.meta({ description: 'What these models take. What is not said here the table says.' }),
});
