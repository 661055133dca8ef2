import { asObject } from '../base/json.ts';
import type { Json } from '../base/json.ts';
import type { CallOptions } from './codec.ts';

/*
 * What of a request its answer needs. An answer may be minutes away, and a conversation is megabytes: nothing of it is
 * kept in other words meanwhile. The packages are asked a second time, briefly, when there is an answer to read.
 */

/** A question in place of the conversation: what the packages read in an answer does not depend on it. */
const PLACEHOLDER_PROMPT: CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: '-' }] }];
const ANY_OBJECT = { type: 'object' } as const;

/**
 * The options of a request without all that is long: what a package has to be asked to have it read the answer. Whether
 * there are tools, what they are called, and whether JSON is wanted does matter to how some read.
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

/** Where the conversation stands in the bodies of the dialects. No answer says it back. */
const CONVERSATION: ReadonlySet<string> = new Set([
  'contents',
  'input',
  'messages',
  'prompt',
  'requests',
  'system',
  'systemInstruction',
  'system_instruction',
]);

/** A request's body without its conversation: what its answer may say back. */
export function echoOf(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !CONVERSATION.has(name)));
}

/** Of a large request an answer says back no field that is longer than this when it is written. Characters. */
const MAX_ECHO_LENGTH = 64 * 1024;

/** Lists of tools, whose names decide how calls of them are written. */
const TOOLS: ReadonlySet<string> = new Set(['functions', 'tools']);

/**
 * The same of a large request: long fields are left out, and of tools that are long together the names are kept, so that
 * no answer, nor any event that says the request back, is as large as the request.
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
