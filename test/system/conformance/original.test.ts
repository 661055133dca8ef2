import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { AskOptions } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawRequest, RawUpstream } from '../../support/raw-upstream.ts';
import {
  DEAD,
  GOOD,
  signerByAws,
  signerByTencent,
  signerByToken,
} from '../../providers/adapters/signatures.ts';
import { accountOf } from '../../providers/adapters/google-server.ts';

/*
 * `protocol: original`: the path goes to the provider as the client wrote it, at the provider's host, with the provider's own
 * credential and the models mapped; a key that is refused is followed by the next one.
 */

const DEAD_KEY = 'sk-dead-0123456789';
const GOOD_KEY = 'sk-good-0123456789';
const CLIENT_KEY = 'sk-of-the-client-0123456789';
const JSON_TYPE = 'content-type: application/json';
const MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0';

/** Whose credential a request has: `dead` or `good`. */
type WhoAsks = (request: RawRequest) => string;

/** A key in a header, behind what stands before it there. */
function inHeader(name: string, before = ''): WhoAsks {
  return ({ header }) => {
    const value = header(name) ?? '';
    assert.ok(value.startsWith(before), value);
    return keyName(value.slice(before.length));
  };
}

function keyName(key: string): string {
  const names: Readonly<Record<string, string>> = { [DEAD_KEY]: 'dead', [GOOD_KEY]: 'good' };
  return names[key] ?? `an unknown key: ${key}`;
}

const bearer = inHeader('authorization', 'Bearer ');

function signedBy(signer: (request: RawRequest) => string): WhoAsks {
  return (request) => (signer(request) === GOOD.id ? 'good' : 'dead');
}

const SIGNING_KEYS = [
  { key: `${DEAD.id}:${DEAD.secret}`, weight: 1000 },
  { key: `${GOOD.id}:${GOOD.secret}`, weight: 0.001 },
];

interface Case {
  readonly options: ConfigParts;
  /** The path of the base URL. */
  readonly base?: string;
  readonly method?: string;
  readonly path: string;
  /** Where that is not the client's. */
  readonly sentPath?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where that is not the client's. */
  readonly sentBody?: string;
  readonly sentHeaders?: Readonly<Record<string, string>>;
  readonly who?: WhoAsks;
}

const cases: Readonly<Record<string, Case>> = {
  'a bot of Doubao': {
    options: { type: 'doubao', modelMapping: { 'bot-1': 'bot-2' } },
    base: '/api/v3',
    path: '/api/v3/bots/chat/completions',
    body: '{"model":"bot-1","stream":false,"messages":[]}',
    sentBody: '{"model":"bot-2","stream":false,"messages":[]}',
  },
  'a deployment of Azure, without a model in the body': {
    options: {
      type: 'azure',
      azureServiceUrl: 'UPSTREAM?api-version=2023-05-15',
      modelMapping: { dep: 'dep-2' },
    },
    path: '/openai/deployments/dep/chat/completions?api-version=2024-10-21',
    sentPath: '/openai/deployments/dep-2/chat/completions?api-version=2024-10-21',
    body: '{"messages":[]}',
    who: inHeader('api-key'),
  },
  'an operation of Azure that has no version': {
    options: { type: 'azure', azureServiceUrl: 'UPSTREAM?api-version=2023-05-15' },
    path: '/openai/v1/responses',
    body: '{"model":"dep","input":"hi"}',
    who: inHeader('api-key'),
  },
  'Anthropic’s API at DeepSeek': {
    options: { type: 'deepseek' },
    base: '/v1',
    path: '/anthropic/v1/messages',
    body: '{"model":"deepseek-chat","max_tokens":1,"messages":[]}',
  },
  'Anthropic’s API at DeepSeek, as Anthropic writes it': {
    options: { type: 'deepseek' },
    base: '/v1',
    path: '/v1/messages',
    sentPath: '/anthropic/v1/messages',
    body: '{"model":"deepseek-chat","max_tokens":1,"messages":[]}',
  },
  'a chat at GitHub, as OpenAI writes it': {
    options: { type: 'github' },
    path: '/v1/chat/completions',
    sentPath: '/chat/completions',
    body: '{"model":"m","messages":[]}',
    who: inHeader('authorization'),
  },
  'a chat of Cohere’s first API, at OpenAI’s path': {
    options: { type: 'cohere' },
    base: '/compatibility/v1',
    path: '/v1/chat/completions',
    sentPath: '/v1/chat',
    body: '{"model":"a","message":"hi"}',
  },
  'a workflow of Dify’s, at OpenAI’s path': {
    options: { type: 'dify', botType: 'Workflow' },
    base: '/v1',
    path: '/v1/chat/completions',
    sentPath: '/v1/workflows/run',
    body: '{"inputs":{},"user":"u"}',
  },
  'a path of Azure that belongs to no operation': {
    options: { type: 'azure', azureServiceUrl: 'UPSTREAM?api-version=2023-05-15' },
    method: 'GET',
    path: '/openai/vector_stores/vs_1?limit=2',
    sentPath: '/openai/vector_stores/vs_1?limit=2&api-version=2023-05-15',
    who: inHeader('api-key'),
  },
  'a model of Vertex AI by its project, with an API key': {
    options: { type: 'vertex', modelMapping: { 'gemini-a': 'gemini-b' } },
    path: '/v1/projects/p-1/locations/us-central1/publishers/google/models/gemini-a:generateContent?key=KEY-OF-THE-CLIENT',
    sentPath:
      '/v1/projects/p-1/locations/us-central1/publishers/google/models/gemini-b:generateContent?key=KEY',
    body: '{"contents":[]}',
    who: ({ line }) => keyName(/[?&]key=([^& ]+)/u.exec(line)?.[1] ?? ''),
  },
  'Anthropic’s API at Vertex AI': {
    options: { type: 'vertex' },
    path: '/v1/projects/p-1/locations/global/publishers/anthropic/models/claude-x@20250101:streamRawPredict',
    sentPath:
      '/v1/projects/p-1/locations/global/publishers/anthropic/models/claude-x@20250101:streamRawPredict?key=KEY',
    body: '{"anthropic_version":"vertex-2023-10-16","messages":[],"max_tokens":1}',
    who: ({ line }) => keyName(/[?&]key=([^& ]+)/u.exec(line)?.[1] ?? ''),
  },
  'the first version of Gemini’s API': {
    options: { type: 'gemini', modelMapping: { 'gemini-a': 'gemini-b' } },
    base: '/v1beta',
    path: '/v1/models/gemini-a:generateContent',
    sentPath: '/v1/models/gemini-b:generateContent',
    body: '{"contents":[]}',
    who: inHeader('x-goog-api-key'),
  },
  'what Gemini’s API has beside models': {
    options: { type: 'gemini' },
    base: '/v1beta',
    method: 'PATCH',
    path: '/v1beta/cachedContents/abc123?updateMask=ttl',
    body: '{"ttl":"60s"}',
    who: inHeader('x-goog-api-key'),
  },
  'Converse, signed': {
    options: { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: SIGNING_KEYS, modelMapping: { m: MODEL } },
    path: '/model/m/converse',
    sentPath: `/model/${encodeURIComponent(MODEL)}/converse`,
    body: '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}',
    who: signedBy(signerByAws),
  },
  'a model of Bedrock in its own format, signed': {
    options: { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: SIGNING_KEYS },
    path: '/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fa.b-v1%3A0/invoke',
    body: '{"anthropic_version":"bedrock-2023-05-31","messages":[]}',
    who: signedBy(signerByAws),
  },
  'a path of Bedrock that belongs to no operation, signed': {
    options: { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: SIGNING_KEYS },
    path: '/guardrail/g1/version/1/apply',
    body: '{"source":"INPUT","content":[]}',
    who: signedBy(signerByAws),
  },
  'a key of Bedrock that is sent as it is': {
    options: { type: 'bedrock', awsRegion: 'eu-west-1' },
    path: `/model/${encodeURIComponent(MODEL)}/converse`,
    body: '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}',
  },
  'MiniMax’s older API': {
    options: { type: 'minimax', minimaxGroupId: '17' },
    base: '/v1',
    path: '/v1/text/chatcompletion_pro?GroupId=18',
    sentPath: '/v1/text/chatcompletion_pro?GroupId=17',
    body: '{"model":"abab6.5s-chat","messages":[]}',
  },
  'a group of MiniMax’s that the client names': {
    options: { type: 'minimax' },
    base: '/v1',
    path: '/v1/t2a_v2?GroupId=18',
    body: '{"model":"speech-02-hd","text":"hi"}',
  },
  'Cohere’s first API': {
    options: { type: 'cohere', modelMapping: { a: 'b' } },
    base: '/compatibility/v1',
    path: '/v1/chat',
    body: '{"model":"a","message":"hi"}',
    sentBody: '{"model":"b","message":"hi"}',
  },
  'Cohere’s second': {
    options: { type: 'cohere' },
    base: '/compatibility/v1',
    path: '/v2/chat',
    body: '{"model":"a","messages":[]}',
  },
  'a rerank of Cohere’s first API': {
    options: { type: 'cohere' },
    base: '/compatibility/v1',
    path: '/v1/rerank',
    body: '{"model":"a","query":"q","documents":["d"]}',
  },
  'Ollama’s own API': {
    options: { type: 'ollama' },
    base: '/v1',
    path: '/api/chat',
    body: '{"model":"llama3","messages":[],"stream":false}',
  },
  'the models of Ollama': { options: { type: 'ollama' }, base: '/v1', method: 'GET', path: '/api/tags' },
  'an inference of Triton': {
    options: { type: 'triton', modelMapping: { m: 'resnet' } },
    base: '/v2',
    path: '/v2/models/m/infer',
    sentPath: '/v2/models/resnet/infer',
    body: '{"inputs":[]}',
  },
  'Anthropic’s text completions': {
    options: { type: 'claude' },
    base: '/v1',
    path: '/v1/complete',
    body: '{"model":"claude-2","prompt":"hi","max_tokens_to_sample":1}',
    sentHeaders: { 'anthropic-version': '2023-06-01' },
    who: inHeader('x-api-key'),
  },
  'a version of Anthropic’s API that the client names': {
    options: { type: 'claude' },
    base: '/v1',
    method: 'GET',
    path: '/v1/skills?limit=1',
    headers: { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'skills-2025-10-02' },
    sentHeaders: { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'skills-2025-10-02' },
    who: inHeader('x-api-key'),
  },
  'DashScope’s images': {
    options: { type: 'qwen', modelMapping: { a: 'wanx' } },
    base: '/compatible-mode/v1',
    path: '/api/v1/services/aigc/text2image/image-synthesis',
    headers: { 'x-dashscope-async': 'enable' },
    body: '{"model":"a","input":{"prompt":"a sea"}}',
    sentBody: '{"model":"wanx","input":{"prompt":"a sea"}}',
    sentHeaders: { 'x-dashscope-async': 'enable' },
  },
  'a task of Kling’s, with a token for it': {
    options: { type: 'kling', apiTokens: SIGNING_KEYS },
    base: '/v1',
    path: '/v1/videos/lip-sync',
    body: '{"input":{}}',
    who: signedBy(signerByToken),
  },
  'the usage of DeepL': {
    options: { type: 'deepl', targetLang: 'DE' },
    method: 'GET',
    path: '/v2/usage',
    who: inHeader('authorization', 'DeepL-Auth-Key '),
  },
  'speech, with a body that is no JSON': {
    options: { type: 'openai' },
    base: '/v1',
    path: '/v1/audio/unheard-of',
    headers: { 'content-type': 'audio/wav' },
    body: 'RIFF',
  },
  'a path behind a proxy’s prefix that the base URL has': {
    options: { type: 'openai' },
    base: '/llm/openai/v1',
    path: '/v1/vector_stores',
    sentPath: '/llm/openai/v1/vector_stores',
    body: '{"name":"a"}',
  },
  'a path that has the base URL’s already': {
    options: { type: 'openai' },
    base: '/llm/openai/v1',
    path: '/llm/openai/v1/chat/completions',
    body: '{"model":"m","messages":[]}',
  },
  'a proxy’s own API in place of the type’s': {
    options: { type: 'openai' },
    base: '/custom',
    path: '/v1/chat/completions',
    sentPath: '/custom/chat/completions',
    body: '{"model":"m","messages":[]}',
  },
  'a custom URL without a path': {
    options: { type: 'openai', openaiCustomUrl: 'UPSTREAM' },
    path: '/v1/chat/completions',
    sentPath: '/chat/completions',
    body: '{"model":"m","messages":[]}',
  },
  'a path of no known operation at a custom URL without a path': {
    options: { type: 'openai', openaiCustomUrl: 'UPSTREAM' },
    path: '/v1/vector_stores',
    body: '{"name":"a"}',
  },
  'a known operation behind a prefix of the gateway’s own': {
    options: { type: 'groq' },
    base: '/openai/v1',
    path: '/proxy/openai/v1/chat/completions',
    sentPath: '/openai/v1/chat/completions',
    body: '{"model":"m","messages":[]}',
  },
  'a prefix that is removed': {
    options: { type: 'doubao', basePath: '/gateway' },
    base: '/api/v3',
    path: '/gateway/api/v3/contents/generations/tasks',
    sentPath: '/api/v3/contents/generations/tasks',
    body: '{"model":"seedance","content":[]}',
  },
  'a prefix that is put in front': {
    options: { type: 'doubao', basePath: '/in', basePathHandling: 'prepend', providerBasePath: '/front' },
    base: '/api/v3',
    path: '/api/v3/tokenization',
    sentPath: '/front/in/api/v3/tokenization',
    body: '{"model":"m","text":["a"]}',
  },
};

/** A good answer to anything: what each dialect looks for in one. */
const ANSWER = JSON.stringify({
  id: 'answer_1',
  choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  candidates: [{ content: { parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
  output: { message: { content: [{ text: 'hi' }] }, task_id: 't-1', choices: [] },
  stopReason: 'end_turn',
  stop_reason: 'stop_sequence',
  finish_reason: 'COMPLETE',
  completion: 'hi',
  content: [{ type: 'text', text: 'hi' }],
  type: 'message',
  text: 'hi',
  message: { role: 'assistant', content: [{ type: 'text', text: 'hi' }] },
  results: [{ index: 0, relevance_score: 1 }],
  outputs: [],
  models: [],
  reply: 'hi',
  data: { task_id: 't-1' },
  done: true,
  code: 0,
});

const REFUSAL = rawAnswer(
  '401 Unauthorized',
  [JSON_TYPE],
  '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}',
);

interface Asked {
  readonly upstream: RawUpstream;
  readonly gateway: TestGateway;
}

function providerAt(origin: string, { options, base = '' }: Pick<Case, 'options' | 'base'>): ConfigParts {
  const written: unknown = JSON.parse(JSON.stringify(options).replaceAll('UPSTREAM', origin));
  assert.ok(typeof written === 'object' && written !== null);
  return {
    id: 'p',
    protocol: 'original',
    choice: 'random',
    failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
    apiTokens: [
      { key: DEAD_KEY, weight: 1000 },
      { key: GOOD_KEY, weight: 0.001 },
    ],
    ...('azureServiceUrl' in written || 'openaiCustomUrl' in written ? {} : { baseUrl: origin + base }),
    ...written,
  };
}

async function gatewayOf(t: TestContext, provider: Case, answer: RawUpstream['answer']): Promise<Asked> {
  const upstream = await rawUpstream(t, answer);
  const gateway = await gatewayFor(t, { config: { providers: [providerAt(upstream.origin, provider)] } });
  return { upstream, gateway };
}

function asking({ method = 'POST', path, headers, body = '{}' }: Case): AskOptions {
  return {
    method,
    path,
    body: Buffer.from(body),
    headers: {
      authorization: `Bearer ${CLIENT_KEY}`,
      'content-type': 'application/json',
      ...headers,
    },
  };
}

void suite('protocol: original', () => {
  for (const [what, each] of Object.entries(cases)) {
    void test(`${what} goes as it is, with the next key where one is refused`, async (t) => {
      const { who = bearer, method = 'POST', path, sentPath = path, body = '', sentBody = body } = each;
      const { upstream, gateway } = await gatewayOf(t, each, ({ request, end }) => {
        end(who(request) === 'good' ? rawAnswer('200 OK', [JSON_TYPE], ANSWER) : REFUSAL);
      });
      const response = await ask(gateway.url, asking(each));
      assert.deepEqual([response.status, response.text], [200, ANSWER]);
      assert.deepEqual(upstream.requests.map(who), ['dead', 'good']);
      for (const request of upstream.requests) {
        const line = request.line.replace(/key=[^& ]+/u, 'key=KEY');
        assert.equal(line, `${method} ${sentPath} HTTP/1.1`);
        if (method !== 'GET') assert.equal(request.body.toString(), sentBody);
        assert.equal(request.header('host'), new URL(upstream.origin).host);
        assert.doesNotMatch(request.head, /of-the-client/iu);
        for (const [name, value] of Object.entries(each.sentHeaders ?? {}))
          assert.equal(request.header(name), value);
      }
      const said = gateway.logText();
      for (const secret of [DEAD_KEY, GOOD_KEY, DEAD.secret, GOOD.secret, CLIENT_KEY])
        assert.ok(!said.includes(secret));
    });
  }

  void test('a service account of Google’s has its token sent, whatever project the path names', async (t) => {
    const asked: string[] = [];
    const upstream = await rawUpstream(t, ({ request, end }) => {
      const isToken = request.line.startsWith('POST /token ');
      if (!isToken) asked.push(`${request.line} ${request.header('authorization') ?? ''}`);
      const token = JSON.stringify({ access_token: 'token-1', expires_in: 3600 });
      end(rawAnswer('200 OK', [JSON_TYPE], isToken ? token : ANSWER));
    });
    const { json } = accountOf('one', upstream.origin);
    const options = { type: 'vertex', vertexRegion: 'global', vertexAuthKey: json, apiTokens: [] };
    const gateway = await gatewayFor(t, {
      config: { providers: [providerAt(upstream.origin, { options })] },
    });
    const path = '/v1/projects/other/locations/global/publishers/mistralai/models/mistral-x:rawPredict';
    const response = await ask(gateway.url, { path, body: '{"messages":[]}' });
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(asked, [`POST ${path} HTTP/1.1 Bearer token-1`]);
  });

  void test('Tencent Cloud’s one path is signed for the action that the client names', async (t) => {
    const options = { type: 'hunyuan', hunyuanAuthId: GOOD.id, hunyuanAuthKey: GOOD.secret, apiTokens: [] };
    const { upstream, gateway } = await gatewayOf(t, { options, path: '/' }, ({ request, end }) => {
      signerByTencent(request);
      end(rawAnswer('200 OK', [JSON_TYPE], '{"Response":{"Data":[],"RequestId":"r"}}'));
    });
    const body = { InputList: ['a'] };
    const action = (name: string): AskOptions => ({ path: '/', headers: { 'x-tc-action': name }, body });
    assert.equal((await ask(gateway.url, action('GetEmbedding'))).status, 200);
    const [request] = upstream.requests;
    assert.equal(request?.header('x-tc-action'), 'GetEmbedding');
    assert.equal(request?.body.toString(), JSON.stringify(body));
    // Others may change how the account pays.
    assert.equal((await ask(gateway.url, action('SetPayMode'))).status, 404);
    assert.equal(upstream.requests.length, 1);
  });

  void test('answers pass as they come, whatever they are', async (t) => {
    const answers: Readonly<Record<string, string>> = {
      'content-type: audio/mpeg': 'ID3\u0003bytes',
      'content-type: text/event-stream': 'event: a\ndata: {"x":1}\n\nevent: b\ndata: end\n\n',
      'content-type: application/x-ndjson': '{"a":1}\n{"b":2}\n',
      'content-type: application/json': '[]',
    };
    const { upstream, gateway } = await gatewayOf(t, { options: { type: 'openai' }, path: '' }, ({ end }) =>
      end(),
    );
    for (const [type, body] of Object.entries(answers)) {
      upstream.answer = ({ end }) => end(rawAnswer('200 OK', [type], body));
      const response = await ask(gateway.url, { path: '/anything/at-all' });
      assert.deepEqual([response.status, response.text], [200, body]);
      assert.equal(`content-type: ${response.headers['content-type'] ?? ''}`, type);
    }
  });

  void test('an error of the provider’s is the client’s to see, in the provider’s words', async (t) => {
    const { gateway } = await gatewayOf(t, { options: { type: 'openai' }, path: '' }, ({ end }) =>
      end(rawAnswer('422 Unprocessable Entity', [JSON_TYPE], '{"detail":"no such field"}')),
    );
    const response = await ask(gateway.url, { path: '/anything/at-all' });
    assert.deepEqual([response.status, response.text], [422, '{"detail":"no such field"}']);
    assert.ok((await gateway.keys()).every(({ state }) => state === 'in-service'));
  });

  void test('what may have been created is not created twice; what only reads is read again', async (t) => {
    const { upstream, gateway } = await gatewayOf(t, { options: { type: 'openai' }, path: '' }, ({ reset }) =>
      reset(),
    );
    for (const [method, path, attempts] of [
      ['POST', '/v1/vector_stores', 1],
      ['PATCH', '/v1/vector_stores/vs_1', 1],
      ['GET', '/v1/vector_stores/vs_1', 2],
      ['DELETE', '/v1/vector_stores/vs_1', 2],
    ] as const) {
      const before = upstream.requests.length;
      const response = await ask(gateway.url, { method, path });
      assert.ok((response.status ?? 0) >= 500, `${method}: ${response.status}`);
      assert.equal(upstream.requests.length - before, attempts, method);
    }
  });

  for (const path of [
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1/%252e%252e/admin',
    '/v1/a%2f..%2fb',
    '/v1//admin',
    '/v1/a%00b',
    '/v1/a\\b',
    '/v1/%zz',
    '/v1/organization/users',
    '/v1/Organization/users',
    '/v1/%6frganization/users',
    '/v1/x%2forganization%2fusers',
    '/v1/organizations/api_keys',
    '/v1/organization%20/users',
    '/v1/organization%3fx/users',
    '/v1/organization#/users',
    '/v1/vector_stores?a#b',
    '/v1/%252e%252e/x/v1/batches',
  ]) {
    void test(`${path} is not forwarded`, async (t) => {
      const { upstream, gateway } = await gatewayOf(t, { options: { type: 'openai' }, path: '' }, ({ end }) =>
        end(rawAnswer('200 OK', [JSON_TYPE], '{}')),
      );
      const response = await ask(gateway.url, { method: 'GET', path });
      assert.deepEqual([response.status, response.code], [404, 'unknown_operation']);
      assert.equal(upstream.requests.length, 0);
    });
  }

  void test('neither a host in the path, nor more slashes than one, is sent on', async (t) => {
    const provider = { options: { type: 'generic' }, path: '' };
    const { upstream, gateway } = await gatewayOf(t, provider, ({ end }) =>
      end(rawAnswer('200 OK', [JSON_TYPE], ANSWER)),
    );
    for (const [path, sent] of [
      ['http://evil.example/v1/chat/completions', '/v1/chat/completions'],
      ['http://evil.example/v1/unknown', '/v1/unknown'],
      ['//evil.example/v1//chat/completions', '/evil.example/v1/chat/completions'],
    ] as const) {
      assert.equal((await ask(gateway.url, { path })).status, 200, path);
      assert.equal(upstream.requests.at(-1)?.line, `POST ${sent} HTTP/1.1`);
    }
  });

  void test('the administration of the account is, where the operator says so', async (t) => {
    const options = { type: 'openai', passthrough: 'all' };
    const { upstream, gateway } = await gatewayOf(t, { options, path: '' }, ({ end }) =>
      end(rawAnswer('200 OK', [JSON_TYPE], '{}')),
    );
    assert.equal((await ask(gateway.url, { method: 'GET', path: '/v1/organization/users' })).status, 200);
    assert.equal(upstream.requests[0]?.line, 'GET /v1/organization/users HTTP/1.1');
  });
});
