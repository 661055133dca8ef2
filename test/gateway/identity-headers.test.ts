import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ANSWER_TO_ANYTHING } from '../support/answers.ts';
import { gatewayFor, type ConfigParts } from '../support/gateway.ts';
import { ask, chat, rawConnection, type AskOptions } from '../support/http.ts';
import { rawAnswer, rawUpstream, type RawRequest } from '../support/raw-upstream.ts';

/*
 * What a client sends that changes whose request it is, and what a provider sends that steers a proxy: every pair of a
 * client and a provider, with the exact set of headers that arrives.
 */

const KEY = 'sk-ours-0123456789abcdefABCDEF';

/** Of each vendor whatever a client may think of, beside what its SDKs send. */
const SENT: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'accept-language': 'en',
  'user-agent': 'test/1.0',
  'idempotency-key': '4711',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-request-id': 'mine',
  'openai-beta': 'assistants=v2',
  'openai-organization': 'org-other',
  'openai-project': 'proj-other',
  'x-stainless-lang': 'js',
  originator: 'codex_cli_rs',
  version: '0.99.0',
  'session-id': 'session-2',
  'x-client-request-id': 'session-2',
  'x-codex-window-id': 'session-2:0',
  'anthropic-beta': 'files-api-2025-04-14',
  'anthropic-workspace-id': 'wrkspc-other',
  'anthropic-dangerous-direct-browser-access': 'true',
  'x-app': 'cli',
  'x-claude-code-session-id': 'session-1',
  'x-goog-api-client': 'gl-node/22',
  'x-goog-user-project': 'other-project',
  'x-goog-iam-authorization-token': 'other-token',
  'x-goog-fieldmask': 'usageMetadata',
  'x-server-timeout': '1',
  'x-ms-authorization-auxiliary': 'Bearer other',
  'x-ms-client-request-id': 'mine',
  'x-amz-security-token': 'other',
  'x-amzn-bedrock-guardrailidentifier': 'other',
  'x-tc-token': 'other',
  'x-dashscope-workspace': 'other',
  'x-dashscope-datainspection': 'disable',
  'http-referer': 'https://app.example',
  'x-title': 'app',
  'x-openrouter-api-key': 'other',
  'x-grok-conv-id': 'conv-1',
  'cf-aig-authorization': 'other',
  'helicone-auth': 'Bearer other',
  'x-http-method-override': 'DELETE',
  'if-match': '"nothing"',
  'if-none-match': '*',
  'if-modified-since': 'Sun, 29 Nov 2026 00:00:00 GMT',
  range: 'bytes=0-1',
  prefer: 'respond-async',
  baggage: 'customer=1',
  cookie: 'session=1',
  'x-forwarded-for': '192.0.2.1',
  'x-unknown': '1',
  'x-mine': '1',
};

const EVERYWHERE = [
  'accept',
  'accept-language',
  'idempotency-key',
  'traceparent',
  'user-agent',
  'x-request-id',
];
/** To whom speaks OpenAI's dialect, and to OpenAI itself. */
const CHATS = [...EVERYWHERE, 'openai-beta'];
const OPENAI = [
  ...CHATS,
  'originator',
  'session-id',
  'version',
  'x-client-request-id',
  'x-codex-window-id',
  'x-stainless-lang',
];
const ANTHROPIC = [
  ...EVERYWHERE,
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'anthropic-version',
  'x-app',
  'x-claude-code-session-id',
  'x-client-request-id',
  'x-stainless-lang',
];
/** It speaks Anthropic's dialect, and is not Anthropic. */
const DEEPSEEK = [...EVERYWHERE, 'anthropic-beta', 'anthropic-version'];
const GEMINI = [...EVERYWHERE, 'x-goog-api-client'];
/** Where a call was put into other words, those of its own stay, and the body is said anew. */
const TRANSLATED = EVERYWHERE.filter((name) => name !== 'accept');

interface Case {
  readonly type: string;
  readonly dialect: 'chat' | 'messages' | 'gemini';
  readonly provider?: ConfigParts;
  readonly keys?: readonly string[];
  /** How the key arrives. */
  readonly credential?: string;
  /** What arrives of what was sent, beside content type and length. */
  readonly arrives: readonly string[];
}

const CASES: readonly Case[] = [
  { type: 'openai', dialect: 'chat', arrives: OPENAI },
  { type: 'openai', dialect: 'messages', arrives: TRANSLATED },
  { type: 'openai', dialect: 'gemini', arrives: TRANSLATED },
  {
    type: 'openai',
    dialect: 'chat',
    provider: { passHeaders: ['X-Mine', 'openai-project', 'x-goog-*'] },
    arrives: [...OPENAI, 'openai-project', 'x-goog-api-client', 'x-goog-fieldmask', 'x-mine'],
  },
  {
    type: 'openai',
    dialect: 'chat',
    keys: [],
    arrives: [...OPENAI, 'openai-organization', 'openai-project'],
  },
  { type: 'openai-compatible', dialect: 'chat', arrives: CHATS },
  { type: 'generic', dialect: 'chat', arrives: CHATS },
  { type: 'claude', dialect: 'messages', credential: 'x-api-key', arrives: ANTHROPIC },
  {
    type: 'claude',
    dialect: 'chat',
    credential: 'x-api-key',
    arrives: [...TRANSLATED, 'anthropic-version'],
  },
  { type: 'deepseek', dialect: 'messages', arrives: DEEPSEEK },
  { type: 'gemini', dialect: 'gemini', credential: 'x-goog-api-key', arrives: GEMINI },
  { type: 'gemini', dialect: 'chat', credential: 'x-goog-api-key', arrives: TRANSLATED },
  { type: 'qwen', dialect: 'chat', arrives: [...CHATS, 'x-dashscope-datainspection'] },
  { type: 'openrouter', dialect: 'chat', arrives: [...CHATS, 'http-referer', 'x-title'] },
  { type: 'grok', dialect: 'chat', arrives: [...CHATS, 'x-grok-conv-id'] },
  {
    type: 'azure',
    dialect: 'chat',
    credential: 'api-key',
    provider: { azure: true },
    arrives: [...CHATS, 'x-ms-client-request-id'],
  },
  { type: 'bedrock', dialect: 'chat', provider: { awsRegion: 'us-east-1' }, arrives: TRANSLATED },
];

const REQUESTS: Readonly<Record<Case['dialect'], AskOptions>> = {
  chat: { path: '/v1/chat/completions', body: chat('hi', { model: 'gpt-5' }) },
  messages: {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { ...chat('hi', { model: 'claude-x' }), max_tokens: 5 },
  },
  gemini: {
    path: '/v1beta/models/gemini-x:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  },
};

/** Names that came, but for those which say the body and the connection anew. */
function arrived({ headers }: RawRequest, credential: string): string[] {
  const own = new Set([
    'host',
    'connection',
    'content-length',
    'content-type',
    'accept-encoding',
    credential,
  ]);
  return headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => !own.has(name))
    .toSorted();
}

async function recording(t: TestContext, type: string, keys: readonly string[], more: ConfigParts = {}) {
  const upstream = await rawUpstream(t, ({ write }) =>
    write(rawAnswer('200 OK', ['content-type: application/json'], ANSWER_TO_ANYTHING)),
  );
  const { azure, ...options } = more;
  const base = type === 'gemini' ? '/v1beta' : type === 'bedrock' ? '' : '/v1';
  const provider = {
    id: 'p',
    type,
    apiTokens: keys,
    ...options,
    ...(azure === true
      ? { azureServiceUrl: `${upstream.origin}/openai/v1` }
      : type === 'generic'
        ? { genericHost: upstream.origin }
        : { baseUrl: upstream.origin + base }),
    ...(keys.length > 0 && { failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' } }),
  };
  const gateway = await gatewayFor(t, { config: { activeProviderId: 'p', providers: [provider] } });
  return { upstream, gateway };
}

for (const { type, dialect, provider, keys = [KEY], credential = 'authorization', arrives } of CASES) {
  const how =
    keys.length === 0 ? ' without keys' : provider?.['passHeaders'] === undefined ? '' : ' with passHeaders';
  void test(`of a client’s ${dialect} request this arrives at ${type}${how}, and nothing else`, async (t) => {
    const { upstream, gateway } = await recording(t, type, keys, provider);
    const asking = REQUESTS[dialect];
    await ask(gateway.url, { ...asking, headers: { ...SENT, ...asking.headers } });
    const [request] = upstream.requests;
    assert.ok(request !== undefined);
    assert.deepEqual(arrived(request, credential), [...arrives].toSorted());
    assert.match(request.line, /^POST /);
  });
}

void test('parts of a file are requested, on no condition that could cost a key', async (t) => {
  const { upstream, gateway } = await recording(t, 'openai', [KEY]);
  upstream.answer = ({ request, write }) =>
    // As strict as RFC 9110, 13.1: a condition that does not hold is refused.
    write(
      request.header('if-match') === undefined && request.header('if-none-match') === undefined
        ? rawAnswer('206 Partial Content', ['content-type: text/plain', 'content-range: bytes 0-1/9'], 'ab')
        : rawAnswer('412 Precondition Failed', ['content-type: application/json'], '{}'),
    );
  const headers = { ...SENT, 'if-range': '"a"' };
  const response = await ask(gateway.url, { method: 'GET', path: '/v1/files/file-1/content', headers });
  assert.deepEqual(
    [response.status, response.text, response.headers['content-range']],
    [206, 'ab', 'bytes 0-1/9'],
  );
  assert.deepEqual(
    arrived(upstream.requests[0] ?? assert.fail(), 'authorization'),
    [...OPENAI, 'range', 'if-range'].toSorted(),
  );
  assert.equal((await gateway.keyOf(KEY, 'p')).state, 'in-service');
});

void test('a query says neither who asks nor anything else that is not documented', async (t) => {
  const { upstream, gateway } = await recording(t, 'openai', [KEY]);
  const stops = [
    'access_token=t',
    'api_key=k',
    'api-key=k',
    'key=k',
    'token=t',
    'oauth_token=t',
    'subscription-key=k',
    'X-Amz-Security-Token=t',
    '%24.xgafv=1',
    'quotaUser=u',
    'userProject=p',
    '_method=DELETE',
    'sig=s',
  ];
  const path = `/v1/files?limit=2&${stops.join('&')}&purpose=batch&include[]=a`;
  await ask(gateway.url, { method: 'GET', path });
  assert.equal(upstream.requests[0]?.line, 'GET /v1/files?limit=2&purpose=batch&include[]=a HTTP/1.1');

  const gemini = await recording(t, 'gemini', [KEY]);
  await ask(gemini.gateway.url, {
    ...REQUESTS.gemini,
    path: `/v1beta/models/gemini-x:generateContent?alt=json&fields=usageMetadata&${stops.join('&')}&callback=f`,
  });
  assert.equal(
    gemini.upstream.requests[0]?.line,
    'POST /v1beta/models/gemini-x:generateContent?alt=json HTTP/1.1',
  );
});

/** Orders to what stands between, and ties to the provider's own origin. */
const STEERING = [
  'X-Accel-Redirect: /private/keys',
  'X-Accel-Buffering: yes',
  'X-Accel-Expires: 3600',
  'X-Sendfile: /etc/passwd',
  'X-Sendfile-Type: X-Accel-Redirect',
  'X-Lighttpd-Send-File: /etc/passwd',
  'X-LiteSpeed-Location: /private',
  'X-Reproxy-URL: http://169.254.169.254/',
  'Refresh: 0; url=https://elsewhere.example',
  'Location: https://elsewhere.example',
  'Content-Location: https://elsewhere.example',
  'Link: <https://elsewhere.example>; rel=preload',
  'Set-Cookie: session=1',
  'Clear-Site-Data: "*"',
  'Alt-Svc: h3=":443"',
  'Strict-Transport-Security: max-age=1',
  'Access-Control-Allow-Origin: *',
  'Access-Control-Allow-Credentials: true',
  'Content-Security-Policy: sandbox',
  'Surrogate-Control: max-age=60',
  'CDN-Cache-Control: max-age=60',
  'Cache-Control: public, max-age=3600',
  'WWW-Authenticate: Basic',
  'Service-Worker-Allowed: /',
  'SourceMap: https://elsewhere.example',
  'Report-To: {}',
  'NEL: {}',
  'X-Sparekey-Key: forged',
  'X-Unknown: 1',
  'OpenAI-Organization: org-ours',
  'Anthropic-Organization-Id: ours',
];

/** What a client has a use for. */
const PASSED = {
  'content-disposition': 'attachment; filename="a.txt"',
  'retry-after': '3',
  'retry-after-ms': '3000',
  'x-should-retry': 'false',
  'openai-processing-ms': '12',
  'openai-version': '2020-10-01',
  'anthropic-ratelimit-tokens-remaining': '7',
  'x-ratelimit-remaining-project-tokens': '7',
  'x-ratelimit-limit-requests': '9',
  'x-reasoning-included': 'true',
  'ratelimit-policy': '"a";q=1',
  'x-request-id': 'req_theirs',
  'request-id': 'req_theirs',
  'apim-request-id': 'req_theirs',
  'x-amzn-requestid': 'req_theirs',
  'cf-ray': 'a-b',
  etag: '"a"',
};

for (const status of ['200 OK', '404 Not Found'] as const) {
  void test(`of an answer with ${status} nothing travels on that steers a proxy or binds a browser`, async (t) => {
    const { upstream, gateway } = await recording(t, 'openai', [KEY], { passHeaders: ['*'] });
    const passed = Object.entries(PASSED).map(([name, value]) => `${name}: ${value}`);
    upstream.answer = ({ write }) =>
      write(
        rawAnswer(status, ['content-type: application/json', ...STEERING, ...passed], ANSWER_TO_ANYTHING),
      );
    for (const passHeaders of [['*'], []]) {
      await gateway.reload({
        config: {
          activeProviderId: 'p',
          providers: [
            {
              id: 'p',
              type: 'openai',
              baseUrl: `${upstream.origin}/v1`,
              apiTokens: [KEY],
              passHeaders,
              failover: { enabled: true, failureThreshold: 9, cooldownDuration: '1h' },
            },
          ],
        },
      });
      const response = await ask(gateway.url);
      assert.equal(response.status, Number(status.slice(0, 3)));
      const own = new Set([
        'content-type',
        'content-length',
        'date',
        'connection',
        'vary',
        'x-sparekey-provider',
      ]);
      const names = Object.keys(response.headers).filter((name) => !own.has(name));
      const unknown = passHeaders.length > 0 ? ['x-unknown'] : [];
      assert.deepEqual(
        names.toSorted(),
        [...Object.keys(PASSED), 'x-sparekey-attempts', 'x-sparekey-key', ...unknown].toSorted(),
      );
      for (const [name, value] of Object.entries(PASSED)) assert.equal(response.headers[name], value);
      assert.notEqual(response.headers['x-sparekey-key'], 'forged');
    }
  });
}

void test('an answer may be kept by its client’s own cache, and by no other', async (t) => {
  const { upstream, gateway } = await recording(t, 'openai', [KEY]);
  for (const [said, passes] of [
    ['no-cache', true],
    ['private, max-age=0', true],
    ['public', false],
    ['no-store', true],
    ['max-age=9, S-MaxAge=9', false],
  ] as const) {
    upstream.answer = ({ write }) =>
      write(
        rawAnswer('200 OK', ['content-type: application/json', `cache-control: ${said}`], ANSWER_TO_ANYTHING),
      );
    assert.equal((await ask(gateway.url)).headers['cache-control'], passes ? said : undefined);
  }
});

void test('of the protocols of a session neither the key nor the project travel, and no extension', async (t) => {
  const { upstream, gateway } = await recording(t, 'openai', [KEY]);
  upstream.answer = ({ write }) =>
    write(rawAnswer('400 Bad Request', ['content-type: application/json'], '{}'));
  const connection = await rawConnection(gateway.port);
  connection.write(
    [
      'GET /v1/realtime?model=gpt-realtime&api_key=k HTTP/1.1',
      `Host: 127.0.0.1:${gateway.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Extensions: permessage-deflate',
      'Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.k, openai-organization.o, openai-project.p',
      '\r\n',
    ].join('\r\n'),
  );
  await connection.receive(/HTTP\/1\.1 400/);
  const [request] = upstream.requests;
  assert.equal(request?.line, 'GET /v1/realtime?model=gpt-realtime HTTP/1.1');
  assert.equal(request?.header('sec-websocket-protocol'), 'realtime');
  assert.equal(request?.header('sec-websocket-extensions'), undefined);
  connection.end();
});
