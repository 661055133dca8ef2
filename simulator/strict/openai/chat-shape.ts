import { z } from 'zod';

const text = z.string();
const flag = z.boolean().nullish();
const free = z.record(text, z.unknown());

/** What OpenAI calls functions, and schemas of answers: at most 64 characters. */
export const functionName = text
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_-]+$/u);

/** Labels that a request is kept under: at most 16. */
const metadata = free
  .refine((labels) => Object.keys(labels).length <= 16, 'object with too many properties (maximum 16)')
  .refine(
    (labels) => Object.entries(labels).every(([key, value]) => key.length <= 64 && isShort(value)),
    'keys are at most 64 and values, which are texts, at most 512 characters long',
  )
  .nullish();

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 512;
}

/** Whom a request is for: at most 64 characters. */
const identifier = text.max(64).nullish();

const textPart = z.strictObject({ type: z.literal('text'), text });
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: text });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: text, detail: z.enum(['auto', 'low', 'high', 'original']).nullish() }),
});
const audioPart = z.strictObject({
  type: z.literal('input_audio'),
  input_audio: z.strictObject({ data: text, format: z.enum(['wav', 'mp3']) }),
});
const filePart = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({
    file_data: text.nullish(),
    file_id: text.nullish(),
    filename: text.nullish(),
  }),
});

const texts = z.union([text, z.array(textPart).min(1)]);
const name = text.regex(/^[^\s<|\\/>]+$/u).nullish();

const toolCall = z.discriminatedUnion('type', [
  z.strictObject({
    id: text.min(1).max(40),
    type: z.literal('function'),
    function: z.strictObject({ name: functionName, arguments: text }),
  }),
  z.strictObject({
    id: text.min(1).max(40),
    type: z.literal('custom'),
    custom: z.strictObject({ name: functionName, input: text }),
  }),
]);

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: texts, name }),
  z.strictObject({ role: z.literal('developer'), content: texts, name }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([
      text,
      z.array(z.discriminatedUnion('type', [textPart, imagePart, audioPart, filePart])).min(1),
    ]),
    name,
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([text, z.array(z.discriminatedUnion('type', [textPart, refusalPart])).min(1)]).nullish(),
    name,
    refusal: text.nullish(),
    annotations: z.array(z.unknown()).nullish(),
    audio: z.object({ id: text }).nullish(),
    tool_calls: z.array(toolCall).min(1).nullish(),
    function_call: z.object({ name: functionName, arguments: text }).nullish(),
  }),
  z.strictObject({
    role: z.literal('tool'),
    content: texts,
    tool_call_id: text.min(1).max(40),
    name,
  }),
  z.strictObject({ role: z.literal('function'), content: text.nullable(), name: functionName }),
]);

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: functionName,
      description: text.nullish(),
      parameters: free.nullish(),
      strict: flag,
    }),
  }),
  z.strictObject({
    type: z.literal('custom'),
    custom: z.strictObject({
      name: functionName,
      description: text.nullish(),
      format: z.unknown().optional(),
    }),
  }),
]);

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) }),
  z.strictObject({ type: z.literal('custom'), custom: z.strictObject({ name: functionName }) }),
  z.strictObject({ type: z.literal('allowed_tools'), allowed_tools: free }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: functionName,
      description: text.nullish(),
      schema: free.nullish(),
      strict: flag,
    }),
  }),
]);

/** A share of the most likely words, or a chance. */
export const share = z.number().min(0).max(1).nullish();

/** How freely words are chosen. */
export const temperature = z.number().min(0).max(2).nullish();

const penalty = z.number().min(-2).max(2).nullish();

/** Members that are alike in chats and Responses. */
export const common = {
  metadata,
  parallel_tool_calls: flag,
  prompt_cache_key: text.nullish(),
  prompt_cache_retention: text.nullish(),
  safety_identifier: identifier,
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority']).nullish(),
  store: flag,
  stream: flag,
  temperature,
  top_logprobs: z.int().min(0).max(20).nullish(),
  top_p: share,
  user: identifier,
};

/** platform.openai.com/docs/api-reference/chat/create */
export const chatShape = z.strictObject({
  ...common,
  model: text,
  messages: z.array(message).min(1),
  audio: free.nullish(),
  frequency_penalty: penalty,
  function_call: z.unknown().optional(),
  functions: z.array(free).min(1).max(128).nullish(),
  logit_bias: z.record(text, z.number().min(-100).max(100)).nullish(),
  logprobs: flag,
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  modalities: z.array(z.enum(['text', 'audio'])).nullish(),
  moderation: z.unknown().optional(),
  n: z.int().min(1).max(128).nullish(),
  prediction: free.nullish(),
  presence_penalty: penalty,
  reasoning_effort: text.nullish(),
  response_format: responseFormat.nullish(),
  seed: z.int().nullish(),
  stop: z.union([text, z.array(text).max(4)]).nullish(),
  stream_options: z.strictObject({ include_usage: flag, include_obfuscation: flag }).nullish(),
  tool_choice: toolChoice.nullish(),
  tools: z.array(tool).min(1).max(128).nullish(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  web_search_options: free.nullish(),
});

/** platform.openai.com/docs/api-reference/embeddings/create */
export const embeddingsShape = z.strictObject({
  model: text,
  input: z.union([
    text.min(1),
    z.array(text.min(1)).min(1).max(2_048),
    z.array(z.int()).min(1).max(2_048),
    z.array(z.array(z.int()).min(1)).min(1).max(2_048),
  ]),
  dimensions: z.int().min(1).nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  user: text.nullish(),
});
