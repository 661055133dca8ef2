import type { Asked, CallOptions, Json, Wishes } from '../../asked.ts';
import {
  cacheMark,
  given,
  itemsOf,
  needText,
  numberOf,
  objectOf,
  objectsOf,
  schemaOf,
  textOf,
  unread,
} from '../fields.ts';
import { effortNamed, schemaFormat } from '../openai/read-chat.ts';
import { readMessages } from './read-messages.ts';

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
export function readRequest(body: Json): Asked {
  const { tools, left } = readTools(body['tools']);
  const choice = objectOf(body['tool_choice']);
  const stopSequences = itemsOf(body['stop_sequences']).filter((each) => typeof each === 'string');
  const config = objectOf(body['output_config']);
  const format = objectOf(config?.['format']) ?? objectOf(body['output_format']);
  return {
    options: {
      prompt: readMessages(body),
      ...given({
        maxOutputTokens: numberOf(body['max_tokens']),
        temperature: numberOf(body['temperature']),
        topP: numberOf(body['top_p']),
        topK: numberOf(body['top_k']),
        stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
        responseFormat: format?.['type'] === 'json_schema' ? schemaFormat(format) : undefined,
        reasoning: effortNamed(config?.['effort']),
      }),
      ...(tools.length > 0 && { tools, ...toolChoice(choice) }),
    },
    wishes: {
      ...readThinking(body['thinking']),
      ...given({
        parallelTools: choice?.['disable_parallel_tool_use'] === true ? false : undefined,
        user: textOf(objectOf(body['metadata'])?.['user_id']),
      }),
    },
    dropped: [...unread(body, KNOWN), ...left],
  };
}

/**
 * Thinking by a budget of tokens, or as the model sees fit; `max_tokens` counts it in either case, as it does
 * with most others.
 */
function readThinking(value: unknown): Wishes {
  const thinking = objectOf(value);
  switch (thinking?.['type']) {
    case 'enabled':
      return { showThinking: true, ...given({ thinkingTokens: numberOf(thinking['budget_tokens']) }) };
    case 'adaptive':
      return { showThinking: thinking['display'] !== 'omitted' };
    case 'disabled':
      return { thinkingTokens: 0 };
    default:
      return {};
  }
}

type Tools = NonNullable<CallOptions['tools']>;

/** Tools that the client runs. Those that Anthropic runs are left out, by their names. */
function readTools(value: unknown): { readonly tools: Tools; readonly left: readonly string[] } {
  const tools: Tools = [];
  const left: string[] = [];
  for (const [at, tool] of objectsOf(value).entries()) {
    const name = needText(tool['name'], `tools[${at}].name`);
    if (tool['type'] !== undefined && tool['type'] !== 'custom') {
      left.push(`tools.${name}`);
      continue;
    }
    const description = textOf(tool['description']);
    tools.push({
      type: 'function',
      name,
      inputSchema: schemaOf(tool['input_schema']),
      ...(description !== undefined && { description }),
      ...(typeof tool['strict'] === 'boolean' && { strict: tool['strict'] }),
      ...cacheMark(tool),
    });
  }
  return { tools, left };
}

function toolChoice(choice: Json | undefined): Pick<CallOptions, 'toolChoice'> {
  switch (choice?.['type']) {
    case 'auto':
    case 'none':
      return { toolChoice: { type: choice['type'] } };
    case 'any':
      return { toolChoice: { type: 'required' } };
    case 'tool':
      return { toolChoice: { type: 'tool', toolName: needText(choice['name'], 'tool_choice.name') } };
    default:
      return {};
  }
}
