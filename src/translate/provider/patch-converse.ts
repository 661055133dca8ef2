import { asObject, objectsOf, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { CallOptions } from '../codec.ts';
import { cachePointOf } from './bedrock-messages.ts';

/** Adds to a request what the package cannot write: that a tool failed, and that tools are to be cached. */
export function patchConverse(body: string, options: CallOptions): string {
  const failures = failuresIn(options);
  const cachePoints = cachePointsOf(options);
  const request = parseObject(body);
  if (request === undefined || (!failures.includes(true) && cachePoints.size === 0)) return body;
  const toolConfig = asObject(request['toolConfig']);
  return JSON.stringify({
    ...request,
    messages: withFailures(objectsOf(request['messages']), failures),
    ...(toolConfig !== undefined && {
      toolConfig: { ...toolConfig, tools: withCachePoints(objectsOf(toolConfig['tools']), cachePoints) },
    }),
  });
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
