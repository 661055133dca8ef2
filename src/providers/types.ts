/** How a provider wants its key: as `Authorization: Bearer KEY`, or bare in the header named. */
export type Credential = { readonly kind: 'bearer' } | { readonly kind: 'header'; readonly name: string };

/**
 * A type of provider. `baseUrl` is everything before an operation's own suffix: `/v1` for most, since the suffix
 * is `/chat/completions`. What more than this a type needs is in `wires.ts`.
 */
export interface ProviderType {
  readonly type: string;
  /** Where it answers unless the configuration says otherwise; absent where every customer has their own. */
  readonly baseUrl?: string;
  /** The environment variable its own documentation puts the key in. */
  readonly env?: string;
  /** A cheap model for health checks. Absent: none is known that every account may use. */
  readonly healthCheckModel?: string;
  readonly credential: Credential;
  /** Its list of models is for valid keys alone: asking for it tells a good credential from a bad one. */
  readonly listNeedsKey?: boolean;
  /** It may be used without any key. */
  readonly keyless?: boolean;
}

const bearer: Credential = { kind: 'bearer' };
const bareToken: Credential = { kind: 'header', name: 'authorization' };

/** A new OpenAI-compatible provider is a row here. */
const rows: readonly ProviderType[] = [
  {
    type: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    env: 'OPENAI_API_KEY',
    healthCheckModel: 'gpt-5-nano',
    listNeedsKey: true,
    credential: bearer,
    keyless: true,
  },
  { type: 'openai-compatible', credential: bearer, keyless: true },
  { type: 'ai360', baseUrl: 'https://api.360.cn/v1', env: 'AI360_API_KEY', credential: bareToken },
  {
    type: 'baichuan',
    baseUrl: 'https://api.baichuan-ai.com/v1',
    env: 'BAICHUAN_API_KEY',
    credential: bearer,
  },
  { type: 'baidu', baseUrl: 'https://qianfan.baidubce.com/v2', env: 'QIANFAN_API_KEY', credential: bearer },
  {
    type: 'claude',
    baseUrl: 'https://api.anthropic.com/v1',
    env: 'ANTHROPIC_API_KEY',
    healthCheckModel: 'claude-haiku-4-5',
    listNeedsKey: true,
    credential: { kind: 'header', name: 'x-api-key' },
  },
  {
    type: 'deepseek',
    baseUrl: 'https://api.deepseek.com/v1',
    env: 'DEEPSEEK_API_KEY',
    healthCheckModel: 'deepseek-chat',
    listNeedsKey: true,
    credential: bearer,
  },
  {
    type: 'doubao',
    baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
    env: 'ARK_API_KEY',
    credential: bearer,
  },
  {
    type: 'fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    env: 'FIREWORKS_API_KEY',
    credential: bearer,
  },
  {
    type: 'galadriel',
    baseUrl: 'https://api.galadriel.com/v1',
    env: 'GALADRIEL_API_KEY',
    credential: bearer,
  },
  {
    type: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    env: 'GEMINI_API_KEY',
    healthCheckModel: 'gemini-2.5-flash-lite',
    listNeedsKey: true,
    credential: { kind: 'header', name: 'x-goog-api-key' },
  },
  { type: 'github', baseUrl: 'https://models.inference.ai.azure.com', credential: bareToken },
  {
    type: 'grok',
    baseUrl: 'https://api.x.ai/v1',
    env: 'XAI_API_KEY',
    listNeedsKey: true,
    credential: bearer,
  },
  {
    type: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    env: 'GROQ_API_KEY',
    healthCheckModel: 'llama-3.1-8b-instant',
    listNeedsKey: true,
    credential: bearer,
  },
  {
    type: 'longcat',
    baseUrl: 'https://api.longcat.chat/openai/v1',
    env: 'LONGCAT_API_KEY',
    credential: bearer,
  },
  { type: 'minimax', baseUrl: 'https://api.minimax.chat/v1', env: 'MINIMAX_API_KEY', credential: bearer },
  {
    type: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    env: 'MISTRAL_API_KEY',
    healthCheckModel: 'mistral-small-latest',
    listNeedsKey: true,
    credential: bearer,
  },
  {
    type: 'moonshot',
    baseUrl: 'https://api.moonshot.cn/v1',
    env: 'MOONSHOT_API_KEY',
    listNeedsKey: true,
    credential: bearer,
  },
  {
    type: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    env: 'OPENROUTER_API_KEY',
    credential: bearer,
  },
  {
    type: 'qwen',
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    env: 'DASHSCOPE_API_KEY',
    credential: bearer,
  },
  { type: 'stepfun', baseUrl: 'https://api.stepfun.com/v1', env: 'STEP_API_KEY', credential: bearer },
  {
    type: 'together-ai',
    baseUrl: 'https://api.together.xyz/v1',
    env: 'TOGETHER_API_KEY',
    credential: bearer,
  },
  { type: 'vllm', credential: bearer, keyless: true },
  { type: 'yi', baseUrl: 'https://api.lingyiwanwu.com/v1', env: 'YI_API_KEY', credential: bearer },
  {
    type: 'zhipuai',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    env: 'ZHIPUAI_API_KEY',
    credential: bearer,
  },
];

/** Every provider type this version can speak to, by its name in the configuration. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(rows.map((row) => [row.type, row]));
