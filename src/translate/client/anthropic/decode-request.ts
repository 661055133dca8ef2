import { createHash } from 'node:crypto';
import { NotExpressible } from '../../codec.ts';
import type { Json } from '../../../base/json.ts';
import type { NormalizedRequest, CallOptions, ExtraOptions } from '../../codec.ts';
import {
  cacheControlOf,
  definedOnly,
  itemsOf,
  requireText,
  numberOf,
  objectOf,
  objectsOf,
  schemaOf,
  textOf,
  unknownFields,
} from '../fields.ts';
import { parseEffort, decodeSchemaFormat } from '../openai/decode-chat.ts';
import { asksForCitations, decodeMessages } from './decode-messages.ts';

/** Fields that are read here, or say nothing to anybody but the gateway. */
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

/** Reads a request for a message. */
export function decodeAnthropicRequest(body: Json): NormalizedRequest {
  const { tools, left } = decodeTools(body['tools']);
  const choice = objectOf(body['tool_choice']);
  const stopSequences = itemsOf(body['stop_sequences']).filter((each) => typeof each === 'string');
  const config = objectOf(body['output_config']);
  const format = objectOf(config?.['format']) ?? objectOf(body['output_format']);
  return {
    options: {
      prompt: decodeMessages(body),
      ...definedOnly({
        maxOutputTokens: numberOf(body['max_tokens']),
        temperature: numberOf(body['temperature']),
        topP: numberOf(body['top_p']),
        topK: numberOf(body['top_k']),
        stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
        responseFormat: format?.['type'] === 'json_schema' ? decodeSchemaFormat(format) : undefined,
        reasoning: parseEffort(config?.['effort']),
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
    dropped: [...unknownFields(body, KNOWN), ...left, ...(asksForCitations(body) ? ['citations'] : [])],
  };
}

/** What every provider takes for the name of a user: OpenAI takes 64 characters, others no signs. */
const PLAIN_USER = /^[\w-]{1,64}$/u;

/** The client's user. Claude Code's are longer than others take, and JSON: such a name goes as its hash. */
function userOf(metadata: unknown): string | undefined {
  const user = textOf(objectOf(metadata)?.['user_id']);
  if (user === undefined || PLAIN_USER.test(user)) return user;
  return createHash('sha256').update(user).digest('hex');
}

/**
 * Thinking by a budget of tokens, or as the model sees fit; `max_tokens` counts it in either case, as it does
 * with most others.
 */
function decodeThinking(value: unknown): ExtraOptions {
  const thinking = objectOf(value);
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

/** Tools with a schema of their own. Those that only Anthropic's models know are left out, by their names. */
function decodeTools(value: unknown): { readonly tools: Tools; readonly left: readonly string[] } {
  const tools: Tools = [];
  const left: string[] = [];
  for (const [at, tool] of objectsOf(value).entries()) {
    const type = textOf(tool['type']) ?? 'custom';
    if (type !== 'custom') {
      left.push(`tools.${textOf(tool['name']) ?? type}`);
      continue;
    }
    const description = textOf(tool['description']);
    tools.push({
      type: 'function',
      name: requireText(tool['name'], `tools[${at}].name`),
      inputSchema: schemaOf(tool['input_schema']),
      ...(description !== undefined && { description }),
      ...(typeof tool['strict'] === 'boolean' && { strict: tool['strict'] }),
      ...cacheControlOf(tool),
    });
  }
  return { tools, left };
}

/** A tool that has to be called has to be there: an answer without it would be another answer. */
function toolChoice(choice: Json | undefined, tools: Tools): Pick<CallOptions, 'toolChoice'> {
  switch (choice?.['type']) {
    case 'auto':
    case 'none':
      return tools.length === 0 ? {} : { toolChoice: { type: choice['type'] } };
    case 'any':
      if (tools.length === 0) throw new NotExpressible('tool_choice asks for a tool, and none can be told');
      return { toolChoice: { type: 'required' } };
    case 'tool': {
      const toolName = requireText(choice['name'], 'tool_choice.name');
      if (!tools.some(({ name }) => name === toolName))
        throw new NotExpressible(`tool_choice asks for ${toolName}, which is no tool that can be told`);
      return { toolChoice: { type: 'tool', toolName } };
    }
    default:
      return {};
  }
}
