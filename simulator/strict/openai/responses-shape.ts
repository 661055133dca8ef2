import { z } from 'zod';
import { common, functionName } from './chat-shape.ts';

const text = z.string();
const flag = z.boolean().nullish();
const free = z.record(text, z.unknown());
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish();
const callId = text.min(1).max(64);

/** An id that was given out: it begins as those of its kind do. */
function idOf(prefix: string): z.ZodType {
  return text
    .max(64)
    .refine((id) => id.startsWith(prefix), `Expected an ID that begins with '${prefix}'`)
    .nullish();
}

const inputText = z.strictObject({ type: z.literal('input_text'), text });
const inputImage = z.strictObject({
  type: z.literal('input_image'),
  image_url: text.nullish(),
  file_id: text.nullish(),
  detail: z.enum(['low', 'high', 'auto', 'original']).nullish(),
});
const inputFile = z.strictObject({
  type: z.literal('input_file'),
  file_data: text.nullish(),
  file_id: text.nullish(),
  file_url: text.nullish(),
  filename: text.nullish(),
  detail: text.nullish(),
});
const input = z.discriminatedUnion('type', [inputText, inputImage, inputFile]);
const written = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('output_text'),
    text,
    annotations: z.array(z.unknown()).nullish(),
    logprobs: z.array(z.unknown()).nullish(),
  }),
  z.strictObject({ type: z.literal('refusal'), refusal: text }),
]);

const isMessage = z.literal('message').optional();
const asked = { type: isMessage, id: text.nullish(), status, content: z.union([text, z.array(input)]) };
const message = z.discriminatedUnion('role', [
  z.strictObject({ ...asked, role: z.literal('user') }),
  z.strictObject({ ...asked, role: z.literal('system') }),
  z.strictObject({ ...asked, role: z.literal('developer') }),
  z.strictObject({
    type: isMessage,
    role: z.literal('assistant'),
    id: idOf('msg'),
    status,
    phase: z.enum(['commentary', 'final_answer']).nullish(),
    content: z.union([text, z.array(written)]),
  }),
]);

const reasoning = z.strictObject({
  type: z.literal('reasoning'),
  id: idOf('rs'),
  summary: z.array(z.strictObject({ type: z.literal('summary_text'), text })),
  content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text })).nullish(),
  encrypted_content: text.nullish(),
  status,
});
const functionCall = z.strictObject({
  type: z.literal('function_call'),
  id: idOf('fc'),
  call_id: callId,
  name: functionName.or(text.min(1).max(128)),
  namespace: text.nullish(),
  arguments: text,
  status,
});
const functionOutput = z.strictObject({
  type: z.literal('function_call_output'),
  id: text.nullish(),
  call_id: callId,
  output: z.union([text, z.array(input)]),
  status,
});
const customCall = z.strictObject({
  type: z.literal('custom_tool_call'),
  id: idOf('ctc'),
  call_id: callId,
  name: text,
  namespace: text.nullish(),
  input: text,
  status,
});
const customOutput = z.strictObject({
  type: z.literal('custom_tool_call_output'),
  id: text.nullish(),
  call_id: callId,
  output: z.union([text, z.array(input)]),
  status,
});
const reference = z.strictObject({ type: z.literal('item_reference'), id: text });

/** Items whose insides are not looked at. */
const OTHER_ITEMS = [
  'additional_tools',
  'apply_patch_call',
  'apply_patch_call_output',
  'code_interpreter_call',
  'compaction',
  'compaction_trigger',
  'computer_call',
  'computer_call_output',
  'file_search_call',
  'image_generation_call',
  'local_shell_call',
  'local_shell_call_output',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'mcp_list_tools',
  'shell_call',
  'shell_call_output',
  'tool_search_call',
  'tool_search_output',
  'web_search_call',
] as const;

/** What has no type is a message; zod tells the others apart by it. */
const item = z.union([
  message,
  z.discriminatedUnion('type', [
    reasoning,
    functionCall,
    functionOutput,
    customCall,
    customOutput,
    reference,
    z.looseObject({ type: z.enum(OTHER_ITEMS) }),
  ]),
]);

/** Tools whose insides are not looked at. */
const OTHER_TOOLS = [
  'apply_patch',
  'code_interpreter',
  'computer',
  'computer_use_preview',
  'file_search',
  'image_generation',
  'local_shell',
  'mcp',
  'namespace',
  'shell',
  'tool_search',
  'web_search',
  'web_search_2025_08_26',
  'web_search_preview',
  'web_search_preview_2025_03_11',
] as const;

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: functionName,
    description: text.nullish(),
    parameters: free.nullish(),
    strict: flag,
    defer_loading: flag,
  }),
  z.strictObject({
    type: z.literal('custom'),
    name: functionName,
    description: text.nullish(),
    format: z.unknown().optional(),
    defer_loading: flag,
  }),
  z.looseObject({ type: z.enum(OTHER_TOOLS) }),
]);

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: functionName,
    description: text.nullish(),
    schema: free,
    strict: flag,
  }),
]);

/** platform.openai.com/docs/api-reference/responses/create */
export const responsesShape = z.strictObject({
  ...common,
  model: text,
  input: z.union([text, z.array(item)]).optional(),
  background: flag,
  /** github.com/openai/codex, codex-rs: OpenAI's own client sends it to OpenAI. */
  client_metadata: z.record(text, text).nullish(),
  context_management: z.unknown().optional(),
  conversation: z.union([text, free]).nullish(),
  include: z
    .array(
      z.enum([
        'code_interpreter_call.outputs',
        'computer_call_output.output.image_url',
        'file_search_call.results',
        'message.input_image.image_url',
        'message.output_text.logprobs',
        'reasoning.encrypted_content',
        'web_search_call.action.sources',
        'web_search_call.results',
      ]),
    )
    .nullish(),
  instructions: z.union([text, z.array(z.unknown())]).nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  max_tool_calls: z.int().nullish(),
  moderation: z.unknown().optional(),
  previous_response_id: text.nullish(),
  prompt: free.nullish(),
  reasoning: z
    .strictObject({
      effort: text.nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      generate_summary: text.nullish(),
      context: z.unknown().optional(),
      mode: z.unknown().optional(),
    })
    .nullish(),
  stream_options: z.strictObject({ include_obfuscation: flag }).nullish(),
  text: z
    .strictObject({ format: format.nullish(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .nullish(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: text })]).nullish(),
  tools: z.array(tool).max(128).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
});
