import { anthropicRules } from './vendor/anthropic.ts';
import { azureRules } from './vendor/azure.ts';
import { baiduRules } from './vendor/baidu.ts';
import { bedrockRules } from './vendor/bedrock.ts';
import { cloudflareRules } from './vendor/cloudflare.ts';
import { cohereRules } from './vendor/cohere.ts';
import { doubaoRules } from './vendor/doubao.ts';
import { fireworksRules } from './vendor/fireworks.ts';
import { generalRules } from './general/general-rules.ts';
import { googleRules } from './vendor/google.ts';
import { groqRules } from './vendor/groq.ts';
import { huaweiRules } from './vendor/huawei.ts';
import { huggingfaceRules } from './vendor/huggingface.ts';
import { minimaxRules } from './vendor/minimax.ts';
import { mistralRules } from './vendor/mistral.ts';
import { moonshotRules } from './vendor/moonshot.ts';
import { nvidiaRules } from './vendor/nvidia.ts';
import { ollamaRules } from './vendor/ollama.ts';
import { openaiRules } from './vendor/openai.ts';
import { openrouterRules } from './vendor/openrouter.ts';
import { unambiguousRules } from './general/unambiguous-rules.ts';
import { perplexityRules } from './vendor/perplexity.ts';
import { qwenRules } from './vendor/qwen.ts';
import { relayRules } from './general/relay-rules.ts';
import type { Rule } from './rule.ts';
import { siliconflowRules } from './vendor/siliconflow.ts';
import { sparkRules } from './vendor/spark.ts';
import { tencentRules } from './vendor/tencent.ts';
import { watsonxRules } from './vendor/watsonx.ts';
import { xaiRules } from './vendor/xai.ts';
import { zhipuRules } from './vendor/zhipu.ts';

/*
 * Where a rule goes:
 * - an error that one vendor documents: the file of that vendor, `vendor/VENDOR.ts`;
 * - an error that any provider may send: one of `general/`, by what identifies it (its code or type, its message, its
 *   status).
 * A vendor without a file gets one, and an entry in `vendors` below with every name it goes by: the types of providers
 * in configurations (a new type needs a row in `catalog/rows/` too), and what other tools call it.
 * Rules are tried in the order in which they are listed; the first one that matches decides. `tableFor` puts the general
 * rules behind the vendor's.
 */

/** The rules of one vendor, and every name it is known by. The first name is that of its table. */
interface Vendor {
  readonly names: readonly string[];
  readonly rules: readonly Rule[];
  /** It relays other vendors' errors, and its own rules recognise them: the rules for relayed errors do not come first. */
  readonly isReseller?: true;
}

/** Every vendor with rules of its own. */
const vendors: readonly Vendor[] = [
  {
    names: ['openai', 'openai-responses', 'openai-codex', 'openai-native', 'codex', 'codex-cli', 'chatgpt'],
    rules: openaiRules,
  },
  {
    names: [
      'azure',
      'azure-openai',
      'azure-openai-responses',
      'azure-ai',
      'azure-ai-foundry',
      'azure-ai-inference',
      'azure-cognitive-services',
      'azure-foundry',
      'microsoft-foundry',
      'github',
      'github-models',
    ],
    rules: azureRules,
  },
  {
    names: [
      'anthropic',
      'anthropic-claude',
      'anthropic-oauth',
      'claude',
      'claude-ai',
      'claude-code',
      'claude-cli',
    ],
    rules: anthropicRules,
  },
  {
    names: [
      'google',
      'google-ai',
      'google-ai-studio',
      'google-genai',
      'google-generative-ai',
      'google-gemini',
      'google-gemini-cli',
      'google-antigravity',
      'google-vertex',
      'google-vertex-ai',
      'google-vertex-anthropic',
      'googleai',
      'gemini',
      'gemini-api',
      'gemini-cli',
      'gemini-code-assist',
      'gemini-openai',
      'gcp',
      'code-assist',
      'antigravity',
      'palm',
      'vertex',
      'vertex-ai',
      'vertex-ai-anthropic',
      'vertex-anthropic',
    ],
    rules: googleRules,
  },
  {
    names: [
      'bedrock',
      'bedrock-converse',
      'bedrock-runtime',
      'bedrock-mantle',
      'aws',
      'aws-bedrock',
      'aws-bedrock-converse',
      'amazon',
      'amazon-bedrock',
      'amazon-bedrock-mantle',
      'amazon-nova',
      'amazon-q',
      'kiro',
    ],
    rules: bedrockRules,
  },
  { names: ['xai', 'xai-oauth', 'x-ai', 'grok', 'grok-cli'], rules: xaiRules },
  { names: ['openrouter', 'openrouter-ai'], rules: openrouterRules, isReseller: true },
  {
    names: [
      'qwen',
      'qwen-code',
      'qwen-portal',
      'tongyi',
      'dashscope',
      'dashscope-intl',
      'modelstudio',
      'alibaba',
      'alibaba-cloud',
      'alibaba-coding-plan',
      'alibaba-qwen',
      'ali',
      'alicloud',
      'aliyun',
      'aliyun-bailian',
      'bailian',
    ],
    rules: qwenRules,
  },
  {
    names: [
      'moonshot',
      'moonshot-ai',
      'moonshot-cn',
      'kimi',
      'kimi-cli',
      'kimi-code',
      'kimi-coding',
      'kimi-for-coding',
    ],
    rules: moonshotRules,
  },
  {
    names: [
      'zhipu',
      'zhipu-ai',
      'zhipuai-coding-plan',
      'zai',
      'zai-org',
      'zai-coding-plan',
      'bigmodel',
      'chatglm',
      'glm',
    ],
    rules: zhipuRules,
  },
  { names: ['minimax', 'minimaxi', 'minimax-cn', 'minimax-portal'], rules: minimaxRules },
  {
    names: ['baidu', 'baidu-qianfan', 'baidu-v2', 'qianfan', 'ernie', 'ernie-bot', 'wenxin', 'yiyan'],
    rules: baiduRules,
  },
  {
    names: [
      'doubao',
      'volcengine',
      'volcengine-ark',
      'volcengine-plan',
      'volcano',
      'volces',
      'ark',
      'bytedance',
      'byteplus',
      'byteplus-modelark',
    ],
    rules: doubaoRules,
  },
  {
    names: ['hunyuan', 'tencent', 'tencent-cloud', 'tencent-hunyuan', 'lkeap'],
    rules: tencentRules,
  },
  { names: ['spark', 'sparkdesk', 'xunfei', 'xunfei-spark', 'xfyun', 'iflytek'], rules: sparkRules },
  { names: ['mistral', 'mistral-ai', 'codestral', 'la-plateforme'], rules: mistralRules },
  { names: ['groq', 'groqcloud'], rules: groqRules },
  { names: ['cohere', 'cohere-v2'], rules: cohereRules },
  { names: ['fireworks', 'fireworks-ai'], rules: fireworksRules },
  { names: ['siliconflow', 'siliconflow-cn', 'siliconcloud'], rules: siliconflowRules },
  {
    names: ['huggingface', 'huggingface-hub', 'huggingface-router', 'hf', 'hf-inference'],
    rules: huggingfaceRules,
  },
  { names: ['ollama', 'ollama-cloud', 'ollama-chat'], rules: ollamaRules },
  {
    names: [
      'cloudflare',
      'cloudflare-ai',
      'cloudflare-ai-gateway',
      'cloudflare-workers-ai',
      'workers-ai',
      'cf',
    ],
    rules: cloudflareRules,
  },
  { names: ['watsonx', 'watsonx-ai', 'ibm', 'ibm-watsonx'], rules: watsonxRules },
  { names: ['huawei', 'huawei-cloud', 'huawei-maas', 'modelarts', 'pangu'], rules: huaweiRules },
  { names: ['nvidia', 'nvidia-ai', 'nvidia-nim', 'nim'], rules: nvidiaRules },
  { names: ['perplexity', 'perplexity-ai', 'pplx'], rules: perplexityRules },
];

/** Every vendor's rules by its first name, the general ones last: for tests and documentation. */
export const ruleSets: readonly (readonly [name: string, rules: readonly Rule[]])[] = [
  ...vendors.map(({ names, rules }): [string, readonly Rule[]] => [names[0] ?? '', rules]),
  ['general', generalRules],
];

/** By normalized name: what a relay says of its upstream goes first, then what no vendor says by chance. */
const tables: ReadonlyMap<string, readonly Rule[]> = new Map(
  vendors.flatMap(({ names, rules, isReseller }) => {
    const table = isReseller
      ? [...rules, ...generalRules]
      : [...relayRules, ...unambiguousRules, ...rules, ...generalRules];
    return names.map((name): [string, readonly Rule[]] => [normalizedName(name), table]);
  }),
);

/**
 * The rules for a provider in the order in which they are tried; the general ones for a provider without its own.
 * @param provider - a `type` of the configuration, or another name of the vendor; case and dashes do not matter
 * @param vendor - whose error format it is. It selects the table where the provider is of type `openai` or of an unknown
 *   one, since its `baseUrl` may then be Google's endpoint that speaks OpenAI. Other tables handle what they relay.
 */
export function tableFor(provider: string, vendor?: 'google'): readonly Rule[] {
  const table = tables.get(provider) ?? tables.get(normalizedName(provider)) ?? generalRules;
  if (vendor === undefined || (table !== generalRules && table !== tables.get('openai'))) return table;
  return tables.get(vendor) ?? table;
}

/** Whether a provider's vendor has rules of its own. */
export function hasOwnTable(provider: string): boolean {
  return tables.has(normalizedName(provider));
}

/** Of `openai/gpt-5` and `azure:eu` the first part is the provider. */
function normalizedName(name: string): string {
  return (name.split(/[/:]/, 1)[0] ?? '').toLowerCase().replaceAll(/[^a-z\d]/g, '');
}
