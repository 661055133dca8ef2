import { asObject, objectsOf, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { CallOptions } from '../codec.ts';
import { cachePointOf } from './bedrock-messages.ts';

/**
 * Adds to a request what the package cannot write: that a tool failed, that tools are to be cached, and that none but the
 * package's own tool for a schema is to be called.
 */
export function patchConverse(body: string, options: CallOptions): string {
  const failures = failuresIn(options);
  const cachePoints = cachePointsOf(options);
  const isForbidden = forbidsCalls(options);
  const written = parseObject(body);
  if (written === undefined || (!failures.includes(true) && cachePoints.size === 0 && !isForbidden))
    return body;
  const request = isForbidden ? withSchemaTool(written, options) : written;
  const toolConfig = asObject(request['toolConfig']);
  return JSON.stringify({
    ...request,
    messages: withFailures(objectsOf(request['messages']), failures),
    ...(toolConfig !== undefined && {
      toolConfig: { ...toolConfig, tools: withCachePoints(objectsOf(toolConfig['tools']), cachePoints) },
    }),
  });
}

/** Whether no tool is to be called: as the SDK has it, or in the field that goes to Claude as it is. */
function forbidsCalls({ toolChoice, providerOptions }: CallOptions): boolean {
  const fields = asObject(providerOptions?.['amazonBedrock']?.['additionalModelRequestFields']);
  return toolChoice?.type === 'none' || asObject(fields?.['tool_choice'])?.['type'] === 'none';
}

/**
 * For a schema the package may declare a tool of its own behind the others, and has any of them called: where those may not be,
 * this one is chosen. Anthropic's field says the opposite, and goes.
 */
function withSchemaTool(request: Json, { tools = [] }: CallOptions): Json {
  const toolConfig = asObject(request['toolConfig']);
  const own = objectsOf(toolConfig?.['tools'])[tools.length];
  if (own === undefined) return request;
  const name = asObject(own['toolSpec'])?.['name'];
  const { additionalModelRequestFields, ...others } = request;
  const { tool_choice: _, ...fields } = asObject(additionalModelRequestFields) ?? {};
  return {
    ...others,
    toolConfig: { ...toolConfig, toolChoice: { tool: { name } } },
    ...(Object.keys(fields).length > 0 && { additionalModelRequestFields: fields }),
  };
}

/** Results stand in the order of the conversation. They cannot be matched by id: the package changes ids for some models. */
function withFailures(messages: readonly Json[], failures: readonly boolean[]): Json[] {
  let at = 0;
  return messages.map((message) => ({
    ...message,
    content: objectsOf(message['content']).map((block) => {
      const toolResult = asObject(block['toolResult']);
      if (toolResult === undefined || failures[at++] !== true) return block;
      return { ...block, toolResult: { ...toolResult, status: 'error' } };
    }),
  }));
}

function withCachePoints(tools: readonly Json[], cachePoints: ReadonlyMap<unknown, Json>): Json[] {
  return tools.flatMap((tool) => {
    const cachePoint = cachePoints.get(asObject(tool['toolSpec'])?.['name']);
    return cachePoint === undefined ? [tool] : [tool, { cachePoint }];
  });
}

/** Of each tool's result in the conversation, whether it is a failure. */
function failuresIn({ prompt }: CallOptions): boolean[] {
  return prompt
    .flatMap((message) => (message.role === 'tool' ? message.content : []))
    .filter((part) => part.type === 'tool-result')
    .map(({ output }) => output.type === 'error-text' || output.type === 'error-json');
}

/** By the names of the tools behind which they belong. */
function cachePointsOf({ tools = [] }: CallOptions): Map<unknown, Json> {
  const cachePoints = new Map<unknown, Json>();
  for (const tool of tools) {
    const cachePoint = tool.type === 'function' ? cachePointOf(tool.providerOptions) : undefined;
    if (cachePoint !== undefined) cachePoints.set(tool.name, cachePoint);
  }
  return cachePoints;
}
