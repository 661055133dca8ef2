import { z } from 'zod';

const text = z.string();
const flag = z.boolean().nullish();
const free = z.record(text, z.unknown());

const textChunk = z.strictObject({ type: z.literal('text'), text, cache_control: z.unknown().optional() });
const chunk = z.discriminatedUnion('type', [
  textChunk,
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.union([text, z.strictObject({ url: text, detail: text.nullish() })]),
  }),
  z.strictObject({
    type: z.literal('document_url'),
    document_url: text,
    document_name: text.nullish(),
  }),
  z.strictObject({ type: z.literal('reference'), reference_ids: z.array(z.unknown()) }),
  z.strictObject({ type: z.literal('file'), file_id: text }),
  z.strictObject({ type: z.literal('input_audio'), input_audio: z.unknown().optional() }),
  z.looseObject({ type: z.literal('thinking'), thinking: z.array(z.unknown()) }),
]);
const content = z.union([text, z.array(chunk)]);

const toolCall = z.strictObject({
  id: text.optional(),
  type: z.literal('function').nullish(),
  index: z.int().nullish(),
  function: z.strictObject({ name: text, arguments: z.union([text, free]) }),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content }),
  z.strictObject({ role: z.literal('user'), content: content.nullable() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    prefix: flag,
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.strictObject({
    role: z.literal('tool'),
    content: content.nullable(),
    name: text.nullish(),
    tool_call_id: text.nullish(),
  }),
]);

const tool = z.strictObject({
  type: z.literal('function').nullish(),
  function: z.strictObject({
    name: text,
    description: text.optional(),
    parameters: free,
    strict: z.boolean().optional(),
  }),
});

/** docs.mistral.ai/api/endpoint/chat */
export const chatShape = z.strictObject({
  model: text,
  messages: z.array(message).min(1),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  guardrails: z.unknown().optional(),
  max_tokens: z.int().min(0).nullish(),
  metadata: free.nullish(),
  n: z.int().min(1).nullish(),
  parallel_tool_calls: z.boolean().optional(),
  prediction: free.optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  prompt_cache_key: text.nullish(),
  prompt_mode: z.literal('reasoning').nullish(),
  random_seed: z.int().min(0).nullish(),
  reasoning_effort: z.enum(['none', 'high']).nullish(),
  response_format: z
    .strictObject({
      type: z.enum(['text', 'json_object', 'json_schema']).optional(),
      json_schema: z
        .strictObject({
          name: text,
          description: text.nullish(),
          schema: free,
          strict: z.boolean().optional(),
        })
        .nullish(),
    })
    .optional(),
  safe_prompt: z.boolean().optional(),
  stop: z.union([text, z.array(text)]).optional(),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1.5).nullish(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'any', 'required']),
      z.strictObject({
        type: z.literal('function').optional(),
        function: z.strictObject({ name: text }),
      }),
    ])
    .optional(),
  tools: z.array(tool).nullish(),
  top_p: z.number().min(0).max(1).optional(),
});
