import { anthropicRules } from './anthropic.ts';
import { azureRules } from './azure.ts';
import { baiduRules } from './baidu.ts';
import { bedrockRules } from './bedrock.ts';
import { cloudflareRules } from './cloudflare.ts';
import { cohereRules } from './cohere.ts';
import { doubaoRules } from './doubao.ts';
import { fireworksRules } from './fireworks.ts';
import { generalRules } from './general.ts';
import { googleRules } from './google.ts';
import { groqRules } from './groq.ts';
import { huaweiRules } from './huawei.ts';
import { huggingfaceRules } from './huggingface.ts';
import { minimaxRules } from './minimax.ts';
import { mistralRules } from './mistral.ts';
import { moonshotRules } from './moonshot.ts';
import { nvidiaRules } from './nvidia.ts';
import { ollamaRules } from './ollama.ts';
import { openaiRules } from './openai.ts';
import { openrouterRules } from './openrouter.ts';
import { qwenRules } from './qwen.ts';
import type { Rule } from './rule.ts';
import { siliconflowRules } from './siliconflow.ts';
import { sparkRules } from './spark.ts';
import { tencentRules } from './tencent.ts';
import { watsonxRules } from './watsonx.ts';
import { xaiRules } from './xai.ts';
import { zhipuRules } from './zhipu.ts';

/** Rules of a provider's own, and every name it goes by. The first name is its table's. */
interface Family {
  readonly names: readonly string[];
  readonly rules: readonly Rule[];
}

/** Providers that have words of their own. The general table stands behind each. */
const families: readonly Family[] = [
  { names: ['openai', 'openai-codex', 'codex', 'chatgpt'], rules: openaiRules },
  { names: ['azure', 'azure-openai', 'azure-ai', 'github', 'github-models'], rules: azureRules },
  { names: ['anthropic', 'claude', 'claude-code'], rules: anthropicRules },
  {
    names: [
      'google',
      'gemini',
      'google-ai-studio',
      'gemini-cli',
      'code-assist',
      'antigravity',
      'vertex',
      'vertex-ai',
    ],
    rules: googleRules,
  },
  { names: ['bedrock', 'aws', 'aws-bedrock', 'amazon-bedrock', 'kiro'], rules: bedrockRules },
  { names: ['xai', 'grok', 'x-ai'], rules: xaiRules },
  { names: ['openrouter'], rules: openrouterRules },
  { names: ['qwen', 'dashscope', 'alibaba', 'aliyun', 'bailian'], rules: qwenRules },
  { names: ['moonshot', 'kimi', 'kimi-code'], rules: moonshotRules },
  { names: ['zhipu', 'zhipuai', 'zai', 'bigmodel', 'glm'], rules: zhipuRules },
  { names: ['minimax'], rules: minimaxRules },
  { names: ['baidu', 'qianfan', 'ernie', 'wenxin'], rules: baiduRules },
  { names: ['doubao', 'volcengine', 'ark', 'byteplus'], rules: doubaoRules },
  { names: ['hunyuan', 'tencent'], rules: tencentRules },
  { names: ['spark', 'xunfei', 'iflytek'], rules: sparkRules },
  { names: ['mistral', 'mistralai'], rules: mistralRules },
  { names: ['groq'], rules: groqRules },
  { names: ['cohere'], rules: cohereRules },
  { names: ['fireworks', 'fireworks-ai'], rules: fireworksRules },
  { names: ['siliconflow', 'siliconcloud'], rules: siliconflowRules },
  { names: ['huggingface', 'hugging-face', 'hf'], rules: huggingfaceRules },
  { names: ['ollama', 'ollama-cloud'], rules: ollamaRules },
  { names: ['cloudflare', 'workers-ai'], rules: cloudflareRules },
  { names: ['watsonx', 'ibm'], rules: watsonxRules },
  { names: ['huawei', 'huawei-maas', 'modelarts'], rules: huaweiRules },
  { names: ['nvidia', 'nvidia-nim', 'nim'], rules: nvidiaRules },
];

/** Every rule set with its own name, the general one last: for tests and documentation. */
export const ruleSets: readonly (readonly [name: string, rules: readonly Rule[]])[] = [
  ...families.map(({ names, rules }): [string, readonly Rule[]] => [names[0] ?? '', rules]),
  ['general', generalRules],
];

const tables: ReadonlyMap<string, readonly Rule[]> = new Map(
  families.flatMap(({ names, rules }) => {
    const table = [...rules, ...generalRules];
    return names.map((name): [string, readonly Rule[]] => [plain(name), table]);
  }),
);

/**
 * The rules for a provider in the order they are tried; the general ones for a provider without its own.
 * @param provider a type of the configuration, or a name people call the provider by; case and dashes do not matter
 */
export function tableFor(provider: string): readonly Rule[] {
  return tables.get(provider) ?? tables.get(plain(provider)) ?? generalRules;
}

/** Whether a provider has rules of its own. */
export function hasOwnTable(provider: string): boolean {
  return tables.has(plain(provider));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]/g, '');
}
