/** What is known of a provider of LiteLLM. */
export interface Vendor {
  /** The type of provider here. */
  readonly type: string;
  /** The variable that its key is read from where none is named. */
  readonly env?: string;
  /** Where it answers, where the type here has another base URL, or none. */
  readonly baseUrl?: string;
  /** What an `api_base` lacks of a base URL here, unless it ends so. */
  readonly path?: string;
}

function compatible(env?: string, baseUrl?: string): Vendor {
  return {
    type: 'openai-compatible',
    ...(env !== undefined && { env }),
    ...(baseUrl !== undefined && { baseUrl }),
  };
}

/** The providers of LiteLLM that one can write before the `/` of a model (docs.litellm.ai/docs/providers). */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  openai: { type: 'openai', env: 'OPENAI_API_KEY' },
  'text-completion-openai': { type: 'openai', env: 'OPENAI_API_KEY' },
  azure: { type: 'azure', env: 'AZURE_API_KEY' },
  azure_text: { type: 'azure', env: 'AZURE_API_KEY' },
  azure_ai: { type: 'azure-ai-foundry', env: 'AZURE_AI_API_KEY' },
  anthropic: { type: 'claude', env: 'ANTHROPIC_API_KEY', path: '/v1' },
  gemini: { type: 'gemini', env: 'GEMINI_API_KEY', path: '/v1beta' },
  vertex_ai: { type: 'vertex' },
  vertex_ai_beta: { type: 'vertex' },
  bedrock: { type: 'bedrock' },
  bedrock_converse: { type: 'bedrock' },
  cerebras: { type: 'cerebras', env: 'CEREBRAS_API_KEY' },
  cohere: { type: 'cohere', env: 'COHERE_API_KEY' },
  cohere_chat: { type: 'cohere', env: 'COHERE_API_KEY' },
  dashscope: { type: 'qwen', env: 'DASHSCOPE_API_KEY' },
  deepinfra: { type: 'deepinfra', env: 'DEEPINFRA_API_KEY' },
  deepseek: { type: 'deepseek', env: 'DEEPSEEK_API_KEY' },
  fireworks_ai: { type: 'fireworks', env: 'FIREWORKS_AI_API_KEY' },
  galadriel: { type: 'galadriel', env: 'GALADRIEL_API_KEY' },
  github: { type: 'github', env: 'GITHUB_API_KEY' },
  groq: { type: 'groq', env: 'GROQ_API_KEY' },
  huggingface: { type: 'huggingface', env: 'HUGGINGFACE_API_KEY', path: '/v1' },
  hyperbolic: { type: 'hyperbolic', env: 'HYPERBOLIC_API_KEY' },
  minimax: { type: 'minimax', env: 'MINIMAX_API_KEY' },
  mistral: { type: 'mistral', env: 'MISTRAL_API_KEY' },
  moonshot: { type: 'moonshot', env: 'MOONSHOT_API_KEY' },
  nebius: { type: 'nebius', env: 'NEBIUS_API_KEY' },
  nvidia_nim: { type: 'nvidia', env: 'NVIDIA_NIM_API_KEY' },
  ollama: { type: 'ollama', path: '/v1' },
  ollama_chat: { type: 'ollama', path: '/v1' },
  openrouter: { type: 'openrouter', env: 'OPENROUTER_API_KEY' },
  perplexity: { type: 'perplexity', env: 'PERPLEXITYAI_API_KEY' },
  sambanova: { type: 'sambanova', env: 'SAMBANOVA_API_KEY' },
  together_ai: { type: 'together-ai', env: 'TOGETHERAI_API_KEY' },
  volcengine: { type: 'doubao', env: 'VOLCENGINE_API_KEY' },
  xai: { type: 'grok', env: 'XAI_API_KEY' },
  zai: { type: 'zhipuai', env: 'ZAI_API_KEY', baseUrl: 'https://api.z.ai/api/paas/v4' },
  hosted_vllm: { type: 'vllm' },
  vllm: { type: 'vllm' },
  custom_openai: compatible(),
  litellm_proxy: compatible('LITELLM_PROXY_API_KEY'),
  llamafile: compatible(),
  lm_studio: compatible(),
  novita: compatible('NOVITA_API_KEY', 'https://api.novita.ai/v3/openai'),
  openai_like: compatible(),
  xinference: compatible(),
};

/** Whose a model is that is written without its provider. */
const BARE: readonly (readonly [names: RegExp, vendor: string])[] = [
  [/^(?:gpt-|chatgpt-|o\d|ft:gpt-|text-embedding-|dall-e-|whisper-|tts-|omni-moderation)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'vertex_ai'],
  [/^(?:anthropic|amazon|meta|mistral|cohere|ai21)\./, 'bedrock'],
  [/^command-/, 'cohere'],
];

/** The provider and the model that `model`, and `custom_llm_provider` where that is given, mean. */
export function vendorOf(
  model: string,
  given: string | undefined,
): { readonly name: string; readonly model: string } {
  const slash = model.indexOf('/');
  const prefix = slash < 0 ? '' : model.slice(0, slash);
  if (given !== undefined) return { name: given, model: prefix === given ? model.slice(slash + 1) : model };
  if (Object.hasOwn(VENDORS, prefix)) return { name: prefix, model: model.slice(slash + 1) };
  const bare = BARE.find(([names]) => names.test(model));
  return bare === undefined ? { name: prefix, model: model.slice(slash + 1) } : { name: bare[1], model };
}
