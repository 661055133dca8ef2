import { asObject, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { CallOptions } from '../codec.ts';
import { cachePointOf } from './bedrock-messages.ts';

/** Says in a request what the package leaves out: that a tool failed, and that tools are to be cached. */
export function patchConverse(body: string, options: CallOptions): string {
  const failures = failuresIn(options);
  const cachePoints = cachePointsOf(options);
  const request = parseObject(body);
  if (request === undefined || (!failures.includes(true) && cachePoints.size === 0)) return body;
  const toolConfig = asObject(request['toolConfig']);
  return JSON.stringify({
    ...request,
    messages: withFailures(listOf(request['messages']), failures),
    ...(toolConfig !== undefined && {
      toolConfig: { ...toolConfig, tools: withCachePoints(listOf(toolConfig['tools']), cachePoints) },
    }),
  });
}

/** Results stand in the request in the conversation's order. Their ids are no help: some models get others. */
function withFailures(messages: readonly Json[], failures: readonly boolean[]): Json[] {
  let at = 0;
  return messages.map((message) => ({
    ...message,
    content: listOf(message['content']).map((block) => {
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

function listOf(value: unknown): Json[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map(asObject).filter((each) => each !== undefined);
}
