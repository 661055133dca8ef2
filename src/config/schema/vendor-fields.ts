import { z } from 'zod';
import { cachePositionOf, cacheRetentionOf } from '../../catalog/prompt-cache.ts';
import type { CachePosition } from '../../catalog/prompt-cache.ts';
import { region, serviceAccount } from './patterns.ts';
import { flag, integer, kinds, secret, text, keyword } from './scalars.ts';
import { imageHost } from './image-host.ts';
import { azureUrl, hostUrl, openaiCustomUrl } from './urls.ts';

/**
 * Options of a provider that only some types know: each once. Which types those are is said by `options` of their rows
 * in `catalog/`. Their names are those of the Higress plugin.
 */
export const vendorFields = {
  apiVersion: text('a version').exactOptional().meta({
    description:
      "The version of its API: for `type: claude` the header `anthropic-version`, in place of the client's (`claudeVersion` says the same); for `type: gemini` the last part of `baseUrl`, such as `v1`.",
  }),
  authHeaderKey: text('the name of a header').exactOptional().meta({
    description: 'No effect: the plugin declares it and does not read it.',
  }),
  awsAccessKey: secret('an access key id').exactOptional().meta({
    description: 'For `type: bedrock`, beside `awsSecretKey`: one more key of the pool.',
  }),
  awsRegion: region().exactOptional().meta({
    description: 'The region of `type: bedrock`, such as `us-east-1`. Required unless `baseUrl` names it.',
  }),
  awsSecretKey: secret('a secret access key')
    .exactOptional()
    .meta({ description: 'For `type: bedrock`, beside `awsAccessKey`.' }),
  awsSessionToken: secret('a session token')
    .exactOptional()
    .meta({ description: 'For `type: bedrock`, beside temporary keys.' }),
  azureServiceUrl: azureUrl().exactOptional().meta({
    description:
      'For `type: azure`: the URL of a resource, of a deployment, of one operation of a deployment, or one that ends in `/openai/v1`. All but the last with `api-version`.',
  }),
  bedrockAdditionalFields: z
    .record(z.string(), z.unknown(), { error: 'a map of fields' })
    .register(kinds, { kind: 'map' })
    .exactOptional()
    .meta({
      description: 'Fields for the model that Converse does not know, for `type: bedrock`, such as `top_k`.',
    }),
  bedrockPromptCachePointPositions: z
    .record(z.string(), flag(), { error: 'a map of positions to true or false' })
    .transform((written, context) => {
      const positions: CachePosition[] = [];
      for (const [name, isOn] of Object.entries(written)) {
        const position = cachePositionOf(name);
        if (position === undefined)
          context.addIssue({
            code: 'custom',
            message: 'one of systemPrompt, lastUserMessage, lastMessage',
            path: [name],
          });
        else if (isOn) positions.push(position);
      }
      return positions;
    })
    .register(kinds, { kind: 'map of positions to true or false' })
    .exactOptional()
    .meta({
      description:
        'For `type: bedrock`: behind what marks for the cache are put: `systemPrompt`, `lastUserMessage`, `lastMessage`. Absent: behind the system prompt. Only with `promptCacheRetention`, or where a request has `prompt_cache_retention`, and none where a client sets marks itself (`cache_control`).',
    }),
  botType: keyword(['Chat', 'Agent', 'Completion', 'Workflow']).exactOptional().meta({
    description: 'What kind of application answers, for `type: dify`. Absent: `Chat`.',
  }),
  claudeCodeMode: flag().exactOptional().meta({
    description: 'For `type: claude`: keys are OAuth tokens of Claude Code, and requests look as its own do.',
  }),
  cloudflareAccountId: text('an account id').exactOptional().meta({
    description: 'The account that Workers AI belongs to, for `type: cloudflare`: a part of the path.',
  }),
  difyApiUrl: hostUrl('https').exactOptional().meta({
    description: 'Where Dify answers, for `type: dify`: with or without `https://`; a path is left out.',
  }),
  doubaoDomain: hostUrl('https').exactOptional().meta({
    description: 'Another host, for `type: doubao`.',
  }),
  geminiSafetySetting: z
    .record(z.string(), z.string({ error: 'a threshold' }), { error: 'a map of categories to thresholds' })
    .register(kinds, { kind: 'map of categories to thresholds' })
    .exactOptional()
    .meta({
      description:
        'For `type: gemini` and `vertex`: thresholds by category, in requests that set none themselves.',
    }),
  geminiThinkingBudget: integer({ min: -1, max: 1_000_000 }).exactOptional().meta({
    description:
      'For `type: gemini`: tokens for thinking, in requests that do not say; -1 lets the model decide.',
  }),
  genericHost: hostUrl('https', 'path').exactOptional().meta({
    description: 'Where everything goes, for `type: generic`: a host, or a URL.',
  }),
  hunyuanAuthId: secret('a secret id').exactOptional().meta({
    description: 'For `type: hunyuan`, beside `hunyuanAuthKey`: requests are signed (TC3).',
  }),
  hunyuanAuthKey: secret('a secret key')
    .exactOptional()
    .meta({ description: 'For `type: hunyuan`, beside `hunyuanAuthId`.' }),
  inlineImageHosts: z.array(imageHost(), { error: 'a list of hosts and networks' }).exactOptional().meta({
    description:
      'Hosts (`images.internal`), addresses and networks (`10.1.0.0/16`) that `inlineImageUrls` may fetch from although they are not public. A host or an address that stands here may be asked by `http:` and at any port.',
  }),
  inlineImageUrls: flag().exactOptional().meta({
    description:
      'For `type: gemini`, `vertex` and `bedrock`: images that chats of OpenAI and Anthropic clients name by a URL are fetched by the gateway and sent within the request. Only from the public internet and by `https:`, unless `inlineImageHosts` says more.',
  }),
  inputVariable: text('the name of a variable').exactOptional().meta({
    description: 'The variable of a workflow that the messages go into, for `type: dify`. Absent: `query`.',
  }),
  klingAccessKey: secret('an access key').exactOptional().meta({
    description: 'For `type: kling`, beside `klingSecretKey`: one more key of the pool.',
  }),
  klingSecretKey: secret('a secret key')
    .exactOptional()
    .meta({ description: 'For `type: kling`, beside `klingAccessKey`.' }),
  klingTokenRefreshAhead: integer({ min: 0, max: 1700 }).exactOptional().meta({
    description: 'No effect: a token is made for each request of `type: kling`, and lasts half an hour.',
  }),
  minimaxApiType: keyword(['v2', 'pro']).exactOptional().meta({
    description:
      'Which of its APIs chats go to, for `type: minimax`: `pro` is the older one, of text alone; what it has no words for goes to `v2` all the same. Absent: `v2`.',
  }),
  minimaxGroupId: text('a group id').exactOptional().meta({
    description: 'The group whose keys these are, for `minimaxApiType: pro`.',
  }),
  moonshotFileId: text('a file id').exactOptional().meta({
    description: 'No effect, as in the present plugin: a client may send the file’s content itself.',
  }),
  ollamaServerHost: hostUrl('http').exactOptional().meta({
    description: 'The host of `type: ollama`; another way to say `baseUrl`.',
  }),
  ollamaServerPort: integer({ min: 1, max: 65_535 }).exactOptional().meta({
    description: 'The port beside `ollamaServerHost`. Absent: 11434.',
  }),
  openaiCustomUrl: openaiCustomUrl().exactOptional().meta({
    description:
      'Another way to say `baseUrl`, for `type: openai`: with or without `https://`, and with or without the suffix of an operation.',
  }),
  outputVariable: text('the name of a variable').exactOptional().meta({
    description: 'The variable of a workflow that is the answer, for `type: dify`. Absent: `text`.',
  }),
  promptCacheRetention: z
    .string({ error: 'in_memory or 24h' })
    .transform((written, context) => {
      const retention = cacheRetentionOf(written);
      if (retention !== undefined) return retention;
      context.addIssue({ code: 'custom', message: 'in_memory or 24h' });
      return z.NEVER;
    })
    .register(kinds, { kind: '`in_memory` or `24h`' })
    .exactOptional()
    .meta({
      description:
        'For `type: bedrock`: how long prompts are cached of requests without `prompt_cache_retention`: `in_memory` is five minutes, `24h` an hour where the model takes that. Absent: nothing is marked for the cache.',
    }),
  qwenDomain: hostUrl('https').exactOptional().meta({
    description: 'Another host, for `type: qwen`, such as `dashscope-intl.aliyuncs.com`.',
  }),
  qwenEnableCompatible: flag().exactOptional().meta({
    description:
      'Whether chats and embeddings go to the compatible mode, for `type: qwen`. With `false` they are converted to DashScope’s own API, but for what that has no words for and what is larger than 2 MiB. Absent: `true`.',
  }),
  qwenEnableSearch: flag().exactOptional().meta({
    description:
      'Has the model search the web, for `type: qwen`: `enable_search` in chat completions that do not say so themselves.',
  }),
  qwenFileIds: z.array(text('a file id'), { error: 'a list of file ids' }).exactOptional().meta({
    description:
      'Files that `qwen-long` is to know, for `type: qwen` with `qwenEnableCompatible: false`: they are named in a system message of each of its chats.',
  }),
  responseJsonSchema: z
    .record(z.string(), z.unknown(), { error: 'a map, such as { type: json_object }' })
    .register(kinds, { kind: 'map' })
    .exactOptional()
    .meta({
      description:
        'What `response_format` is set to in chat completions, whatever clients write; for `type: openai` and `longcat`.',
    }),
  targetLang: text('a language').exactOptional().meta({
    description: 'The language that is translated into, such as `DE`. Required for `type: deepl`.',
  }),
  tritonDomain: hostUrl('http').exactOptional().meta({
    description: 'Host and port of `type: triton`; another way to say `baseUrl`.',
  }),
  tritonModelVersion: text('a version').exactOptional().meta({
    description: 'The version of the model that `type: triton` is asked for. Absent: its own choice.',
  }),
  vertexAuthKey: serviceAccount().exactOptional().meta({
    description:
      'For `type: vertex`: the JSON of a service account, as Google gives it; one more key of the pool.',
  }),
  vertexAuthServiceName: text('a name')
    .exactOptional()
    .meta({ description: 'No effect: it names what the plugin fetches tokens through.' }),
  vertexOpenAICompatible: flag().exactOptional().meta({
    description:
      'For `type: vertex`: chats go to its OpenAI-compatible endpoint, which takes service accounts alone.',
  }),
  vertexProjectId: text('a project id')
    .exactOptional()
    .meta({ description: 'For `type: vertex`. Absent: that of the service account.' }),
  vertexRegion: region().exactOptional().meta({
    description: 'For `type: vertex`, such as `us-central1`, or `global`. Required for service accounts.',
  }),
  vertexTokenRefreshAhead: integer({ min: 0, max: 3000 }).exactOptional().meta({
    description:
      'For `type: vertex`: how long before its end an access token is renewed. Seconds; absent: 60.',
  }),
  vllmCustomUrl: openaiCustomUrl('http').exactOptional().meta({
    description:
      'Another way to say `baseUrl`, for `type: vllm`: with or without `http://`, and with or without the suffix of an operation.',
  }),
  vllmServerHost: hostUrl('http').exactOptional().meta({
    description: 'Host and port of `type: vllm`, whose paths begin with `/v1`; another way to say `baseUrl`.',
  }),
  zhipuCodePlanMode: flag().exactOptional().meta({
    description: 'Sends chat completions to the endpoint of the coding plan, for `type: zhipuai`.',
  }),
  zhipuDomain: hostUrl('https').exactOptional().meta({
    description: 'Another host, for `type: zhipuai`, such as `api.z.ai`.',
  }),
};
