import { asObject, isJsonText } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import type { CallOptions, ClientToolNames } from '../../codec.ts';
import type { AssistantPart, Prompt } from '../prompt.ts';
import { withBareReferences } from './bare-references.ts';
import { withoutBlankText } from './blank-text.ts';
import { withCallIds } from './call-ids.ts';
import type { ConversationRules } from './conversation-rules.ts';
import { withResultsBehindCalls } from './order.ts';
import { withDeclaredTools } from './tool-declarations.ts';
import { withToolNames } from './tool-names.ts';
import { withAllowedTurns } from './turns.ts';

/** What a package is called with, and what its response needs. */
export interface FittedCall {
  readonly options: CallOptions;
  /** The client's names of tools that the provider knows by others. */
  readonly clientToolNames: ClientToolNames;
  /** What was dropped, by its names. */
  readonly dropped: readonly string[];
}

/**
 * The last step before a package is called, whatever the codecs made of the request: the order of messages, blank text, ids and
 * names, schemas and arguments become what the provider takes. Throws `NotExpressible`.
 */
export function fitConversation(options: CallOptions, rules: ConversationRules): FittedCall {
  const tools = withDeclaredTools(options, rules);
  const prompt = withAllowedTurns(withResultsBehindCalls(withoutBlankText(options.prompt, rules)), {
    ...rules,
    ...((isAnswered(options) || (rules.thinkingEndsPrefill && isThinking(options))) && {
      lastMessage: 'user',
    }),
  });
  const named = withToolNames(
    {
      ...withFittedFormat(tools.options, rules),
      prompt: withCallIds(withObjectArguments(prompt), rules.toolCallIds),
    },
    rules.toolNames,
  );
  return { ...named, dropped: tools.dropped };
}

/** The schema of the answer has references as the schemas of tools have. */
function withFittedFormat(options: CallOptions, { schemas }: ConversationRules): CallOptions {
  const { responseFormat: format } = options;
  const schema = format?.type === 'json' ? asObject(format.schema) : undefined;
  if (format?.type !== 'json' || schema === undefined || schemas.describedReferences) return options;
  return { ...options, responseFormat: { ...format, schema: withBareReferences(schema) } };
}

/** Whether the user speaks last, if only a blank: what stands before is no beginning that the model should continue. */
function isAnswered({ prompt }: CallOptions): boolean {
  return prompt.at(-1)?.role === 'user';
}

/** Whether the model is asked to think, as the packages for Claude have it. */
function isThinking({ providerOptions }: CallOptions): boolean {
  const asked = [
    asObject(providerOptions?.['anthropic']?.['thinking']),
    asObject(providerOptions?.['amazonBedrock']?.['reasoningConfig']),
  ];
  return asked.some((thinking) => thinking !== undefined && thinking['type'] !== 'disabled');
}

/** Arguments that are an object in every call. Text that is one stays text: its numbers may be longer than a number can be. */
function withObjectArguments(prompt: Prompt): Prompt {
  return prompt.map((message) =>
    message.role === 'assistant' ? { ...message, content: message.content.map(withObjectArgument) } : message,
  );
}

function withObjectArgument(part: AssistantPart): AssistantPart {
  if (part.type !== 'tool-call') return part;
  const { input } = part;
  const isObjectText = typeof input === 'string' && input.trimStart().startsWith('{') && isJsonText(input);
  return isObjectText ? part : { ...part, input: argumentsOf(input) };
}
