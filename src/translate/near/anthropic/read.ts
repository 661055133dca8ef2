import { createHash } from 'node:crypto';
import { NotExpressible } from '../../asked.ts';
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
import { asksForCitations, readMessages } from './read-messages.ts';

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
      ...(tools.length > 0 && { tools }),
      ...toolChoice(choice, tools),
    },
    wishes: {
      ...readThinking(body['thinking']),
      ...given({
        parallelTools: choice?.['disable_parallel_tool_use'] === true ? false : undefined,
        user: userOf(body['metadata']),
      }),
    },
    dropped: [...unread(body, KNOWN), ...left, ...(asksForCitations(body) ? ['citations'] : [])],
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

/** Tools with a schema of their own. Those that only Anthropic's models know are left out, by their names. */
function readTools(value: unknown): { readonly tools: Tools; readonly left: readonly string[] } {
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
      name: needText(tool['name'], `tools[${at}].name`),
      inputSchema: schemaOf(tool['input_schema']),
      ...(description !== undefined && { description }),
      ...(typeof tool['strict'] === 'boolean' && { strict: tool['strict'] }),
      ...cacheMark(tool),
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
      const toolName = needText(choice['name'], 'tool_choice.name');
      if (!tools.some(({ name }) => name === toolName))
        throw new NotExpressible(`tool_choice asks for ${toolName}, which is no tool that can be told`);
      return { toolChoice: { type: 'tool', toolName } };
    }
    default:
      return {};
  }
}
