/**
 * The types of channels of one-api (0.6.10) and new-api (0.9), by the numbers in their databases. From 23 on, but for a few,
 * they have different numbers for the same vendor, and the same for different ones.
 */

/** What is known of a type of channel. */
export interface ChannelType {
  /** What its own pages call it. */
  readonly name: string;
  /** The type of provider here. Absent: there is none. */
  readonly type?: string;
  /** What the base URL of a channel lacks of one here. */
  readonly path?: string;
  /** The base URL of channels that name none, where the type here has another, or none. */
  readonly base?: string;
  /** What a channel of this type says in words of its own. */
  readonly special?: Special;
}

export type Special =
  'azure' | 'bedrock' | 'cloudflare' | 'coze' | 'kling' | 'spark' | 'tencent' | 'vertex' | 'whole-url';

type Types = Readonly<Record<number, ChannelType>>;

function compatible(name: string, base?: string, path = '/v1'): ChannelType {
  return { name, type: 'openai-compatible', path, ...(base !== undefined && { base }) };
}

function vendor(name: string, type: string, path = '/v1', special?: Special): ChannelType {
  return { name, type, path, ...(special !== undefined && { special }) };
}

/** The numbers that both have. */
const SHARED: Types = {
  1: vendor('OpenAI', 'openai'),
  3: vendor('Azure', 'azure', '', 'azure'),
  6: compatible('OpenAIMax', 'https://api.openaimax.com'),
  7: compatible('OhMyGPT', 'https://api.ohmygpt.com'),
  9: compatible('AILS', 'https://api.caipacity.com'),
  10: compatible('AI Proxy', 'https://api.aiproxy.io'),
  11: { name: 'PaLM' },
  12: compatible('API2GPT', 'https://api.api2gpt.com'),
  13: compatible('AIGC2D', 'https://api.aigc2d.com'),
  14: vendor('Anthropic', 'claude'),
  15: { name: 'Baidu Wenxin v1' },
  16: vendor('Zhipu', 'zhipuai', '/api/paas/v4'),
  17: vendor('Ali', 'qwen', '/compatible-mode/v1'),
  18: vendor('Xunfei', 'spark', '/v1', 'spark'),
  19: vendor('AI360', 'ai360'),
  20: vendor('OpenRouter', 'openrouter'),
  21: { name: 'AI Proxy Library' },
  22: compatible('FastGPT', 'https://fastgpt.run/api/openapi'),
  23: vendor('Tencent', 'hunyuan', '', 'tencent'),
  24: vendor('Gemini', 'gemini', '/v1beta'),
  25: vendor('Moonshot', 'moonshot'),
  31: vendor('LingYiWanWu', 'yi'),
  33: vendor('AWS', 'bedrock', '', 'bedrock'),
};

/** Of one-api. */
export const ONE_API_TYPES: Types = {
  ...SHARED,
  2: compatible('API2D', 'https://oa.api2d.net'),
  4: compatible('CloseAI', 'https://api.closeai-proxy.xyz'),
  5: compatible('OpenAI-SB', 'https://api.openai-sb.com'),
  8: compatible('Custom'),
  26: vendor('Baichuan', 'baichuan'),
  27: vendor('Minimax', 'minimax'),
  28: vendor('Mistral', 'mistral'),
  29: vendor('Groq', 'groq'),
  30: { name: 'Ollama', type: 'ollama', path: '/v1', base: 'http://localhost:11434' },
  32: vendor('StepFun', 'stepfun'),
  34: { name: 'Coze', type: 'coze', base: 'https://api.coze.com', special: 'coze' },
  35: vendor('Cohere', 'cohere', '/compatibility/v1'),
  36: vendor('DeepSeek', 'deepseek'),
  37: vendor('Cloudflare', 'cloudflare', '', 'cloudflare'),
  38: { name: 'DeepL' },
  39: vendor('Together AI', 'together-ai'),
  40: vendor('Doubao', 'doubao', '/api/v3'),
  41: compatible('Novita', 'https://api.novita.ai/v3/openai', ''),
  42: vendor('Vertex AI', 'vertex', '', 'vertex'),
  43: { name: 'Proxy' },
  44: vendor('SiliconFlow', 'siliconflow'),
  45: vendor('xAI', 'grok'),
  46: { name: 'Replicate' },
  47: vendor('Baidu v2', 'baidu', '/v2'),
  48: vendor('Xunfei v2', 'spark'),
  49: vendor('Ali Bailian', 'qwen', '/compatible-mode/v1'),
  50: compatible('OpenAI compatible', undefined, ''),
  51: compatible('Gemini (OpenAI)', 'https://generativelanguage.googleapis.com/v1beta/openai', ''),
};

/** Of new-api. */
export const NEW_API_TYPES: Types = {
  ...SHARED,
  2: { name: 'Midjourney' },
  4: { name: 'Ollama', type: 'ollama', path: '/v1', base: 'http://localhost:11434' },
  5: { name: 'Midjourney Plus' },
  8: { name: 'Custom', type: 'openai-compatible', path: '', special: 'whole-url' },
  26: vendor('Zhipu v4', 'zhipuai', '/api/paas/v4'),
  27: vendor('Perplexity', 'perplexity', ''),
  34: vendor('Cohere', 'cohere', '/compatibility/v1'),
  35: vendor('MiniMax', 'minimax'),
  36: { name: 'Suno' },
  37: vendor('Dify', 'dify'),
  38: compatible('Jina', 'https://api.jina.ai'),
  39: vendor('Cloudflare', 'cloudflare', '', 'cloudflare'),
  40: vendor('SiliconFlow', 'siliconflow'),
  41: vendor('Vertex AI', 'vertex', '', 'vertex'),
  42: vendor('Mistral', 'mistral'),
  43: vendor('DeepSeek', 'deepseek'),
  44: compatible('MokaAI', 'https://api.moka.ai'),
  45: vendor('VolcEngine', 'doubao', '/api/v3'),
  46: vendor('Baidu v2', 'baidu', '/v2'),
  47: compatible('Xinference'),
  48: vendor('xAI', 'grok'),
  49: vendor('Coze', 'coze', '', 'coze'),
  50: vendor('Kling', 'kling', '/v1', 'kling'),
  51: { name: 'Jimeng' },
  52: { name: 'Vidu' },
  53: compatible('Submodel', 'https://llm.submodel.ai'),
  54: vendor('Doubao video', 'doubao', '/api/v3'),
  55: vendor('Sora', 'openai'),
  56: { name: 'Replicate' },
  57: { name: 'Codex (OAuth)' },
};
