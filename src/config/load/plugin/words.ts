import { providerTypes } from '../../../catalog/provider-types.ts';
import { describeOption, fieldNamesAt, itemsOf, schemaAt } from '../../schema/introspect.ts';
import type { Schema } from '../../schema/introspect.ts';
import { configSchema } from '../../schema/schema.ts';
import { isFields } from './fields.ts';
import type { Fields } from './fields.ts';
import { nearest } from '../nearest.ts';
import { hasUnit } from './values.ts';

/*
 * What configurations of the Higress plugin say, by what its code reads (`FromJson` of its configuration and of its parts). Whose
 * a configuration is follows from that: it is the plugin's until it says a word that Sparekey alone knows.
 */

/** The words of a map, and those of the maps in it, by the word at which they stand. */
export interface Words {
  readonly names: ReadonlySet<string>;
  readonly within: ReadonlyMap<string, Words>;
}

/** Older and other names of a provider's options, and those of the schema. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['apiToken', 'apiTokens'],
  ['claudeVersion', 'apiVersion'],
  ['subPath', 'basePath'],
  ['version', 'apiVersion'],
  ['vertexGeminiSafetySetting', 'geminiSafetySetting'],
]);

function words(names: string, within: Readonly<Record<string, Words>> = {}): Words {
  return { names: new Set(names.split(/\s+/)), within: new Map(Object.entries(within)) };
}

export const PROVIDER_WORDS = words(
  `apiTokens apiVersion authHeaderKey awsAccessKey awsRegion awsSecretKey azureServiceUrl basePath basePathHandling
  bedrockAdditionalFields bedrockPromptCachePointPositions botType capabilities claudeCodeMode cloudflareAccountId context
  contextCleanupCommands customSettings difyApiUrl disableStreamUsageStats doubaoDomain failover firstByteTimeout
  geminiSafetySetting geminiThinkingBudget genericHost hiclawMode hunyuanAuthId hunyuanAuthKey id inputVariable
  klingAccessKey klingSecretKey klingTokenRefreshAhead logUpstreamErrorResponseBody mergeConsecutiveMessages
  minimaxApiType minimaxGroupId modelMapping moonshotFileId ollamaServerHost ollamaServerPort openaiCustomUrl
  outputVariable promoteThinkingOnEmpty promptCacheRetention protocol providerBasePath providerDomain qwenDomain
  qwenEnableCompatible qwenEnableSearch qwenFileIds reasoningContentMode responseJsonSchema retryOnFailure targetLang
  timeout tritonDomain tritonModelVersion type vertexAuthKey vertexAuthServiceName vertexOpenAICompatible vertexProjectId
  vertexRegion vertexTokenRefreshAhead vllmCustomUrl vllmServerHost zhipuCodePlanMode zhipuDomain`,
  {
    // A token is a text there, and never a map.
    apiTokens: words(''),
    context: words('fileUrl serviceName servicePort'),
    customSettings: words('mode name overwrite value'),
    failover: words(
      `cooldownDuration enabled failoverOnStatus failureThreshold healthCheckInterval healthCheckModel
      healthCheckTimeout successThreshold`,
    ),
    retryOnFailure: words('enabled maxRetries retryOnStatus retryTimeout'),
  },
);

export const PLUGIN_WORDS = words('activeProviderId provider providers', {
  provider: PROVIDER_WORDS,
  providers: PROVIDER_WORDS,
});

const PLUGIN_TYPES = words(
  `ai360 azure baichuan baidu bedrock claude cloudflare cohere coze deepl deepseek dify doubao fireworks galadriel gemini
  generic github grok groq hunyuan kling longcat minimax mistral moonshot ollama openai openrouter qwen spark stepfun
  together-ai triton vertex vllm yi zhipuai`,
).names;

/** Whether a configuration, out of its wrapping, says nothing that is Sparekey's alone, be it misspelt. */
export function isPluginConfig(config: Fields): boolean {
  return !saysOwn(config, configSchema, PLUGIN_WORDS);
}

function saysOwn(map: Fields, schema: Schema, { names, within }: Words): boolean {
  const known = fieldNamesAt(schema, []);
  return Object.entries(map).some(([name, value]) => {
    const word = ALIASES.get(name) ?? name;
    if (!names.has(word)) {
      const near = nearest(word, known);
      return near !== undefined && !names.has(near);
    }
    const option = schemaAt(schema, [word]);
    if (option === undefined) return false;
    const inside = within.get(word);
    if (inside === undefined) return isOwnValue(word, value, option);
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.filter(isFields).some((item) => saysOwn(item, itemsOf(option) ?? option, inside));
  });
}

/** A type that the plugin does not have, or a duration with a unit. */
function isOwnValue(word: string, value: unknown, option: Schema): boolean {
  if (typeof value !== 'string') return false;
  if (word === 'type') return providerTypes.has(value) && !PLUGIN_TYPES.has(value);
  return hasUnit(value, describeOption(option).kind);
}
