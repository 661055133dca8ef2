import type { ConfigParts } from '../support/gateway.ts';

/** The requests that are expected for each type with OpenAI's API: written by hand from vendors' documentation. */
export interface Expected {
  /** What the type needs beside its name. */
  readonly options?: ConfigParts;
  /** The header that has the key, where it is not `authorization: Bearer KEY`. */
  readonly credential?: readonly [name: string, value: string];
  readonly chat: string;
  /** By the path that a client calls, where each goes: POST, or as said. 404 where the type has no such thing. */
  readonly more: Readonly<Record<string, string>>;
}

const raw = ['authorization', 'first-key-0123456789'] as const;
const OPENAI_ONLY = { '/v1/files': '404', '/v1/fine_tuning/jobs': '404' };

export const expected: Readonly<Record<string, Expected>> = {
  openai: {
    chat: 'https://api.openai.com/v1/chat/completions',
    more: {
      '/v1/embeddings': 'https://api.openai.com/v1/embeddings',
      '/v1/responses': 'https://api.openai.com/v1/responses',
      'GET /v1/models': 'https://api.openai.com/v1/models',
      'GET /v1/files/file-1/content': 'https://api.openai.com/v1/files/file-1/content',
    },
  },
  'openai-compatible': {
    options: { baseUrl: 'http://127.0.0.1:8000/v1' },
    chat: 'http://127.0.0.1:8000/v1/chat/completions',
    more: {
      '/v1/embeddings': 'http://127.0.0.1:8000/v1/embeddings',
      '/v1/responses': 'http://127.0.0.1:8000/v1/responses',
      '/v1/rerank': 'http://127.0.0.1:8000/v1/rerank',
    },
  },
  ai360: {
    credential: raw,
    chat: 'https://api.360.cn/v1/chat/completions',
    more: { '/v1/embeddings': 'https://api.360.cn/v1/embeddings', ...OPENAI_ONLY },
  },
  baichuan: {
    chat: 'https://api.baichuan-ai.com/v1/chat/completions',
    more: { '/v1/embeddings': 'https://api.baichuan-ai.com/v1/embeddings' },
  },
  baidu: {
    chat: 'https://qianfan.baidubce.com/v2/chat/completions',
    more: {
      '/v1/embeddings': 'https://qianfan.baidubce.com/v2/embeddings',
      '/v1/rerank': 'https://qianfan.baidubce.com/v2/rerank',
      ...OPENAI_ONLY,
    },
  },
  cerebras: {
    chat: 'https://api.cerebras.ai/v1/chat/completions',
    more: {
      '/v1/completions': 'https://api.cerebras.ai/v1/completions',
      '/v1/embeddings': '404',
      'GET /v1/models': 'https://api.cerebras.ai/v1/models',
    },
  },
  cloudflare: {
    options: { cloudflareAccountId: 'account-1' },
    chat: 'https://api.cloudflare.com/client/v4/accounts/account-1/ai/v1/chat/completions',
    more: {
      '/v1/embeddings': 'https://api.cloudflare.com/client/v4/accounts/account-1/ai/v1/embeddings',
    },
  },
  cohere: {
    chat: 'https://api.cohere.ai/compatibility/v1/chat/completions',
    more: {
      '/v1/embeddings': 'https://api.cohere.ai/compatibility/v1/embeddings',
      '/v1/rerank': 'https://api.cohere.ai/v2/rerank',
      ...OPENAI_ONLY,
    },
  },
  deepinfra: {
    chat: 'https://api.deepinfra.com/v1/openai/chat/completions',
    more: { '/v1/embeddings': 'https://api.deepinfra.com/v1/openai/embeddings' },
  },
  deepseek: {
    chat: 'https://api.deepseek.com/v1/chat/completions',
    more: {
      '/v1/completions': 'https://api.deepseek.com/beta/completions',
      '/v1/messages': 'https://api.deepseek.com/anthropic/v1/messages',
      '/v1/embeddings': '404',
    },
  },
  doubao: {
    chat: 'https://ark.cn-beijing.volces.com/api/v3/chat/completions',
    more: {
      '/v1/embeddings': 'https://ark.cn-beijing.volces.com/api/v3/embeddings',
      '/v1/responses': 'https://ark.cn-beijing.volces.com/api/v3/responses',
    },
  },
  fireworks: {
    chat: 'https://api.fireworks.ai/inference/v1/chat/completions',
    more: {
      '/v1/completions': 'https://api.fireworks.ai/inference/v1/completions',
      '/v1/embeddings': 'https://api.fireworks.ai/inference/v1/embeddings',
      '/v1/messages': 'https://api.fireworks.ai/inference/v1/messages',
    },
  },
  galadriel: {
    chat: 'https://api.galadriel.com/v1/chat/completions',
    more: { '/v1/embeddings': '404' },
  },
  github: {
    credential: raw,
    chat: 'https://models.inference.ai.azure.com/chat/completions',
    more: { '/v1/embeddings': 'https://models.inference.ai.azure.com/embeddings' },
  },
  'github-models': {
    chat: 'https://models.github.ai/inference/chat/completions',
    more: { '/v1/embeddings': 'https://models.github.ai/inference/embeddings' },
  },
  grok: {
    chat: 'https://api.x.ai/v1/chat/completions',
    more: { '/v1/responses': 'https://api.x.ai/v1/responses', '/v1/embeddings': '404' },
  },
  groq: {
    chat: 'https://api.groq.com/openai/v1/chat/completions',
    more: {
      '/v1/responses': 'https://api.groq.com/openai/v1/responses',
      'GET /v1/models/llama-3.1-8b-instant': 'https://api.groq.com/openai/v1/models/llama-3.1-8b-instant',
    },
  },
  huggingface: {
    chat: 'https://router.huggingface.co/v1/chat/completions',
    more: { 'GET /v1/models': 'https://router.huggingface.co/v1/models', '/v1/embeddings': '404' },
  },
  hyperbolic: {
    chat: 'https://api.hyperbolic.xyz/v1/chat/completions',
    more: { '/v1/completions': 'https://api.hyperbolic.xyz/v1/completions' },
  },
  longcat: {
    chat: 'https://api.longcat.chat/openai/v1/chat/completions',
    more: {
      'GET /v1/models': 'https://api.longcat.chat/v1/models',
      'GET /v1/models/LongCat-2.0': 'https://api.longcat.chat/v1/models/LongCat-2.0',
      '/v1/responses': 'https://api.longcat.chat/openai/v1/responses',
      '/v1/messages': 'https://api.longcat.chat/anthropic/v1/messages',
    },
  },
  minimax: {
    chat: 'https://api.minimax.chat/v1/text/chatcompletion_v2',
    more: { '/v1/messages': 'https://api.minimax.chat/anthropic/v1/messages', '/v1/embeddings': '404' },
  },
  mistral: {
    chat: 'https://api.mistral.ai/v1/chat/completions',
    more: {
      '/v1/embeddings': 'https://api.mistral.ai/v1/embeddings',
      '/v1/moderations': 'https://api.mistral.ai/v1/moderations',
    },
  },
  moonshot: {
    chat: 'https://api.moonshot.cn/v1/chat/completions',
    more: {
      'GET /v1/files/file-1/content': 'https://api.moonshot.cn/v1/files/file-1/content',
      '/v1/messages': 'https://api.moonshot.cn/anthropic/v1/messages',
      '/v1/embeddings': '404',
    },
  },
  nebius: {
    chat: 'https://api.tokenfactory.nebius.com/v1/chat/completions',
    more: { '/v1/embeddings': 'https://api.tokenfactory.nebius.com/v1/embeddings' },
  },
  nvidia: {
    chat: 'https://integrate.api.nvidia.com/v1/chat/completions',
    more: { '/v1/embeddings': 'https://integrate.api.nvidia.com/v1/embeddings' },
  },
  ollama: {
    options: { ollamaServerHost: 'ollama.example.com' },
    chat: 'http://ollama.example.com:11434/v1/chat/completions',
    more: {
      '/v1/embeddings': 'http://ollama.example.com:11434/v1/embeddings',
      '/v1/messages': 'http://ollama.example.com:11434/v1/messages',
    },
  },
  openrouter: {
    chat: 'https://openrouter.ai/api/v1/chat/completions',
    more: {
      '/v1/completions': 'https://openrouter.ai/api/v1/completions',
      '/v1/messages': 'https://openrouter.ai/api/v1/messages',
      '/v1/responses': 'https://openrouter.ai/api/v1/responses',
    },
  },
  perplexity: { chat: 'https://api.perplexity.ai/chat/completions', more: { '/v1/embeddings': '404' } },
  qwen: {
    chat: 'https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions',
    more: {
      '/v1/embeddings': 'https://dashscope.aliyuncs.com/compatible-mode/v1/embeddings',
      '/v1/responses': 'https://dashscope.aliyuncs.com/compatible-mode/v1/responses',
      '/v1/rerank': 'https://dashscope.aliyuncs.com/compatible-api/v1/reranks',
      '/v1/messages': 'https://dashscope.aliyuncs.com/apps/anthropic/v1/messages',
      '/api/v1/services/aigc/text-generation/generation':
        'https://dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation',
      '/api/v1/services/rerank/text-rerank/text-rerank':
        'https://dashscope.aliyuncs.com/api/v1/services/rerank/text-rerank/text-rerank',
    },
  },
  sambanova: {
    chat: 'https://api.sambanova.ai/v1/chat/completions',
    more: { '/v1/embeddings': 'https://api.sambanova.ai/v1/embeddings' },
  },
  siliconflow: {
    chat: 'https://api.siliconflow.cn/v1/chat/completions',
    more: {
      '/v1/embeddings': 'https://api.siliconflow.cn/v1/embeddings',
      '/v1/rerank': 'https://api.siliconflow.cn/v1/rerank',
      '/v1/messages': 'https://api.siliconflow.cn/v1/messages',
    },
  },
  spark: {
    chat: 'https://spark-api-open.xf-yun.com/v1/chat/completions',
    more: { '/v1/embeddings': '404', 'GET /v1/models': '404' },
  },
  stepfun: {
    chat: 'https://api.stepfun.com/v1/chat/completions',
    more: { 'GET /v1/models': 'https://api.stepfun.com/v1/models' },
  },
  'together-ai': {
    chat: 'https://api.together.xyz/v1/chat/completions',
    more: { '/v1/embeddings': 'https://api.together.xyz/v1/embeddings' },
  },
  vllm: {
    options: { vllmServerHost: 'vllm.example.com:8000' },
    chat: 'http://vllm.example.com:8000/v1/chat/completions',
    more: {
      '/v1/embeddings': 'http://vllm.example.com:8000/v1/embeddings',
      '/v1/responses': 'http://vllm.example.com:8000/v1/responses',
      '/v1/rerank': 'http://vllm.example.com:8000/v1/rerank',
      '/v1/messages': 'http://vllm.example.com:8000/v1/messages',
      '/v1/messages/count_tokens': 'http://vllm.example.com:8000/v1/messages/count_tokens',
    },
  },
  yi: { chat: 'https://api.lingyiwanwu.com/v1/chat/completions', more: { '/v1/embeddings': '404' } },
  zhipuai: {
    chat: 'https://open.bigmodel.cn/api/paas/v4/chat/completions',
    more: {
      '/v1/embeddings': 'https://open.bigmodel.cn/api/paas/v4/embeddings',
      '/v1/messages': 'https://open.bigmodel.cn/api/anthropic/v1/messages',
    },
  },
};
