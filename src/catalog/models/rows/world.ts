import type { ModelCapabilities, ModelRow } from '../model-row.ts';

function row(
  types: readonly string[],
  models: readonly string[],
  takes: ModelCapabilities,
  source: string,
): ModelRow {
  return { types, models, takes, source, date: '2026-11-30' };
}

const MISTRAL = 'docs.mistral.ai/api/endpoint/chat';
const GROQ = 'console.groq.com/docs/api-reference';
const GROQ_MODELS = 'console.groq.com/docs/models';
const GROQ_OUTPUTS = 'console.groq.com/docs/structured-outputs';
const XAI = 'docs.x.ai/developers/model-capabilities/text/reasoning';
const CEREBRAS = 'inference-docs.cerebras.ai/resources/openai';

/** Hosts outside of China that have OpenAI's chat completions. */
export const worldRows: readonly ModelRow[] = [
  row(
    ['mistral'],
    ['*'],
    {
      efforts: [],
      maxTokensField: 'max_tokens',
      maxTemperature: 1.5,
      seedField: 'random_seed',
      userField: 'none',
      documentPart: 'document_url',
      // It answers 422 `extra_forbidden` to any other.
      fields: [
        'frequency_penalty',
        'max_tokens',
        'messages',
        'model',
        'parallel_tool_calls',
        'presence_penalty',
        'random_seed',
        'reasoning_effort',
        'response_format',
        'stop',
        'stream',
        'temperature',
        'tool_choice',
        'tools',
        'top_p',
      ],
    },
    MISTRAL,
  ),
  row(
    ['mistral'],
    ['mistral-small-latest', 'mistral-small-2603', 'mistral-medium-3.5*'],
    { efforts: ['none', 'high'] },
    'docs.mistral.ai/capabilities/reasoning',
  ),
  row(
    ['groq'],
    ['*'],
    {
      efforts: [],
      stopSequences: 4,
      maxTemperature: 2,
      penalties: false,
      jsonSchema: false,
      jsonWithTools: false,
      documentPart: 'none',
      // It answers 400 to any other.
      fields: [
        'max_completion_tokens',
        'max_tokens',
        'messages',
        'model',
        'parallel_tool_calls',
        'reasoning_effort',
        'response_format',
        'seed',
        'service_tier',
        'stop',
        'stream',
        'stream_options',
        'temperature',
        'tool_choice',
        'tools',
        'top_p',
        'user',
      ],
    },
    `${GROQ}, console.groq.com/docs/openai`,
  ),
  row(
    ['groq'],
    ['openai/gpt-oss-*'],
    { efforts: ['low', 'medium', 'high'], jsonSchema: true, imageTypes: [], maxOutputTokens: 65_536 },
    `console.groq.com/docs/reasoning, ${GROQ_OUTPUTS}, ${GROQ_MODELS}`,
  ),
  row(['groq'], ['qwen/qwen3*'], { efforts: ['none', 'default'] }, 'console.groq.com/docs/reasoning'),
  row(['groq'], ['qwen/qwen3-32b'], { imageTypes: [], maxOutputTokens: 40_960 }, GROQ_MODELS),
  row(['groq'], ['llama-3.1-8b-instant'], { imageTypes: [], maxOutputTokens: 131_072 }, GROQ_MODELS),
  row(['groq'], ['llama-3.3-70b-versatile'], { imageTypes: [], maxOutputTokens: 32_768 }, GROQ_MODELS),
  row(
    ['groq'],
    ['meta-llama/llama-4-*'],
    { jsonSchema: true, maxOutputTokens: 8192 },
    `${GROQ_MODELS}, ${GROQ_OUTPUTS}`,
  ),
  row(
    ['groq'],
    ['moonshotai/kimi-k2-*'],
    { jsonSchema: true, imageTypes: [], maxOutputTokens: 16_384 },
    `${GROQ_MODELS}, ${GROQ_OUTPUTS}`,
  ),
  row(
    ['grok'],
    ['*'],
    {
      efforts: [],
      maxTemperature: 2,
      stopSequences: 0,
      penalties: false,
      imageTypes: ['image/jpeg', 'image/png'],
    },
    `${XAI}, docs.x.ai/developers/model-capabilities/images/understanding`,
  ),
  row(
    ['grok'],
    ['grok-2*', 'grok-3', 'grok-3-beta', 'grok-3-latest', 'grok-3-fast*'],
    { stopSequences: 4, penalties: true },
    XAI,
  ),
  row(['grok'], ['grok-3-mini*'], { efforts: ['low', 'high'] }, XAI),
  row(['grok'], ['grok-4.3*'], { efforts: ['none', 'low', 'medium', 'high'] }, XAI),
  row(['grok'], ['grok-4.5*'], { efforts: ['low', 'medium', 'high'], thinkingOff: false }, XAI),
  row(
    ['grok'],
    ['grok-4.6*', 'grok-4.7*'],
    { efforts: ['low', 'medium', 'high', 'xhigh'], thinkingOff: false },
    XAI,
  ),
  row(
    ['cerebras'],
    ['*'],
    {
      efforts: [],
      maxTokensField: 'max_completion_tokens',
      maxTemperature: 1.5,
      stopSequences: 4,
      penalties: false,
      jsonWithTools: false,
    },
    `${CEREBRAS}, inference-docs.cerebras.ai/api-reference/chat-completions`,
  ),
  row(
    ['cerebras'],
    ['gpt-oss-*'],
    { efforts: ['low', 'medium', 'high'] },
    'inference-docs.cerebras.ai/capabilities/reasoning',
  ),
  row(
    ['cohere'],
    ['*'],
    {
      efforts: [],
      maxTokensField: 'max_tokens',
      maxTemperature: 1,
      stopSequences: 5,
      parallelTools: false,
    },
    'docs.cohere.com/docs/compatibility-api, docs.cohere.com/reference/chat',
  ),
  row(
    ['cohere'],
    ['command-a-reasoning-*'],
    { efforts: ['none', 'high'] },
    'docs.cohere.com/docs/compatibility-api',
  ),
  row(
    ['openrouter', 'together-ai', 'fireworks', 'deepinfra', 'vllm'],
    ['*'],
    { topK: true },
    'openrouter.ai/docs/api-reference/parameters, docs.together.ai/reference/chat-completions-1, docs.fireworks.ai/api-reference/post-chatcompletions, deepinfra.com/docs/openai_api, docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  ),
  row(['fireworks'], ['*'], { stopSequences: 4 }, 'docs.fireworks.ai/api-reference/post-chatcompletions'),
];
