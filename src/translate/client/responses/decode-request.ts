import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import type { NormalizedRequest, CallOptions } from '../../codec.ts';
import { definedOnly, numberOf, textOf, unknownFields, describeWord } from '../fields.ts';
import { parseEffort, decodeSchemaFormat } from '../openai/decode-chat.ts';
import { withToolChoice } from '../openai/decode-tools.ts';
import { decodeInput } from './decode-input.ts';
import { flatNameOf, LOCAL_SHELL, decodeTools } from './decode-tools.ts';

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
  const { tools, dropped } = decodeTools(body['tools']);
  const input = decodeInput(body);
  const text = asObject(body['text']);
  const reasoning = asObject(body['reasoning']);
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
      ...withToolChoice(tools, choiceOf(body['tool_choice'])),
    },
    extraOptions: definedOnly({
      user: textOf(body['safety_identifier']) ?? textOf(body['user']),
      parallelTools:
        typeof body['parallel_tool_calls'] === 'boolean' ? body['parallel_tool_calls'] : undefined,
      showThinking: reasoning === undefined ? undefined : effort !== 'none',
    }),
    dropped: [
      ...unknownFields(body, KNOWN),
      ...input.dropped,
      ...dropped,
      ...droppedIncludes(body['include']),
      ...((text?.['verbosity'] ?? null) === null ? [] : ['text.verbosity']),
      ...(body['truncation'] === 'auto' ? ['truncation'] : []),
    ],
  };
}

/** The choice of a tool in a namespace, or of the shell, by the name of its function. */
function choiceOf(choice: unknown): unknown {
  const named = asObject(choice);
  if (named === undefined) return choice;
  if (named['type'] === LOCAL_SHELL) return { name: LOCAL_SHELL };
  const name = textOf(named['name']);
  return name === undefined ? named : { ...named, name: flatNameOf(name, textOf(named['namespace'])) };
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
