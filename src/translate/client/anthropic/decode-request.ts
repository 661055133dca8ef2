import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import type { NormalizedRequest, CallOptions, ExtraOptions } from '../../codec.ts';
import { definedOnly, describeWord, requireText, numberOf, textOf, unknownFields } from '../fields.ts';
import { parseEffort, decodeSchemaFormat } from '../openai/decode-chat.ts';
import { asksForCitations, decodeMessages } from './decode-messages.ts';
import { decodeTools, effortOfMessages } from './decode-tools.ts';
import { plainUser } from './vendor-words.ts';

/** Fields that are decoded, or concern the gateway alone. */
const KNOWN: ReadonlySet<string> = new Set([
  'anthropic_version',
  'max_tokens',
  'messages',
  'metadata',
  'model',
  'output_config',
  'output_format',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
]);

/** Decodes a request for a message. */
export function decodeAnthropicRequest(body: Json): NormalizedRequest {
  const { tools, dropped } = decodeTools(body);
  const messages = decodeMessages(body);
  const choice = asObject(body['tool_choice']);
  const stopSequences = itemsOf(body['stop_sequences']).filter((each) => typeof each === 'string');
  const config = asObject(body['output_config']);
  const format = asObject(config?.['format']) ?? asObject(body['output_format']);
  return {
    options: {
      prompt: messages.prompt,
      ...definedOnly({
        maxOutputTokens: numberOf(body['max_tokens']),
        temperature: numberOf(body['temperature']),
        topP: numberOf(body['top_p']),
        topK: numberOf(body['top_k']),
        stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
        responseFormat: format?.['type'] === 'json_schema' ? decodeSchemaFormat(format) : undefined,
        reasoning: parseEffort(effortOfMessages(body) ?? config?.['effort']),
      }),
      ...(tools.length > 0 && { tools }),
      ...toolChoice(choice, tools),
    },
    extraOptions: {
      ...decodeThinking(body['thinking']),
      ...definedOnly({
        parallelTools: choice?.['disable_parallel_tool_use'] === true ? false : undefined,
        user: userOf(body['metadata']),
      }),
    },
    dropped: [
      ...unknownFields(body, KNOWN),
      ...dropped,
      ...messages.dropped,
      ...(asksForCitations(body) ? ['citations'] : []),
    ],
  };
}

function userOf(metadata: unknown): string | undefined {
  const user = textOf(asObject(metadata)?.['user_id']);
  return user === undefined ? undefined : plainUser(user);
}

/** Thinking by a budget of tokens, or as the model decides; `max_tokens` counts it either way, as with most others. */
function decodeThinking(value: unknown): ExtraOptions {
  const thinking = asObject(value);
  switch (thinking?.['type']) {
    case 'enabled':
      return { showThinking: true, ...definedOnly({ thinkingTokens: numberOf(thinking['budget_tokens']) }) };
    case 'adaptive':
      return { showThinking: thinking['display'] !== 'omitted' };
    case 'disabled':
      return { thinkingTokens: 0 };
    default:
      return {};
  }
}

type Tools = NonNullable<CallOptions['tools']>;

/** A tool that is forced must not be one that was dropped. */
function toolChoice(choice: Json | undefined, tools: Tools): Pick<CallOptions, 'toolChoice'> {
  switch (choice?.['type']) {
    case 'auto':
    case 'none':
      return tools.length === 0 ? {} : { toolChoice: { type: choice['type'] } };
    case 'any':
      if (tools.length === 0)
        throw new NotExpressible('tool_choice asks for a tool, and none can be declared');
      return { toolChoice: { type: 'required' } };
    case 'tool': {
      const toolName = requireText(choice['name'], 'tool_choice.name');
      if (!tools.some(({ name }) => name === toolName))
        throw new NotExpressible(`tool_choice asks for ${toolName}, which is no tool that can be declared`);
      return { toolChoice: { type: 'tool', toolName } };
    }
    case undefined:
      return {};
    default:
      throw new NotExpressible(
        `tool_choice is of type ${describeWord(choice?.['type'])}, which is not known here`,
      );
  }
}
