import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../src/config/load/load.ts';
import type { Loaded } from '../../../src/config/load/load.ts';
import { tryOutgoingUnder, type ClientRequest } from '../../providers/outgoing.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

/*
 * Configurations after the examples of the Higress plugin's documentation, as they are written there, and what has
 * to leave for its example requests. What is not valid YAML there is mended.
 */

interface Case {
  readonly asked?: Partial<ClientRequest> & { readonly model?: string };
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What is said of words that have no effect. */
  readonly warns?: RegExp;
}

const messages = [{ role: 'user', content: 'Hello, who are you?' }];

/** The body of the example requests, for a model. */
function chat(model: string): object {
  return { model, messages, temperature: 0.3 };
}

const cases: Readonly<Record<string, Case>> = {
  openai: {
    asked: { model: 'gpt-3' },
    url: 'https://api.openai.com/v1/chat/completions',
    headers: { authorization: 'Bearer YOUR_OPENAI_API_TOKEN' },
    body: chat('gpt-3'),
  },
  qwen: {
    asked: { model: 'gpt-4-something' },
    url: 'https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions',
    headers: { authorization: 'Bearer YOUR_QWEN_API_TOKEN' },
    body: chat('qwen-max'),
  },
  moonshot: {
    asked: { model: 'gpt-4-turbo' },
    url: 'https://api.moonshot.cn/v1/chat/completions',
    headers: { authorization: 'Bearer YOUR_MOONSHOT_API_TOKEN' },
    body: chat('moonshot-v1-32k'),
    warns: /moonshotFileId/,
  },
  claude: {
    asked: { path: '/v1/messages', body: { model: 'claude-3-opus-20240229', max_tokens: 1024, messages } },
    url: 'https://api.anthropic.com/v1/messages',
    headers: { 'x-api-key': 'YOUR_CLAUDE_API_TOKEN', 'anthropic-version': '2023-06-01' },
    body: { model: 'claude-3-opus-20240229', max_tokens: 1024, messages },
  },
  zhipuai: {
    asked: { model: 'gpt-3' },
    url: 'https://open.bigmodel.cn/api/paas/v4/chat/completions',
    headers: { authorization: 'Bearer YOUR_ZHIPU_API_TOKEN' },
    body: chat('glm-4-plus'),
  },
  deepl: {
    asked: {
      body: {
        model: 'Free',
        messages: [
          { role: 'system', content: 'money' },
          { content: 'sit by the bank' },
          { content: 'a bank in China' },
        ],
      },
    },
    url: 'https://api-free.deepl.com/v2/translate',
    headers: { authorization: 'DeepL-Auth-Key YOUR_DEEPL_API_TOKEN' },
    body: { text: ['sit by the bank', 'a bank in China'], target_lang: 'ZH', context: 'money' },
  },
  spark: {
    asked: { model: 'gpt-4o' },
    url: 'https://spark-api-open.xf-yun.com/v1/chat/completions',
    headers: { authorization: 'Bearer APIKey:APISecret' },
    body: chat('generalv3.5'),
  },
  cloudflare: {
    asked: { model: 'gpt-3.5' },
    url: 'https://api.cloudflare.com/client/v4/accounts/YOUR_CLOUDFLARE_ACCOUNT_ID/ai/v1/chat/completions',
    headers: { authorization: 'Bearer YOUR_WORKERS_AI_API_TOKEN' },
    body: chat('@cf/meta/llama-3-8b-instruct'),
  },
  ollama: {
    asked: { model: 'gpt-3' },
    url: 'http://127.0.0.1:11434/v1/chat/completions',
    body: chat('llama3'),
  },
  doubao: {
    asked: { model: 'gpt-4' },
    url: 'https://ark.cn-beijing.volces.com/api/v3/chat/completions',
    headers: { authorization: 'Bearer YOUR_DOUBAO_API_KEY' },
    body: chat('YOUR_DOUBAO_ENDPOINT'),
  },
  openrouter: {
    asked: { model: 'gpt-4' },
    url: 'https://openrouter.ai/api/v1/chat/completions',
    headers: { authorization: 'Bearer YOUR_OPENROUTER_API_KEY' },
    body: chat('openai/gpt-4-turbo-preview'),
  },
  github: {
    asked: { model: 'gpt-4' },
    url: 'https://models.inference.ai.azure.com/chat/completions',
    headers: { authorization: 'YOUR_GITHUB_ACCESS_TOKEN' },
    body: chat('Phi-3.5-MoE-instruct'),
  },
  hunyuan: {
    asked: { model: 'gpt-3' },
    url: 'https://hunyuan.tencentcloudapi.com/',
    headers: { 'x-tc-action': 'ChatCompletions' },
    body: {
      Model: 'hunyuan-lite',
      Messages: [{ Role: 'user', Content: 'Hello, who are you?' }],
      Stream: false,
      Temperature: 0.3,
    },
  },
  azure: {
    asked: { model: 'gpt-3' },
    url: 'https://your_resource_name.openai.azure.com/openai/deployments/YOUR_DEPLOYMENT_NAME/chat/completions?api-version=2024-02-15-preview',
    headers: { 'api-key': 'YOUR_AZURE_OPENAI_API_TOKEN' },
    body: chat('gpt-3'),
  },
  gemini: {
    asked: { model: 'gpt-3.5' },
    url: 'https://generativelanguage.googleapis.com/v1beta/models/gemini-pro:generateContent',
    headers: { 'x-goog-api-key': 'YOUR_GEMINI_API_TOKEN' },
    body: {
      safetySettings: [
        { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold: 'BLOCK_NONE' },
        { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' },
      ],
      generationConfig: { temperature: 0.3 },
      contents: [{ role: 'user', parts: [{ text: 'Hello, who are you?' }] }],
    },
  },
  bedrock: {
    asked: { model: 'us.anthropic.claude-3-5-haiku-20241022-v1:0' },
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-3-5-haiku-20241022-v1%3A0/converse',
    body: {
      additionalModelRequestFields: { top_k: 200 },
      system: [],
      messages: [{ role: 'user', content: [{ text: 'Hello, who are you?' }] }],
      inferenceConfig: { temperature: 0.3 },
      additionalModelResponseFieldPaths: ['/delta/stop_sequence'],
    },
  },
  vertex: {
    asked: { model: 'gemini-2.5-flash' },
    url: 'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash:generateContent?key=YOUR_API_KEY',
    body: {
      generationConfig: { temperature: 0.3 },
      contents: [{ role: 'user', parts: [{ text: 'Hello, who are you?' }] }],
    },
    warns: /vertexAuthServiceName/,
  },
  'vertex-images': {
    asked: {
      path: '/v1/images/generations',
      body: { model: 'dall-e-3', prompt: 'a cat in the sun', size: '1024x1024', n: 1 },
    },
    url: 'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.0-flash-exp:generateContent?key=YOUR_API_KEY',
    body: {
      contents: [{ role: 'user', parts: [{ text: 'a cat in the sun' }] }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
      safetySettings: ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT'].map((name) => ({
        category: `HARM_CATEGORY_${name}`,
        threshold: 'OFF',
      })),
    },
  },
  dify: {
    asked: { model: 'gpt-3' },
    url: 'https://api.dify.ai/v1/chat-messages',
    headers: { authorization: 'Bearer YOUR_DIFY_API_TOKEN' },
    body: undefined,
  },
  triton: {
    url: 'http://triton.example.com/v2/models/gpt2/versions/1/generate',
    headers: { authorization: 'Bearer ****' },
    body: undefined,
  },
  cleanup: {
    asked: {
      body: {
        model: 'gpt-3',
        messages: [
          { role: 'system', content: 'S' },
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
          { role: 'user', content: 'clear context' },
          { role: 'user', content: 'new topic' },
        ],
      },
    },
    url: 'https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions',
    body: {
      model: 'qwen-turbo',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'new topic' },
      ],
    },
    warns: /logUpstreamErrorResponseBody/,
  },
};

/** Beside those that the tokens of documentation are none. */
function warningsOf({ warnings }: Loaded): Loaded['warnings'] {
  return warnings.filter(({ expected }) => !expected.includes('an example of one'));
}

function textOf(name: string): string {
  return readFileSync(new URL(`higress/${name}.yaml`, import.meta.url), 'utf8');
}

function askedOf({ asked: { model = 'm', ...more } = {} }: Case): ClientRequest {
  return { path: '/v1/chat/completions', body: chat(model), ...more };
}

void describe('a configuration of the Higress plugin runs unchanged, by what would leave:', () => {
  for (const [name, given] of Object.entries(cases)) {
    const { url, headers = {}, body, warns } = given;
    void it(name, async () => {
      const text = textOf(name);
      const parsed = parseConfig(text, { env: {} });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      const warnings = warningsOf(parsed)
        .map(({ path, expected }) => `${path}: ${expected}`)
        .join('\n');
      if (warns === undefined) assert.equal(warnings, '');
      else assert.match(warnings, warns);
      const left = await tryOutgoingUnder(text, askedOf(given));
      assert.ok(typeof left === 'object', JSON.stringify(left));
      assert.equal(left.url, url);
      for (const [header, value] of Object.entries(headers))
        assert.equal(left.headers[header], value, header);
      if (Object.keys(headers).length === 0 && name === 'ollama')
        assert.ok(!('authorization' in left.headers));
      if (body !== undefined) assert.deepEqual(JSON.parse(left.body), body);
    });
  }
});

void describe('and over real sockets, with another host and nothing else:', () => {
  for (const [name, given] of Object.entries(cases)) {
    const { url, headers = {}, body } = given;
    void it(name, async (t) => {
      const upstream = await rawUpstream(t, ({ end }) =>
        end(rawAnswer('200 OK', ['content-type: application/json'], '{}')),
      );
      // One line more, at the provider's type.
      const text = textOf(name).replace(/^( *(?:- )?)(type: .*)$/m, (_, before: string, type: string) =>
        [before + type, `${before.replace('-', ' ')}providerDomain: ${upstream.origin}`].join('\n'),
      );
      const gateway = await gatewayFor(t, { yaml: () => text });
      const asked = askedOf(given);
      const { status } = await ask(gateway.url, asked);
      const [request, ...more] = upstream.requests;
      assert.ok(request, `nothing came, and the answer is ${status}`);
      assert.equal(more.length, 0);
      assert.equal(request.line, `POST ${url.slice(new URL(url).origin.length)} HTTP/1.1`);
      assert.equal(request.header('host'), new URL(upstream.origin).host);
      for (const [header, value] of Object.entries(headers))
        assert.equal(request.header(header), value, header);
      if (body !== undefined) assert.deepEqual(JSON.parse(request.body.toString()), body);
    });
  }
});

void describe('what Kubernetes holds', () => {
  void it('is read for everybody, with the provider that all its rules name', async () => {
    const text = textOf('wrapped');
    const parsed = parseConfig(text, { env: {} });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    const { activeProviderId, providers } = parsed.config;
    assert.equal(activeProviderId, 'my-groq');
    assert.deepEqual(providers[1]?.failover.failoverOnStatus, ['429']);
    assert.equal(providers[0]?.basePath, '/qwen');
    assert.deepEqual(
      warningsOf(parsed).map(({ path, line }) => [path, line]),
      [['spec.matchRules[0]', 26]],
    );
  });

  void it('has its mistakes named where they stand', () => {
    const parsed = parseConfig(textOf('wrapped').replace('type: groq', 'type: grok2'), { env: {} });
    assert.ok(!parsed.ok);
    const [problem] = parsed.problems;
    assert.deepEqual([problem?.path, problem?.line], ['providers[1].type', 15]);
  });
});

void describe('what the plugin signs is signed:', () => {
  for (const [name, begins] of [
    ['bedrock', 'AWS4-HMAC-SHA256 Credential=YOUR_AWS_ACCESS_KEY_ID/'],
    ['hunyuan', 'TC3-HMAC-SHA256 Credential=AKID0123456789abcdef0123456789abcdef/'],
  ] as const) {
    void it(name, async () => {
      const given = cases[name];
      assert.ok(given);
      const left = await tryOutgoingUnder(textOf(name), askedOf(given));
      assert.ok(typeof left === 'object');
      const { authorization = '' } = left.headers;
      assert.ok(authorization.startsWith(begins), authorization);
    });
  }
});
