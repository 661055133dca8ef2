import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { NAMED_OPTIONS } from '../../../src/config/pages/option-groups.ts';
import { editorSchema, pluginOptionsPage, referencePage } from '../../../src/config/pages/reference.ts';
import { fieldsOf, itemsOf, schemaAt } from '../../../src/config/schema/introspect.ts';
import { configSchema } from '../../../src/config/schema/schema.ts';
import { vendorFields } from '../../../src/config/schema/vendor-fields.ts';
import { accepted } from '../parsing.ts';

const docs = new URL('../../../docs/', import.meta.url);
const page = await readFile(new URL('CONFIGURATION.md', docs), 'utf8');
const pluginPage = await readFile(new URL('PLUGIN-OPTIONS.md', docs), 'utf8');

void test('the reference page and the editors’ schema are those of the options; `npm run docs` writes them', async () => {
  assert.equal(page, referencePage());
  assert.equal(pluginPage, pluginOptionsPage());
  assert.equal(await readFile(new URL('sparekey.schema.json', docs), 'utf8'), editorSchema());
});

void test('every example of the reference page is a valid configuration without warnings', () => {
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
  assert.equal(examples.length, 2);
  for (const example of examples) {
    const names = [...example.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? '');
    const env = Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
    assert.deepEqual(accepted(example, { env }).warnings, []);
  }
});

void test('every option has a meaning', () => {
  const [options = ''] = page.split('## Provider types');
  const rows = [options, pluginPage]
    .join('\n')
    .split('\n')
    .filter((line) => /^\| `\w+` \|/.test(line));
  assert.ok(rows.length > 50);
  for (const row of rows) assert.match(row, /\| [A-Z`][^|]*\. \|$/);
});

void test('every option of a provider is on one of the pages, once, and what is grouped is an option', () => {
  const names = Object.keys(
    fieldsOf(itemsOf(fieldsOf(configSchema)?.['providers'] ?? configSchema) ?? configSchema) ?? {},
  );
  assert.ok(names.length > 50);
  const written = [page, pluginPage].flatMap((text) =>
    text
      .split('\n## ')
      .filter((part) => /^(?:More of )?`providers\[\]`\n/.test(part))
      .flatMap((part) => [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? '')),
  );
  assert.deepEqual([...written, ...Object.keys(vendorFields)].toSorted(), names.toSorted());
  for (const [path, name] of NAMED_OPTIONS) {
    const parts = path.split('.').flatMap((part) => (part.endsWith('[]') ? [part.slice(0, -2), 0] : [part]));
    const at = path === '' ? [name] : [...parts, name];
    assert.ok(schemaAt(configSchema, at) !== undefined, at.join('.'));
  }
});

void test('every link within the page leads to a heading', () => {
  for (const text of [page, pluginPage]) {
    const anchors = new Set(
      [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
        (heading ?? '')
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor ?? '');
    assert.ok(links.length >= 2);
    assert.deepEqual(
      links.filter((link) => !anchors.has(link)),
      [],
    );
  }
});

void test('a configuration with every word in it is valid', () => {
  const text = `listen: 0.0.0.0:5397
admin: { listen: "[::1]:5398", token: \${ADMIN} }
state: sqlite:./sparekey.db
workers: 1
clients: [{ name: web, group: pages, key: \${WEB}, holdWhole: true }]
sharedResources: false
allowedHosts: [gateway.example.com]
log: { level: debug, format: json }
resourceAffinity: 90d
limits: { body: 10MB, replay: 1MiB, hold: 64KiB, holdWhole: 1MiB, holdWholeTime: 1m, waitForKey: 20s, waiting: 50, streamPing: 15s, connections: 5000, connectionsPerAddress: 500, memory: 1GiB, drain: 5s }
providers:
  - id: openai-main
    type: openai
    baseUrl: https://api.openai.com/v1
    apiTokens:
      - \${ONE}
      - { key: \${TWO}, name: team-b, weight: 2, quotaDomain: org-b, models: ["gpt-5*"], proxy: none }
    apiTokensFile: ./openai.keys
    proxy: http://user:\${ONE}@proxy.internal:3128
    modelMapping: { "gpt-4*": gpt-5, "*": "" }
    protocol: original
    passthrough: all
    customSettings: [{ name: max_tokens, value: 10, mode: raw, overwrite: false }]
    context: { fileUrl: "http://127.0.0.1/context.txt", serviceName: files, servicePort: 80 }
    contextCleanupCommands: [ "/new" ]
    mergeConsecutiveMessages: true
    reasoningContentMode: concat
    promoteThinkingOnEmpty: true
    hiclawMode: false
    disableStreamUsageStats: true
    logUpstreamErrorResponseBody: false
    capabilities: { openai/v1/embeddings: /v2/embed }
    modelCapabilities:
      - models: [ours]
        takes:
          maxOutputTokens: 8192
          maxTokensField: max_tokens
          efforts: [low, high]
          thinking: budget
          thinkingBudget: { min: 1024, max: 8192 }
          thinkingOff: true
          thinksUnasked: false
          thinkingSwitch: thinking
          toolsWhileThinking: true
          forcedTools: true
          parallelTools: true
          sampling: unless-thinking
          maxTemperature: 1.5
          temperatureWithTopP: false
          topK: true
          stopSequences: 4
          blankStops: false
          seedField: random_seed
          penalties: false
          userField: user_id
          fields: [model, messages]
          jsonMode: true
          jsonSchema: false
          jsonWithTools: false
          imageTypes: [image/png]
          documentPart: file
          videos: false
          cachePoints: 4
          cachesForAnHour: true
          wantsSignedCalls: true
          toolCallIds: { alphabet: word, minLength: 1, maxLength: 40 }
          toolNames: { alphabet: word, minLength: 1, maxLength: 64 }
          lateInstructions: system
          firstMessage: user
          lastMessage: any
          userAfterResult: true
          repeatedRoles: true
    passHeaders: [x-mine, "x-my-*"]
    basePath: /ai
    basePathHandling: prepend
    providerBasePath: /front
    providerDomain: api.example.com
    failover:
      enabled: true
      failureThreshold: 3
      successThreshold: 1
      healthCheckInterval: 5000
      healthCheckMaxInterval: 5m
      healthCheckTimeout: 5000
      healthCheckBudget: 500
      returnRamp: 30s
      healthCheckModel: gpt-5-nano
      cooldownDuration: 1h
      failoverOnStatus: ["429", "5.*"]
    retryOnFailure: { enabled: true, maxRetries: 2, retryTimeout: 30s, retryOnStatus: ["5.*"] }
    verdicts: [{ id: ours, when: { status: 403 }, class: billing }]
    choice: random
    affinity: session
    attempts: 3
    deadline: 5m
    connectTimeout: 2s
    firstOutputTimeout: 20s
    firstOutputFloor: 5s
    firstOutputGuess: 15s
    aliveTimeout: 4m
    idleTimeout: 1m
    timeout: 120000
    firstByteTimeout: 0
  - { id: custom, type: openai, openaiCustomUrl: example.com/v1 }
routes: [{ model: "claude-*", hosts: [api.example.com], paths: [/team-a], to: [{ provider: custom, contextWindow: 200000 }, openai-main], onContextLength: next, holdWhole: true }]
verdicts:
  - id: everything
    when:
      status: [403, 5xx]
      code: a
      type: b
      named: [c, "~^d"]
      message: e
      says: f
      headers: { x-reason: g }
      where: body
      form: json
      operation: chat.completions
      unless: { says: h }
    class: rate_limit
    scope: key_model
    retry: other-key
    wait: limits
    maxWait: 2h
activeProviderId: openai-main
`;
  const env = { ADMIN: 'a', WEB: 'w', ONE: 'one', TWO: 'two' };
  const tokenFiles = new Map([['/pool/openai.keys', { ok: true, text: 'three' } as const]]);
  const { config } = accepted(text, { env, path: '/pool/sparekey.yaml', tokenFiles });
  assert.equal(config.providers[0]?.apiTokens.length, 3);

  const [options = ''] = page.split('## Provider types');
  const words = [...options.matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word ?? '');
  assert.deepEqual(
    words.filter((word) => word !== 'provider' && !`${text}${vendors}`.includes(`${word}:`)),
    [],
  );
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** As Google's console gives it. */
const ACCOUNT = JSON.stringify({
  type: 'service_account',
  client_email: 'a@p.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://oauth2.googleapis.com/token',
});

/** Every option that only some types know. */
const vendors = `providers:
  - { id: a, type: openai, openaiCustomUrl: example.com/v1, responseJsonSchema: { type: json_object }, authHeaderKey: x-key }
  - { id: b, type: qwen, qwenDomain: dashscope-intl.aliyuncs.com, qwenEnableSearch: true, qwenEnableCompatible: false, qwenFileIds: [file-1] }
  - { id: c, type: doubao, doubaoDomain: ark.ap-southeast.bytepluses.com }
  - { id: d, type: zhipuai, zhipuDomain: api.z.ai, zhipuCodePlanMode: true }
  - { id: e, type: minimax, minimaxApiType: pro, minimaxGroupId: 1 }
  - { id: f, type: moonshot, moonshotFileId: file-1 }
  - { id: g, type: cloudflare, cloudflareAccountId: account-1 }
  - { id: h, type: ollama, ollamaServerHost: ollama.example.com, ollamaServerPort: 11435 }
  - { id: i, type: vllm, vllmServerHost: "vllm.example.com:8000" }
  - { id: j, type: vllm, vllmCustomUrl: https://vllm.example.com/proxy/v1/chat/completions }
  - { id: k, type: triton, tritonDomain: "triton.example.com:8000", tritonModelVersion: "2" }
  - { id: l, type: generic, genericHost: "http://127.0.0.1:8080" }
  - { id: m, type: dify, difyApiUrl: https://dify.example.com/v1, botType: Workflow, inputVariable: question, outputVariable: answer }
  - { id: n, type: deepl, targetLang: DE }
  - { id: o, type: openai-compatible, baseUrl: http://127.0.0.1:8000/v1 }
  - { id: p, type: azure, azureServiceUrl: "https://r.openai.azure.com/openai/deployments/d?api-version=1" }
  - { id: q, type: bedrock, awsRegion: eu-west-1, awsAccessKey: a, awsSecretKey: b, awsSessionToken: c, bedrockAdditionalFields: { top_k: 1 }, promptCacheRetention: in-memory, bedrockPromptCachePointPositions: { system_prompt: true } }
  - { id: r, type: claude, apiVersion: 2023-06-01, claudeCodeMode: true }
  - { id: s, type: gemini, geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: BLOCK_NONE }, geminiThinkingBudget: -1, inlineImageUrls: true, inlineImageHosts: [images.internal, 10.1.0.0/16, "fd12::/32"] }
  - { id: t, type: vertex, vertexRegion: us-central1, vertexProjectId: p, vertexTokenRefreshAhead: 30, vertexOpenAICompatible: true, vertexAuthServiceName: n, vertexAuthKey: ${JSON.stringify(ACCOUNT)} }
  - { id: u, type: hunyuan, hunyuanAuthId: i, hunyuanAuthKey: k }
  - { id: v, type: kling, klingAccessKey: a, klingSecretKey: s, klingTokenRefreshAhead: 60 }
activeProviderId: a
`;

void test('options of vendors are accepted, make base URLs, and warn where they change nothing', () => {
  const { config, warnings } = accepted(vendors);
  assert.deepEqual(
    config.providers.map(({ id, baseUrl }) => `${id} ${baseUrl}`),
    [
      'a https://example.com/v1',
      'b https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
      'c https://ark.ap-southeast.bytepluses.com/api/v3',
      'd https://api.z.ai/api/paas/v4',
      'e https://api.minimax.chat/v1',
      'f https://api.moonshot.cn/v1',
      'g https://api.cloudflare.com/client/v4/accounts/account-1/ai/v1',
      'h http://ollama.example.com:11435/v1',
      'i http://vllm.example.com:8000/v1',
      'j https://vllm.example.com/proxy/v1',
      'k http://triton.example.com:8000/v2',
      'l http://127.0.0.1:8080',
      'm https://dify.example.com/v1',
      'n https://api.deepl.com',
      'o http://127.0.0.1:8000/v1',
      'p https://r.openai.azure.com',
      'q https://bedrock-runtime.eu-west-1.amazonaws.com',
      'r https://api.anthropic.com/v1',
      's https://generativelanguage.googleapis.com/v1beta',
      't https://us-central1-aiplatform.googleapis.com',
      'u https://api.hunyuan.cloud.tencent.com/v1',
      'v https://api-singapore.klingai.com/v1',
    ],
  );
  assert.deepEqual(
    warnings.map(({ path }) => path),
    [
      'providers[0].authHeaderKey',
      // No route leads to it, and to those behind it.
      'providers[1]',
      'providers[5].moonshotFileId',
      'providers[19].vertexAuthServiceName',
      'providers[21].klingTokenRefreshAhead',
    ],
  );
});
