import { z } from 'zod';
import { isObject } from '../../surface/json.ts';

const text = z.string();
const free = z.record(text, z.unknown());

/** A message of a protocol buffer as JSON: names may be written either way, null is as good as absent. */
function proto(fields: z.ZodRawShape): z.ZodType {
  return z.preprocess(fieldsOf, z.strictObject(optional(fields)));
}

function optional(fields: z.ZodRawShape): z.ZodRawShape {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, z.optional(field)]));
}

function fieldsOf(value: unknown): unknown {
  if (!isObject(value)) return value;
  const set = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(set.map(([name, each]) => [camelCase(name), each]));
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

const bytes = text.regex(/^[A-Za-z0-9+/_-]*={0,2}$/u);

/** A number may be written as a text. */
const number = z.union([z.number(), text.regex(/^-?\d+(?:\.\d+)?$/u).transform(Number)]);
const whole = z.union([z.int(), text.regex(/^-?\d+$/u).transform(Number)]);

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);

const type = z
  .string()
  .refine((name) => name === 'TYPE_UNSPECIFIED' || TYPES.has(name.toLowerCase()), 'is no type of a schema');

/** ai.google.dev/api/caching#Schema */
const schema: z.ZodType = z.lazy(() =>
  proto({
    type,
    format: text,
    title: text,
    description: text,
    nullable: z.boolean(),
    enum: z.array(text),
    maxItems: whole,
    minItems: whole,
    properties: z.record(text, schema),
    required: z.array(text),
    minProperties: whole,
    maxProperties: whole,
    minLength: whole,
    maxLength: whole,
    pattern: text,
    example: z.unknown(),
    anyOf: z.array(schema),
    propertyOrdering: z.array(text),
    default: z.unknown(),
    items: schema,
    minimum: z.number(),
    maximum: z.number(),
  }),
);

const blob = proto({ mimeType: text, data: bytes, displayName: text });
const fileData = proto({ mimeType: text, fileUri: text, displayName: text });

const part = proto({
  text,
  thought: z.boolean(),
  thoughtSignature: bytes,
  inlineData: blob,
  fileData,
  functionCall: proto({
    id: text,
    name: text,
    args: free,
    partialArgs: z.unknown(),
    willContinue: z.boolean(),
  }),
  functionResponse: proto({
    id: text,
    name: text,
    response: free,
    parts: z.array(proto({ inlineData: blob, fileData })),
    scheduling: text,
    willContinue: z.boolean(),
  }),
  executableCode: free,
  codeExecutionResult: free,
  toolCall: free,
  toolResponse: free,
  mediaResolution: z.unknown(),
  partMetadata: free,
  videoMetadata: free,
});

/** Content is a message of one role. */
const content = proto({ role: text, parts: z.array(part) });

const declaration = proto({
  name: text,
  description: text,
  behavior: text,
  parameters: schema,
  parametersJsonSchema: z.unknown(),
  response: schema,
  responseJsonSchema: z.unknown(),
});

const tool = proto({
  functionDeclarations: z.array(declaration),
  codeExecution: free,
  computerUse: free,
  fileSearch: free,
  googleMaps: free,
  googleSearch: free,
  googleSearchRetrieval: free,
  mcpServers: z.array(free),
  urlContext: free,
});

const mode = z.enum(['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED']);

const generationConfig = proto({
  audioTimestamp: z.boolean(),
  candidateCount: whole,
  enableEnhancedCivicAnswers: z.boolean(),
  frequencyPenalty: number,
  imageConfig: proto({
    aspectRatio: z.enum(['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']),
    imageSize: z.enum(['1K', '2K', '4K']),
  }),
  logprobs: whole,
  maxOutputTokens: whole,
  mediaResolution: text,
  presencePenalty: number,
  responseFormat: z.unknown(),
  responseJsonSchema: z.unknown(),
  _responseJsonSchema: z.unknown(),
  responseLogprobs: z.boolean(),
  responseMimeType: text,
  responseModalities: z.array(text),
  responseSchema: schema,
  seed: whole,
  speechConfig: free,
  stopSequences: z.array(text),
  temperature: number,
  thinkingConfig: proto({ includeThoughts: z.boolean(), thinkingBudget: whole, thinkingLevel: text }),
  topK: number,
  topP: number,
});

const safetySetting = proto({ category: text, threshold: text, method: text });

/** ai.google.dev/api/generate-content */
export const generateShape: z.ZodType = proto({
  model: text,
  contents: z.union([z.array(content), content]),
  systemInstruction: content,
  tools: z.array(tool),
  toolConfig: proto({
    functionCallingConfig: proto({ mode, allowedFunctionNames: z.array(text) }),
    includeServerSideToolInvocations: z.boolean(),
    retrievalConfig: free,
  }),
  safetySettings: z.array(safetySetting),
  generationConfig,
  cachedContent: text,
  labels: free,
  serviceTier: text,
  store: z.boolean(),
});
