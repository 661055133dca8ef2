import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { openAdapter } from '../../../src/providers/open-adapter.ts';
import { parseConfig } from '../../../src/config/load/load.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

/*
 * The other shapes of configuration that the documentation of the Higress plugin shows, beside those of `higress.test.ts`, each
 * as small as it can be: `check` accepts them, and a request is served, with the right host, path and credential. Real names stand
 * where the documentation has placeholders that are neither a host nor a key.
 */

interface Shape {
  readonly config: object;
  readonly host: string;
  /** Of what leaves for a chat, or for `asked`. */
  readonly path: string;
  readonly credential: readonly [header: string, value: string];
  readonly model?: string;
  readonly asked?: { readonly path: string; readonly body: object };
  /** What the provider answers; a chat completion unless it is said here. */
  readonly answer?: object;
  /** The paths that are warned of. */
  readonly warned?: readonly string[];
}

const messages = [{ role: 'user', content: 'Hello' }];
const bearer = (token: string): Shape['credential'] => ['authorization', `Bearer ${token}`];

const completion = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const anthropicMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
const geminiAnswer = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
};
const converseAnswer = {
  output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
};

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
/** A service account; where its tokens come from is filled in when the provider runs. */
const ACCOUNT = {
  type: 'service_account',
  project_id: 'project',
  private_key_id: 'id',
  private_key: privateKey,
  client_email: 'account@project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};
const byAccount = {
  type: 'vertex',
  vertexAuthKey: JSON.stringify(ACCOUNT),
  vertexRegion: 'us-central1',
  vertexProjectId: 'project',
  vertexAuthServiceName: 'auth.dns',
};

/** A provider that speaks OpenAI and wants a bearer token. */
function plain(type: string, host: string, path: string, modelMapping: object = {}, model = 'gpt-4'): Shape {
  const config = {
    type,
    apiTokens: ['TOKEN'],
    ...(Object.keys(modelMapping).length > 0 && { modelMapping }),
  };
  return { config, host, path, credential: bearer('TOKEN'), model };
}

const azure = (azureServiceUrl: string, path: string): Shape => ({
  config: { type: 'azure', apiTokens: ['TOKEN'], azureServiceUrl },
  host: 'resource.openai.azure.com',
  path,
  credential: ['api-key', 'TOKEN'],
});

const shapes: Readonly<Record<string, Shape>> = {
  'azure, v1': azure('https://resource.openai.azure.com/openai/v1', '/openai/v1/chat/completions'),
  'azure, a deployment': azure(
    'https://resource.openai.azure.com/openai/deployments/d?api-version=2024-02-15-preview',
    '/openai/deployments/d/chat/completions?api-version=2024-02-15-preview',
  ),
  'azure, a resource': azure(
    'https://resource.openai.azure.com?api-version=2024-02-15-preview',
    '/openai/deployments/gpt-4/chat/completions?api-version=2024-02-15-preview',
  ),
  'qwen for clients of Anthropic': {
    // Where it speaks the client's dialect itself, nothing is translated.
    ...plain('qwen', 'dashscope.aliyuncs.com', '/apps/anthropic/v1/messages', {
      'claude-3-opus-20240229': 'qwen-max',
      '*': 'qwen-turbo',
    }),
    model: 'qwen-max',
    asked: { path: '/v1/messages', body: { model: 'claude-3-opus-20240229', max_tokens: 9, messages } },
    answer: anthropicMessage,
  },
  'coze, original': {
    config: { type: 'coze', apiTokens: ['TOKEN'], protocol: 'original' },
    host: 'api.coze.cn',
    path: '/v3/chat',
    credential: bearer('TOKEN'),
    asked: { path: '/v3/chat', body: { bot_id: 'b', user_id: 'u' } },
    answer: { code: 0, data: { id: 'c', conversation_id: 'd', status: 'in_progress' } },
  },
  'claude, Claude Code': {
    config: { type: 'claude', apiTokens: ['sk-ant-oat01-token'], claudeCodeMode: true },
    host: 'api.anthropic.com',
    path: '/v1/messages?beta=true',
    credential: bearer('sk-ant-oat01-token'),
    answer: anthropicMessage,
  },
  minimax: plain(
    'minimax',
    'api.minimax.chat',
    '/v1/text/chatcompletion_v2',
    { '*': 'abab6.5t-chat' },
    'abab6.5t-chat',
  ),
  'minimax, with a group': {
    ...plain('minimax', 'api.minimax.chat', '/v1/text/chatcompletion_v2'),
    config: { type: 'minimax', apiTokens: ['TOKEN'], minimaxGroupId: 'group' },
    warned: ['minimaxGroupId'],
  },
  groq: plain('groq', 'api.groq.com', '/openai/v1/chat/completions'),
  grok: plain('grok', 'api.x.ai', '/v1/chat/completions'),
  fireworks: plain(
    'fireworks',
    'api.fireworks.ai',
    '/inference/v1/chat/completions',
    { 'gpt-4': 'accounts/fireworks/models/a' },
    'accounts/fireworks/models/a',
  ),
  galadriel: plain('galadriel', 'api.galadriel.com', '/v1/chat/completions', { '*': 'llama3.1' }, 'llama3.1'),
  baidu: plain('baidu', 'qianfan.baidubce.com', '/v2/chat/completions', { '*': 'ERNIE-4.0' }, 'ERNIE-4.0'),
  ai360: {
    ...plain('ai360', 'api.360.cn', '/v1/chat/completions', { '*': '360gpt-pro' }, '360gpt-pro'),
    credential: ['authorization', 'TOKEN'],
  },
  'together-ai': plain(
    'together-ai',
    'api.together.xyz',
    '/v1/chat/completions',
    { '*': 'Qwen/a' },
    'Qwen/a',
  ),
  'vertex, a service account': {
    config: byAccount,
    host: 'us-central1-aiplatform.googleapis.com',
    path: '/v1/projects/project/locations/us-central1/publishers/google/models/gpt-4:generateContent',
    credential: bearer('ACCESS'),
    answer: geminiAnswer,
    warned: ['vertexAuthServiceName'],
  },
  'vertex, OpenAI-compatible': {
    config: { ...byAccount, vertexOpenAICompatible: true, modelMapping: { 'gpt-4': 'gemini-2.0-flash' } },
    host: 'us-central1-aiplatform.googleapis.com',
    path: '/v1beta1/projects/project/locations/us-central1/endpoints/openapi/chat/completions',
    credential: bearer('ACCESS'),
    warned: ['vertexAuthServiceName'],
  },
  'vertex, express, with thresholds': {
    config: {
      type: 'vertex',
      apiTokens: ['TOKEN'],
      modelMapping: { 'gpt-4': 'gemini-2.0-flash-exp' },
      geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'OFF' },
    },
    host: 'aiplatform.googleapis.com',
    path: '/v1/publishers/google/models/gemini-2.0-flash-exp:generateContent?key=TOKEN',
    credential: ['content-type', 'application/json'],
    answer: geminiAnswer,
  },
  'bedrock, a bearer token': {
    config: {
      type: 'bedrock',
      apiTokens: ['TOKEN'],
      awsRegion: 'us-east-1',
      bedrockAdditionalFields: { top_k: 200 },
    },
    host: 'bedrock-runtime.us-east-1.amazonaws.com',
    path: '/model/gpt-4/converse',
    credential: bearer('TOKEN'),
    answer: converseAnswer,
  },
};

void suite('a shape of the documentation is accepted and serves:', () => {
  for (const [name, shape] of Object.entries(shapes))
    void test(name, async (t) => {
      const { config, host, path, credential, model, asked, answer = completion, warned = [] } = shape;
      const parsed = parseConfig(JSON.stringify({ provider: config }), { env: {} });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.deepEqual(
        parsed.warnings.map((warning) => warning.path),
        warned.map((option) => `provider.${option}`),
      );
      const [provider] = parsed.config.providers;
      assert.ok(provider);
      assert.equal(new URL(openAdapter(provider).origin).host, host);

      const upstream = await rawUpstream(t, ({ request, end }) => {
        const body = request.line.startsWith('POST /token')
          ? { access_token: 'ACCESS', expires_in: 3600 }
          : answer;
        end(rawAnswer('200 OK', ['content-type: application/json'], JSON.stringify(body)));
      });
      const here = JSON.stringify({ ...config, providerDomain: upstream.origin });
      const gateway = await gatewayFor(t, {
        yaml: () => `{"provider": ${here.replace('https://oauth2.googleapis.com', upstream.origin)}}`,
      });
      const { status } = await ask(gateway.url, {
        path: '/v1/chat/completions',
        body: { model: 'gpt-4', messages },
        ...asked,
      });
      assert.equal(status, 200);
      const [request, ...more] = upstream.requests.filter(({ line }) => !line.startsWith('POST /token'));
      assert.equal(more.length, 0);
      assert.equal(request?.line, `POST ${path} HTTP/1.1`);
      assert.equal(request.header(credential[0]), credential[1]);
      if (model !== undefined) assert.partialDeepStrictEqual(JSON.parse(request.body.toString()), { model });
    });
});

void suite('a text or files that the documentation puts before chats', () => {
  void test('is fetched, and its list of one is one', async (t) => {
    const upstream = await rawUpstream(t, ({ request, end }) => {
      const isText = request.line.startsWith('GET /context.txt');
      end(
        isText
          ? rawAnswer('200 OK', ['content-type: text/plain'], 'Answer briefly.')
          : rawAnswer('200 OK', ['content-type: application/json'], JSON.stringify(completion)),
      );
    });
    const context = [{ fileUrl: `${upstream.origin}/context.txt`, serviceName: 'file.dns', servicePort: 80 }];
    const provider = { type: 'qwen', apiTokens: ['TOKEN'], modelMapping: { '*': 'qwen-turbo' }, context };
    const yaml = JSON.stringify({ provider: { ...provider, providerDomain: upstream.origin } });
    const parsed = parseConfig(yaml, { env: {} });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(
      parsed.warnings.map(({ path }) => path),
      ['provider.context.serviceName', 'provider.context.servicePort'],
    );
    const gateway = await gatewayFor(t, { yaml: () => yaml });
    assert.equal((await ask(gateway.url, { body: { model: 'gpt-4', messages } })).status, 200);
    const sent = upstream.requests.find(({ line }) => line.startsWith('POST '));
    assert.deepEqual(JSON.parse(sent?.body.toString() ?? ''), {
      model: 'qwen-turbo',
      messages: [{ role: 'system', content: 'Answer briefly.' }, ...messages],
    });
  });
});
