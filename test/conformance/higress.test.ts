import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/load.ts';
import { leavingUnder, type Asked } from '../providers/leaving.ts';

/*
 * Configurations after the examples of the Higress plugin's documentation, as they are written there, and what has
 * to leave for its example requests. What is not valid YAML there is mended.
 */

interface Case {
  readonly asked?: Partial<Asked> & { readonly model?: string };
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
  dify: {
    asked: { model: 'gpt-3' },
    url: 'https://api.dify.ai/v1/chat-messages',
    headers: { authorization: 'Bearer YOUR_DIFY_API_TOKEN' },
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

void describe('a configuration of the Higress plugin runs unchanged:', () => {
  for (const [name, { asked = {}, url, headers = {}, body, warns }] of Object.entries(cases)) {
    void it(name, async () => {
      const text = readFileSync(new URL(`higress/${name}.yaml`, import.meta.url), 'utf8');
      const parsed = parseConfig(text, { env: {} });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      const warnings = parsed.warnings.map(({ path, expected }) => `${path}: ${expected}`).join('\n');
      if (warns === undefined) assert.equal(warnings, '');
      else assert.match(warnings, warns);
      const { model = 'm', ...more } = asked;
      const left = await leavingUnder(text, { path: '/v1/chat/completions', body: chat(model), ...more });
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
