import { bearer } from '../row.ts';
import type { ProviderType } from '../row.ts';

/** Types that customers host or name themselves, and those with an API of their own. */
export const ownTypes: readonly ProviderType[] = [
  {
    type: 'azure',
    alsoCalled: ['azureopenai', 'azureoai', 'aoai'],
    baseUrlOptions: [
      {
        option: 'azureServiceUrl',
        baseUrl: (url) => URL.parse(url)?.origin,
        // As the plugin names it.
        missing: 'a URL (missing azureServiceUrl)',
      },
    ],
    credential: { kind: 'header', name: 'api-key' },
    options: ['azureServiceUrl'],
    developerRole: true,
    // learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
    passedClientHeaders: ['x-ms-client-request-id', 'x-ms-oai-image-generation-deployment'],
    chatsAsWritten: true,
    notes:
      "Azure OpenAI. The deployment is that of `azureServiceUrl`, or else the model, mapped. With the base `/openai/v1` it has OpenAI's API.",
  },
  {
    type: 'azure-ai-foundry',
    alsoCalled: ['azureai', 'foundry', 'aifoundry', 'azurefoundry'],
    credential: { kind: 'header', name: 'api-key' },
    // learn.microsoft.com/rest/api/aifoundry/model-inference
    passedClientHeaders: [
      'extra-parameters',
      'x-ms-client-request-id',
      'x-ms-oai-image-generation-deployment',
    ],
    notes:
      "Its base URL is that of a resource: `https://NAME.services.ai.azure.com/openai/v1`. Deployments whose names begin with `claude` have Anthropic's API, at `/anthropic/v1` beside it.",
  },
  {
    type: 'bedrock',
    alsoCalled: ['aws', 'amazon', 'awsbedrock', 'amazonbedrock'],
    keyPrefixes: ['ABSK'],
    baseUrlOptions: [
      {
        option: 'awsRegion',
        baseUrl: (region) => `https://bedrock-runtime.${region}.amazonaws.com`,
        besideBaseUrl: true,
      },
    ],
    credential: bearer,
    keyOptions: { parts: ['awsAccessKey', 'awsSecretKey'], optionalPart: 'awsSessionToken' },
    options: [
      'awsAccessKey',
      'awsRegion',
      'awsSecretKey',
      'awsSessionToken',
      'bedrockAdditionalFields',
      'bedrockPromptCachePointPositions',
      'inlineImageHosts',
      'inlineImageUrls',
      'promptCacheRetention',
    ],
    ownPathsOnly: true,
    speaks: 'bedrock',
    offers: [],
    notes:
      'Converse; Anthropic’s own API at `bedrock-mantle`, for clients of Anthropic and models named as it names them (`anthropic.claude-opus-4-8`, without region and version); embeddings of Titan and Cohere, and images of Nova Canvas, Titan and Stability. Clients may ask for its own operations themselves, at `/model/MODEL/converse` and so on. A key is a Bedrock API key, or `ACCESS:SECRET` (with `:SESSION` behind temporary ones), by which each attempt is signed (SigV4).',
  },
  {
    type: 'coze',
    alsoCalled: ['kouzi'],
    baseUrl: 'https://api.coze.cn',
    env: 'COZE_API_TOKEN',
    credential: bearer,
    speaks: 'own',
    offers: ['chat.completions'],
    notes:
      "Chat alone: the model is the id of a bot, and the answer is read from Coze's stream whether or not the client asked for one. Outside of China it is `baseUrl: https://api.coze.com`.",
  },
  {
    type: 'deepl',
    // developers.deepl.com/api-reference/usage-and-quota.
    freeCall: { name: 'deepl.usage', path: '/v2/usage' },
    baseUrl: 'https://api.deepl.com',
    credential: { kind: 'scheme', scheme: 'DeepL-Auth-Key' },
    options: ['targetLang'],
    keyless: true,
    speaks: 'own',
    offers: ['chat.completions'],
    notes:
      'Chat alone: what users say is translated into `targetLang`, and system messages are its context. The model `Free` or `Pro` says which host is asked; for any other it is the key, which ends in `:fx` for the free one.',
  },
  {
    type: 'dify',
    baseUrl: 'https://api.dify.ai/v1',
    baseUrlOptions: [{ option: 'difyApiUrl', baseUrl: (host) => `${host}/v1` }],
    env: 'DIFY_API_KEY',
    credential: bearer,
    options: ['botType', 'difyApiUrl', 'inputVariable', 'outputVariable'],
    speaks: 'own',
    offers: ['chat.completions'],
    notes:
      'Chat alone: an application of Dify answers it, `botType` says of which kind. The header `ConversationId` continues a conversation.',
  },
  {
    type: 'generic',
    baseUrlOptions: [{ option: 'genericHost' }],
    credential: bearer,
    options: ['genericHost'],
    keyless: true,
    developerRole: true,
    // It is sent what clients send.
    refusesStreamUsage: true,
    needsNoModel: true,
    ownPathsOnly: true,
    takesExtraContent: true,
    chatsAsWritten: true,
    notes:
      'Every path goes on as the client wrote it, and so does the model. Chats of Anthropic’s clients (`/v1/messages`) become OpenAI’s, as in the Higress plugin; with `capabilities: { anthropic/v1/messages: /v1/messages }` or `protocol: original` they go on as well.',
  },
  {
    type: 'hunyuan',
    alsoCalled: ['tencent', 'tencentcloud'],
    baseUrl: 'https://api.hunyuan.cloud.tencent.com/v1',
    env: 'HUNYUAN_API_KEY',
    ownModels: ['hunyuan-*'],
    credential: bearer,
    keyOptions: { parts: ['hunyuanAuthId', 'hunyuanAuthKey'] },
    options: ['hunyuanAuthId', 'hunyuanAuthKey'],
    ownPathsOnly: true,
    offers: ['chat.completions', 'embeddings', 'models.*'],
    notes:
      "With `hunyuanAuthId` and `hunyuanAuthKey` requests are signed (TC3-HMAC-SHA256) and go to Tencent Cloud's own API instead: chat alone, and of text.",
  },
  {
    type: 'kling',
    baseUrl: 'https://api-singapore.klingai.com/v1',
    credential: bearer,
    keyOptions: { parts: ['klingAccessKey', 'klingSecretKey'] },
    options: ['klingAccessKey', 'klingSecretKey', 'klingTokenRefreshAhead'],
    ownPathsOnly: true,
    speaks: 'own',
    // app.klingai.com/global/dev/document-api: the list of one's tasks.
    freeCall: { name: 'kling.text2video.list', path: '/videos/text2video', query: '?pageNum=1&pageSize=1' },
    offers: ['images.generations', 'videos.create', 'videos.retrieve'],
    notes:
      "Tasks of images and videos, asked for at its own paths (`/v1/videos/text2video`, `/v1/videos/image2video`, `/v1/images/generations`, and each with the id of a task behind it) or at OpenAI's `/v1/videos`: what a video is made from says which task that is, and its id says so from then on (`kling-t2v-…`, `kling-i2v-…`), or `?kling_task_type=image2video` beside an id of Kling's own. Answers are Kling's, with OpenAI's members beside; the video itself is at the URL in them. OpenAI's `seconds`, `size` and `input_reference` become the duration (5 or 10, 3 to 15 of `kling-v3`), the format and the image. A key is a token, or `ACCESS:SECRET`, from which one is made for each attempt.",
  },
  {
    type: 'ollama',
    baseUrlOptions: [
      {
        option: 'ollamaServerHost',
        baseUrl: (host) => `${host}/v1`,
        port: { option: 'ollamaServerPort', usual: 11_434 },
      },
    ],
    credential: bearer,
    options: ['ollamaServerHost', 'ollamaServerPort'],
    keyless: true,
    offers: ['chat.completions', 'completions', 'embeddings', 'responses.create', 'models.*'],
    anthropic: { basePath: '/v1', offers: ['messages.create'] },
    own: { basePath: '', offers: ['ollama.*'] },
    chatsAsWritten: true,
    notes: 'Clients may speak its own API as well, without what changes its models.',
  },
  {
    type: 'triton',
    alsoCalled: ['tritoninferenceserver', 'tis'],
    baseUrlOptions: [{ option: 'tritonDomain', baseUrl: (host) => `${host}/v2` }],
    credential: bearer,
    options: ['tritonDomain', 'tritonModelVersion'],
    keyless: true,
    speaks: 'own',
    offers: ['chat.completions'],
    notes:
      "Chat alone, by Triton's generate extension: the text of the last message goes in, without a template. Clients may ask for `generate`, `generate_stream` and `infer` themselves.",
  },
  {
    type: 'vertex',
    alsoCalled: ['vertexai', 'googlevertex', 'googlevertexai', 'gcp', 'googlecloud'],
    keyPrefixes: ['AIza'],
    baseUrl: 'https://aiplatform.googleapis.com',
    baseUrlOptions: [
      {
        option: 'vertexRegion',
        baseUrl: (region) => `https://${region === 'global' ? '' : `${region}-`}aiplatform.googleapis.com`,
        besideBaseUrl: true,
      },
    ],
    credential: bearer,
    keyOptions: { parts: ['vertexAuthKey'] },
    options: [
      'geminiSafetySetting',
      'inlineImageHosts',
      'inlineImageUrls',
      'vertexAuthKey',
      'vertexAuthServiceName',
      'vertexOpenAICompatible',
      'vertexProjectId',
      'vertexRegion',
      'vertexTokenRefreshAhead',
    ],
    ownPathsOnly: true,
    // docs.cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput
    passedClientHeaders: ['x-vertex-ai-llm-request-type', 'x-vertex-ai-llm-shared-request-type'],
    speaks: 'gemini',
    takesExtraContent: true,
    notes:
      "A key is an API key of express mode, or a service account: `vertexAuthKey`, or its JSON, or base64 of that, among `apiTokens`. The former goes to the global endpoint, whatever `vertexRegion` says. Models whose names begin with `claude` have Anthropic's API. Clients may ask for the models of any publisher themselves, by `rawPredict` and `streamRawPredict`. OpenAI's images are made by Imagen and by Gemini's models for images, but not with `vertexOpenAICompatible`.",
  },
  {
    type: 'vllm',
    baseUrlOptions: [
      { option: 'vllmCustomUrl' },
      { option: 'vllmServerHost', baseUrl: (host) => `${host}/v1` },
    ],
    credential: bearer,
    options: ['vllmCustomUrl', 'vllmServerHost'],
    keyless: true,
    anthropic: { basePath: '/v1', offers: ['messages.create', 'messages.count_tokens'] },
    own: { basePath: '', offers: ['vllm.*'] },
    // `model` is optional there: docs.vllm.ai/en/stable/api/vllm/entrypoints/openai/protocol
    needsNoModel: true,
    chatsAsWritten: true,
  },
];
