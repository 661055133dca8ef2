import { asObject, itemsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import type { NormalizedRequest, CallOptions, ExtraOptions } from '../../codec.ts';
import {
  camelCase,
  definedOnly,
  requireObjects,
  requireText,
  numberOf,
  firstPresent,
  schemaOf,
  textOf,
  unknownFields,
} from '../fields.ts';
import type { Tool } from '../fields.ts';
import { parseEffort } from '../openai/decode-chat.ts';
import { field, decodeContents } from './decode-contents.ts';
import { toJsonSchema } from './decode-schema.ts';

/** Fields that are decoded, or concern the gateway or Google's bill alone. */
const KNOWN: ReadonlySet<string> = new Set([
  'contents',
  'generationConfig',
  'generation_config',
  'labels',
  'model',
  'systemInstruction',
  'system_instruction',
  'toolConfig',
  'tool_config',
  'tools',
]);

/** Fields of `generationConfig` that are decoded. */
const KNOWN_CONFIG: ReadonlySet<string> = new Set([
  'candidateCount',
  'frequencyPenalty',
  'maxOutputTokens',
  'presencePenalty',
  'responseJsonSchema',
  'responseMimeType',
  'responseModalities',
  'responseSchema',
  'seed',
  'stopSequences',
  'temperature',
  'thinkingConfig',
  'topK',
  'topP',
]);

/** Decodes a request for content. */
export function decodeGeminiRequest(body: Json): NormalizedRequest {
  const config = asObject(field(body, 'generationConfig')) ?? {};
  refuseUnsupported(body, config);
  const { tools, dropped } = decodeTools(body['tools']);
  const contents = decodeContents(body);
  const { extraOptions, reasoning } = decodeThinking(asObject(field(config, 'thinkingConfig')));
  return {
    options: {
      prompt: contents.prompt,
      ...decodeSampling(config),
      ...definedOnly({ reasoning, responseFormat: decodeFormat(config) }),
      ...withToolChoice(
        tools,
        asObject(field(asObject(field(body, 'toolConfig')) ?? {}, 'functionCallingConfig')),
      ),
    },
    extraOptions,
    dropped: [...unknownFields(body, KNOWN), ...dropped, ...contents.dropped, ...unknownConfigFields(config)],
  };
}

/** Fields without which the response would mean something else. */
function refuseUnsupported(body: Json, config: Json): void {
  if (field(body, 'cachedContent') !== undefined)
    throw new NotExpressible('cachedContent names what only Google keeps');
  if ((numberOf(field(config, 'candidateCount')) ?? 1) > 1)
    throw new NotExpressible('candidateCount asks for more than one answer');
  if (itemsOf(field(config, 'responseModalities')).some((each) => each !== 'TEXT'))
    throw new NotExpressible('responseModalities asks for something other than text');
  if (!FORMATS.has(textOf(field(config, 'responseMimeType')) ?? 'text/plain'))
    throw new NotExpressible('responseMimeType asks for something other than text or JSON');
  if (field(config, 'responseFormat') !== undefined)
    throw new NotExpressible('responseFormat asks for what responseMimeType and a schema say');
}

const FORMATS: ReadonlySet<string> = new Set(['application/json', 'text/plain']);

function unknownConfigFields(config: Json): string[] {
  return Object.keys(config)
    .filter((name) => !KNOWN_CONFIG.has(camelCase(name)) && config[name] !== null)
    .map((name) => `generationConfig.${name}`);
}

function decodeSampling(config: Json): Partial<CallOptions> {
  const stop = itemsOf(field(config, 'stopSequences')).filter((each) => typeof each === 'string');
  return definedOnly({
    maxOutputTokens: numberOf(field(config, 'maxOutputTokens')),
    temperature: numberOf(config['temperature']),
    topP: numberOf(field(config, 'topP')),
    topK: numberOf(field(config, 'topK')),
    seed: numberOf(config['seed']),
    presencePenalty: numberOf(field(config, 'presencePenalty')),
    frequencyPenalty: numberOf(field(config, 'frequencyPenalty')),
    stopSequences: stop.length === 0 ? undefined : stop,
  });
}

function decodeFormat(config: Json): CallOptions['responseFormat'] {
  if (field(config, 'responseMimeType') !== 'application/json') return undefined;
  const json = asObject(field(config, 'responseJsonSchema'));
  const own = asObject(field(config, 'responseSchema'));
  const schema = json ?? (own === undefined ? undefined : toJsonSchema(own));
  return schema === undefined ? { type: 'json' } : { type: 'json', schema };
}

/** A budget of -1 is the model's to decide. */
function decodeThinking(thinking: Json | undefined): {
  readonly extraOptions: ExtraOptions;
  readonly reasoning: CallOptions['reasoning'];
} {
  if (thinking === undefined) return { extraOptions: {}, reasoning: undefined };
  const budget = numberOf(field(thinking, 'thinkingBudget'));
  const level = textOf(field(thinking, 'thinkingLevel'))?.toLowerCase();
  const show = field(thinking, 'includeThoughts');
  return {
    extraOptions: definedOnly({
      thinkingTokens: budget === undefined || budget < 0 ? undefined : budget,
      showThinking: typeof show === 'boolean' ? show : undefined,
    }),
    reasoning: parseEffort(level),
  };
}

/**
 * Tools that Google's servers run, or that only its models can use
 * (ai.google.dev/api/caching#Tool and cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Tool, 2026-11-30).
 */
const VENDOR_TOOLS: ReadonlySet<string> = new Set([
  'codeExecution',
  'computerUse',
  'enterpriseWebSearch',
  'exaAiSearch',
  'fileSearch',
  'googleMaps',
  'googleSearch',
  'googleSearchRetrieval',
  'mcpServers',
  'parallelAiSearch',
  'retrieval',
  'urlContext',
]);

/** Functions that the client runs. Tools that Google runs are dropped; kinds that are not known are refused. */
function decodeTools(value: unknown): {
  readonly tools: readonly Tool[];
  readonly dropped: readonly string[];
} {
  const tools: Tool[] = [];
  const dropped = new Set<string>();
  for (const [at, group] of requireObjects(value, 'tools').entries())
    for (const [name, given] of Object.entries(group)) {
      const kind = camelCase(name);
      if (given === null) continue;
      if (kind === 'functionDeclarations')
        tools.push(...requireObjects(given, `tools[${at}].${name}`).map(functionTool));
      else if (VENDOR_TOOLS.has(kind)) dropped.add(`tools.${name}`);
      else throw new NotExpressible(`tools[${at}] is of the kind ${name}, which is not known here`);
    }
  return { tools, dropped: [...dropped] };
}

function functionTool(declared: Json): Tool {
  const description = textOf(declared['description']);
  const json = firstPresent(field(declared, 'parametersJsonSchema'));
  const own = asObject(declared['parameters']);
  return {
    type: 'function',
    name: requireText(declared['name'], 'the name of a function'),
    inputSchema: json !== undefined || own === undefined ? schemaOf(json) : schemaOf(toJsonSchema(own)),
    ...(description !== undefined && { description }),
  };
}

/** A choice among some tools: a single one is named; of several, the other tools are not declared. */
function withToolChoice(
  tools: readonly Tool[],
  config: Json | undefined,
): Pick<CallOptions, 'tools' | 'toolChoice'> {
  const mode = textOf(config?.['mode'])?.toUpperCase();
  const names = new Set(itemsOf(field(config ?? {}, 'allowedFunctionNames')));
  const allowed = names.size === 0 ? tools : tools.filter(({ name }) => names.has(name));
  const [first, ...others] = allowed;
  switch (mode) {
    case 'ANY':
      if (first === undefined)
        throw new NotExpressible('toolConfig asks for a function, and none can be declared');
      if (names.size === 1) return { tools: [...tools], toolChoice: { type: 'tool', toolName: first.name } };
      return { tools: [first, ...others], toolChoice: { type: 'required' } };
    case 'NONE':
      return tools.length === 0 ? {} : { tools: [...tools], toolChoice: { type: 'none' } };
    case 'VALIDATED':
      return allowed.length === 0 ? {} : { tools: [...allowed] };
    default:
      throw new NotExpressible(`toolConfig asks for the mode ${mode}, which is not known here`);
    case undefined:
    case 'AUTO':
    case 'MODE_UNSPECIFIED':
      return tools.length === 0 ? {} : { tools: [...tools] };
  }
}
