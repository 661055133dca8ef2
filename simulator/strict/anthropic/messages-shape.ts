import { z } from 'zod';

const text = z.string();
const flag = z.boolean().nullish();
const free = z.record(text, z.unknown());

const cacheControl = z
  .strictObject({
    type: z.literal('ephemeral'),
    ttl: z.enum(['5m', '1h']).nullish(),
    scope: text.nullish(),
  })
  .nullish();

const id = text.regex(/^[a-zA-Z0-9_-]+$/u);

const textBlock = z.strictObject({
  type: z.literal('text'),
  text,
  cache_control: cacheControl,
  citations: z.array(z.unknown()).nullish(),
});

const imageBlock = z.strictObject({
  type: z.literal('image'),
  cache_control: cacheControl,
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.base64(),
    }),
    z.strictObject({ type: z.literal('url'), url: text }),
    z.strictObject({ type: z.literal('file'), file_id: text }),
  ]),
});

const documentBlock = z.strictObject({
  type: z.literal('document'),
  cache_control: cacheControl,
  citations: z.strictObject({ enabled: flag }).nullish(),
  context: text.nullish(),
  title: text.max(500).nullish(),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.literal('application/pdf'),
      data: z.base64(),
    }),
    z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: text }),
    z.strictObject({
      type: z.literal('content'),
      content: z.union([text, z.array(z.discriminatedUnion('type', [textBlock, imageBlock]))]),
    }),
    z.strictObject({ type: z.literal('url'), url: text }),
    z.strictObject({ type: z.literal('file'), file_id: text }),
  ]),
});

const searchResult = z.looseObject({ type: z.literal('search_result') });
const toolReference = z.looseObject({ type: z.literal('tool_reference') });

const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id,
  name: text.min(1).max(200),
  input: free,
  cache_control: cacheControl,
  caller: z.unknown().optional(),
});

const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: id,
  content: z
    .union([
      text,
      z.array(
        z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock, searchResult, toolReference]),
      ),
    ])
    .nullish(),
  is_error: flag,
  cache_control: cacheControl,
});

const thinkingBlock = z.strictObject({ type: z.literal('thinking'), thinking: text, signature: text });
const redactedBlock = z.strictObject({ type: z.literal('redacted_thinking'), data: text });

/** Blocks of tools that Anthropic runs; their insides are not looked at. */
const OTHER_BLOCKS = [
  'advisor_tool_result',
  'bash_code_execution_tool_result',
  'code_execution_tool_result',
  'compaction',
  'container_upload',
  'mcp_tool_result',
  'mcp_tool_use',
  'server_tool_use',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'web_fetch_tool_result',
  'web_search_tool_result',
] as const;

const block = z.discriminatedUnion('type', [
  textBlock,
  imageBlock,
  documentBlock,
  searchResult,
  toolUse,
  toolResult,
  thinkingBlock,
  redactedBlock,
  z.looseObject({ type: z.enum(OTHER_BLOCKS) }),
]);

const message = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([text, z.array(block)]),
});

const customTool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: text.regex(/^[a-zA-Z0-9_-]{1,128}$/u),
  description: text.nullish(),
  input_schema: z.looseObject({
    type: z.literal('object'),
    properties: free.nullish(),
    required: z.array(text).nullish(),
  }),
  cache_control: cacheControl,
  allowed_callers: z.unknown().optional(),
  defer_loading: flag,
  eager_input_streaming: flag,
  input_examples: z.array(free).nullish(),
  strict: flag,
});

/** A tool of Anthropic's own is known by its dated type. */
const ownTool = z.looseObject({ type: text.regex(/_\d{8}$|^mcp_toolset$/u) });

const parallel = { disable_parallel_tool_use: flag };
const toolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), ...parallel }),
  z.strictObject({ type: z.literal('any'), ...parallel }),
  z.strictObject({ type: z.literal('tool'), name: text, ...parallel }),
  z.strictObject({ type: z.literal('none') }),
]);

const display = z.enum(['summarized', 'omitted']).nullish();
const thinking = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1_024), display }),
  z.strictObject({ type: z.literal('adaptive'), display }),
  z.strictObject({ type: z.literal('disabled') }),
]);

const format = z.strictObject({ type: z.literal('json_schema'), schema: free }).nullish();

/** platform.claude.com/docs/en/api/messages/create */
export const messagesShape = z.strictObject({
  model: text,
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1),
  cache_control: cacheControl,
  container: z.unknown().optional(),
  context_management: free.nullish(),
  diagnostics: z.unknown().optional(),
  inference_geo: text.nullish(),
  mcp_servers: z.array(free).nullish(),
  metadata: z.strictObject({ user_id: text.max(256).nullish() }).nullish(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format,
      task_budget: z.unknown().optional(),
    })
    .nullish(),
  output_format: format,
  service_tier: z.enum(['auto', 'standard_only']).nullish(),
  speed: text.nullish(),
  stop_sequences: z.array(text).nullish(),
  stream: flag,
  system: z.union([text, z.array(textBlock)]).nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  thinking: thinking.nullish(),
  tool_choice: toolChoice.nullish(),
  tools: z.array(z.union([customTool, ownTool])).nullish(),
  top_k: z.int().min(0).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
});
