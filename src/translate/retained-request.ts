import { asObject } from '../base/json.ts';
import type { Json } from '../base/json.ts';
import type { CallOptions } from './codec.ts';

/*
 * What is kept of a request for its response. A response may be minutes away and a conversation megabytes long, so no
 * translated copy of it is kept: to have the response parsed, the package is called a second time, without the conversation.
 */

/** In place of the conversation: how the packages parse a response does not depend on it. */
const PLACEHOLDER_PROMPT: CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: '-' }] }];
const ANY_OBJECT = { type: 'object' } as const;

/**
 * The options of a request without all that is long: with these a package is called so that it parses the response. Some
 * parse by whether there are tools, by their names, and by whether JSON is wanted.
 */
export function parseOptionsOf({ tools, responseFormat, ...options }: CallOptions): CallOptions {
  return {
    ...options,
    prompt: PLACEHOLDER_PROMPT,
    ...(tools !== undefined && {
      tools: tools.map((tool) =>
        tool.type === 'function' ? { type: 'function', name: tool.name, inputSchema: ANY_OBJECT } : tool,
      ),
    }),
    ...(responseFormat !== undefined && {
      responseFormat:
        responseFormat.type === 'json' && responseFormat.schema !== undefined
          ? { ...responseFormat, schema: ANY_OBJECT }
          : responseFormat,
    }),
  };
}

/** The fields that hold the conversation in the bodies of the dialects. No response echoes it. */
const CONVERSATION: ReadonlySet<string> = new Set([
  'contents',
  'image',
  'image_url',
  'images',
  'input',
  'mask',
  'messages',
  'prompt',
  'requests',
  'system',
  'systemInstruction',
  'system_instruction',
]);

/** A request's body without its conversation: what its response may echo. */
export function echoOf(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !CONVERSATION.has(name)));
}

/** Of a large request no field is echoed that is longer than this as JSON. Characters. */
const MAX_ECHO_LENGTH = 64 * 1024;

/** Lists of tools, whose names decide how calls of them are encoded. */
const TOOLS: ReadonlySet<string> = new Set(['functions', 'tools']);

/**
 * The same of a large request: long fields are dropped, and of tools that are long together the names are kept, so that no
 * response, nor any event that echoes the request, is as large as the request.
 */
export function shortEchoOf(body: Json): Json {
  return Object.fromEntries(
    Object.entries(echoOf(body)).flatMap(([name, value]) => {
      if (isShort(value)) return [[name, value]];
      if (!TOOLS.has(name) || !Array.isArray(value)) return [];
      const names = value.map(withoutSchema);
      return [[name, isShort(names) ? names : []]];
    }),
  );
}

function isShort(value: unknown): boolean {
  return JSON.stringify(value).length <= MAX_ECHO_LENGTH;
}

function withoutSchema(tool: unknown): unknown {
  const { type, name, tools } = asObject(tool) ?? {};
  return { type, name, parameters: null, ...(Array.isArray(tools) && { tools: tools.map(withoutSchema) }) };
}
