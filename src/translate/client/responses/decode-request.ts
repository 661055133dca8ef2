import { asObject, itemsOf, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { cacheRetentionOf } from '../../../catalog/prompt-cache.ts';
import { NotExpressible } from '../../codec.ts';
import type { NormalizedRequest, CallOptions } from '../../codec.ts';
import { definedOnly, droppedRetention, numberOf, textOf, unknownFields, describeWord } from '../fields.ts';
import { parseEffort, decodeSchemaFormat } from '../openai/decode-chat.ts';
import { withToolChoice } from '../openai/decode-tools.ts';
import type { ToolBook } from '../client-tools.ts';
import { builtInTool } from './built-in-tools.ts';
import { configurationUpdate, decodeInput } from './decode-input.ts';
import { decodeTools, identityOf } from './decode-tools.ts';

/** Fields that are decoded or echoed, or concern the gateway alone. */
const KNOWN: ReadonlySet<string> = new Set([
  'background',
  'conversation',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'metadata',
  'model',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_p',
  'truncation',
  'user',
]);

/** Fields that refer to what only OpenAI stores. */
const STATEFUL_FIELDS = ['previous_response_id', 'conversation', 'prompt'];

/** Decodes a request for a response. */
export function decodeResponsesRequest(body: Json): NormalizedRequest {
  for (const name of STATEFUL_FIELDS) {
    if ((body[name] ?? null) !== null)
      throw new NotExpressible(`${name} names what only the provider that made it keeps`);
  }
  if (body['background'] === true) throw new NotExpressible('background asks for an answer that is kept');
  const { book, dropped } = decodeTools(body);
  const input = decodeInput(body, book);
  const update = configurationUpdate(body);
  const text = merged(body['text'], update['text']);
  const reasoning = merged(body['reasoning'], update['reasoning']);
  const effort = parseEffort(reasoning?.['effort']);
  return {
    options: {
      prompt: input.prompt,
      ...definedOnly({
        maxOutputTokens: numberOf(body['max_output_tokens']),
        temperature: numberOf(body['temperature']),
        topP: numberOf(body['top_p']),
        reasoning: effort,
        responseFormat: decodeFormat(text),
        providerOptions: strictness(text),
      }),
      ...withToolChoice(book.tools, choiceOf(body['tool_choice'], book)),
    },
    extraOptions: definedOnly({
      user: textOf(body['safety_identifier']) ?? textOf(body['user']),
      cacheRetention: cacheRetentionOf(body['prompt_cache_retention']),
      parallelTools:
        typeof body['parallel_tool_calls'] === 'boolean' ? body['parallel_tool_calls'] : undefined,
      showThinking: reasoning === undefined ? undefined : effort !== 'none',
    }),
    dropped: [
      ...unknownFields(body, KNOWN),
      ...droppedRetention(body),
      ...input.dropped,
      ...dropped,
      ...droppedIncludes(body['include']),
      ...((text?.['verbosity'] ?? null) === null ? [] : ['text.verbosity']),
      ...(body['truncation'] === 'auto' ? ['truncation'] : []),
    ],
    ...(book.clientTools.length > 0 && { clientTools: book.clientTools }),
  };
}

function merged(value: unknown, update: unknown): Json | undefined {
  const [own, changed] = [asObject(value), asObject(update)];
  return own === undefined ? changed : { ...own, ...changed };
}

/** The choice of a tool by the name of its function. A tool that OpenAI runs cannot be chosen. */
function choiceOf(choice: unknown, book: ToolBook): unknown {
  const named = asObject(choice);
  if (named === undefined) return choice;
  if (named['type'] !== 'allowed_tools') return { name: functionNameIn(named, book) };
  const allowed = objectsOf(named['tools']).flatMap((tool) => {
    const name = functionNameIn(tool, book);
    return name === undefined ? [] : [{ name }];
  });
  return { ...named, tools: allowed };
}

/** The name of the function that a choice is about; undefined for a tool that was dropped. */
function functionNameIn(choice: Json, book: ToolBook): string | undefined {
  const kind = describeWord(choice['type'] ?? 'function');
  if (kind === 'function' || kind === 'custom')
    return book.functionNameOf(identityOf(kind, choice, 'tool_choice'));
  return builtInTool(kind) !== undefined && book.has({ kind, name: kind })
    ? book.functionNameOf({ kind, name: kind })
    : undefined;
}

/** Whether a schema is strict, for providers of chat completions; others are always strict. */
function strictness(text: Json | undefined): CallOptions['providerOptions'] {
  if (asObject(text?.['format'])?.['strict'] !== true) return undefined;
  return { openaiCompatible: { strictJsonSchema: true } };
}

/** The one value of `include` that other providers have as well. */
const INCLUDED = 'reasoning.encrypted_content';

function droppedIncludes(include: unknown): string[] {
  return itemsOf(include).flatMap((each) => (each === INCLUDED ? [] : [`include.${describeWord(each)}`]));
}

function decodeFormat(text: Json | undefined): CallOptions['responseFormat'] {
  const format = asObject(text?.['format']);
  switch (format?.['type']) {
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return decodeSchemaFormat(format);
    default:
      return undefined;
  }
}
