import { z } from 'zod';
import { problemText } from '../problem-text.ts';
import type { Rule } from '../rule.ts';

const REFERENCE = 'alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope';
const DATE = '2026-11-30';

const part = z.strictObject({
  text: z.string().optional(),
  image: z.string().optional(),
  video: z.union([z.string(), z.array(z.string())]).optional(),
  audio: z.string().optional(),
  cache_control: z.strictObject({ type: z.literal('ephemeral') }).optional(),
});

const call = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  index: z.number().optional(),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(part)]),
  name: z.string().optional(),
  partial: z.boolean().optional(),
  reasoning_content: z.string().optional(),
  tool_call_id: z.string().optional(),
  tool_calls: z.array(call).optional(),
});

const parameters = z.strictObject({
  result_format: z.enum(['text', 'message']).optional(),
  incremental_output: z.boolean().optional(),
  temperature: z.number().min(0).lt(2).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  top_k: z.number().int().min(0).optional(),
  max_tokens: z.number().int().min(1).optional(),
  seed: z.number().int().min(0).optional(),
  stop: z.union([z.string(), z.array(z.unknown())]).optional(),
  n: z.number().int().min(1).max(4).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  repetition_penalty: z.number().gt(0).optional(),
  response_format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).optional(),
  enable_thinking: z.boolean().optional(),
  thinking_budget: z.number().int().min(0).optional(),
  preserve_thinking: z.boolean().optional(),
  enable_search: z.boolean().optional(),
  search_options: z.looseObject({}).optional(),
  enable_code_interpreter: z.boolean().optional(),
  vl_high_resolution_images: z.boolean().optional(),
  logprobs: z.boolean().optional(),
  top_logprobs: z.number().int().min(0).max(5).optional(),
  tools: z.array(z.looseObject({ type: z.literal('function') })).optional(),
  tool_choice: z.union([z.enum(['auto', 'none']), z.looseObject({})]).optional(),
  parallel_tool_calls: z.boolean().optional(),
});

const chatShape = z.strictObject({
  model: z.string(),
  input: z.strictObject({ messages: z.array(message).min(1) }),
  parameters: parameters.optional(),
});

const embeddingsShape = z.strictObject({
  model: z.string(),
  input: z.strictObject({ texts: z.array(z.string()).min(1).max(25) }),
  parameters: z
    .strictObject({
      text_type: z.enum(['query', 'document']).optional(),
      dimension: z.number().int().min(1).optional(),
      output_type: z.enum(['dense', 'sparse', 'dense&sparse']).optional(),
      instruct: z.string().optional(),
    })
    .optional(),
});

/** What DashScope's own API refuses. */
export const dashscopeRules: readonly Rule[] = [
  {
    id: 'chat-shape',
    operations: ['chat'],
    refuses: 'a field that the reference has not, a setting out of its range',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => problemText(chatShape, body),
  },
  {
    id: 'embeddings-shape',
    operations: ['embeddings'],
    refuses: 'a field that the reference has not, more than 25 texts',
    source: 'alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api',
    date: DATE,
    find: ({ body }) => problemText(embeddingsShape, body),
  },
];
