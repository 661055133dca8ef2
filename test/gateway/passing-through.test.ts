import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ANSWER_TO_ANYTHING } from '../support/answers.ts';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../support/gateway.ts';
import { ask, chat, rawConnection } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import type { RawRequest, RawUpstream } from '../support/raw-upstream.ts';

const OK = rawAnswer('200 OK', ['content-type: application/json'], ANSWER_TO_ANYTHING);

interface Relay {
  readonly upstream: RawUpstream;
  readonly gateway: TestGateway;
  /** The newest request that the provider got. */
  readonly seen: () => RawRequest;
}

async function relayFor(
  t: TestContext,
  provider: ConfigParts = {},
  config: ConfigParts = {},
  keys = [GOOD_KEY],
): Promise<Relay> {
  const upstream = await rawUpstream(t, ({ write }) => write(OK));
  const url = `${upstream.origin}/base/v1`;
  const gateway = await gatewayFor(t, {
    config: { providers: [simulatedProvider({ url }, keys, provider)], ...config },
  });
  return {
    upstream,
    gateway,
    seen: () => {
      const request = upstream.requests.at(-1);
      assert.ok(request !== undefined);
      return request;
    },
  };
}

/** Headers as they went out, without those that Sparekey or HTTP itself speaks for. */
function ownHeaders({ headers }: RawRequest): (readonly [string, string])[] {
  const speaksForItself = new Set([
    'host',
    'connection',
    'content-length',
    'accept-encoding',
    'authorization',
  ]);
  return headers.filter(([name]) => !speaksForItself.has(name.toLowerCase()));
}

void test('a body arrives byte for byte, however oddly it is written', async (t) => {
  const { gateway, seen } = await relayFor(t);
  for (const body of [
    '  {\n\t"temperature" : 1.0e0, "model":"gpt-5" , "unknown":{"a":[1,2,{}]},"messages":[{"role":"user","content":"\\u00e9 é 😀 \\ud83d"}]}\r\n',
    '{"model":"gpt-5","model2":"x","x":"{\\"model\\":\\"other\\"}","n":12345678901234567890,"dup":1,"dup":2}',
    '{"nested":{"model":"not me"},"messages":[{"model":"nor me"}],"model":"gpt-5"}',
  ] as const) {
    assert.equal((await ask(gateway.url, { body })).status, 200);
    assert.equal(seen().body.toString(), body);
    assert.equal(seen().header('content-length'), String(Buffer.byteLength(body)));
  }
});

void test('headers travel in their order, their case and their number; those that nobody knows stay', async (t) => {
  const { gateway, seen } = await relayFor(t);
  const body = JSON.stringify(chat('hi'));
  const headers = [
    'Content-Type: application/json; charset=utf-8',
    'OpenAI-Beta: one',
    'openai-beta: two',
    'X-Stainless-Lang: caf\xe9',
    'Idempotency-Key: 4711',
    'User-Agent: test/1.0',
    'tracestate:',
  ];
  const connection = await rawConnection(gateway.port);
  connection.write(
    [
      'POST /v1/chat/completions HTTP/1.1',
      'Host: gateway.example',
      ...headers.slice(0, 3),
      'OpenAI-Organization: org-mine',
      'X-Unknown: 1',
      ...headers.slice(3),
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  assert.match(await connection.closed, /^HTTP\/1\.1 200 /);
  assert.deepEqual(
    ownHeaders(seen()).map(([name, value]) => `${name}: ${value}`.trimEnd()),
    headers.map((header) => header.trimEnd()),
  );
});

void test('hop-by-hop headers, and those about where the client is, stay here', async (t) => {
  const { gateway, seen } = await relayFor(t, {}, { allowedHosts: ['app.example'] });
  const stays = {
    cookie: 'session=1',
    te: 'trailers',
    'proxy-authorization': 'Basic eA==',
    'proxy-connection': 'keep-alive',
    'keep-alive': 'timeout=5',
    forwarded: 'for=192.0.2.1',
    via: '1.1 proxy',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-host': 'inner.example',
    'x-forwarded-proto': 'https',
    'x-real-ip': '192.0.2.1',
    'cf-connecting-ip': '192.0.2.1',
    origin: 'https://app.example',
    referer: 'https://app.example/page',
    'sec-fetch-site': 'same-site',
    'accept-encoding': 'gzip, br',
    'x-mse-consumer': 'alpha',
    'x-mine': 'because connection says so',
    connection: 'close, X-Mine',
  };
  assert.equal((await ask(gateway.url, { headers: stays })).status, 200);
  assert.deepEqual(ownHeaders(seen()), [['content-type', 'application/json']]);
  assert.equal(seen().header('accept-encoding'), 'identity');
  assert.equal(seen().header('host'), new URL(String(gateway.config.providers[0]?.baseUrl)).host);
});

void test('the path follows the base URL from the operation on, with the query but for a credential', async (t) => {
  const { gateway, seen } = await relayFor(t);
  for (const [path, expected] of [
    ['/v1/chat/completions', '/base/v1/chat/completions'],
    ['/chat/completions', '/base/v1/chat/completions'],
    ['/proxy/v1/chat/completions', '/base/v1/chat/completions'],
    ['/openai/deployments/x/chat/completions', '/base/v1/chat/completions'],
    ['/v1/chat/completions/', '/base/v1/chat/completions'],
    ['/v1/chat/completions?beta=true&b=%20x', '/base/v1/chat/completions?beta=true&b=%20x'],
    ['/v1/chat/completions?key=sk-client-secret&beta=true', '/base/v1/chat/completions?beta=true'],
    ['/v1/chat/completions?key=sk-client-secret', '/base/v1/chat/completions'],
    ['/v1/chat/completions?k%65y=sk-client-secret&a', '/base/v1/chat/completions?a'],
  ] as const) {
    assert.equal((await ask(gateway.url, { path })).status, 200, path);
    assert.equal(seen().line, `POST ${expected} HTTP/1.1`);
  }
  for (const [path, expected] of [
    ['/v1/models', '/base/v1/models'],
    ['/v1/files/file-1%2F2/content', '/base/v1/files/file-1%2F2/content'],
    ['/v1/responses/resp_1?include[]=x&stream=false', '/base/v1/responses/resp_1?include[]=x&stream=false'],
  ] as const) {
    assert.equal((await ask(gateway.url, { path, method: 'GET' })).status, 200, path);
    assert.equal(seen().line, `GET ${expected} HTTP/1.1`);
    assert.equal(seen().body.length, 0);
  }
  assert.equal((await ask(gateway.url, { path: '/v1/files/file-1', method: 'DELETE' })).status, 200);
  assert.equal(seen().line, 'DELETE /base/v1/files/file-1 HTTP/1.1');
  assert.doesNotMatch(gateway.logText(), /sk-client-secret/);
});

void test('a mapped model is put in place of the one value, and nothing else changes', async (t) => {
  const { gateway, seen } = await relayFor(t, {
    modelMapping: { 'gpt-5': 'tiny "quoted" \\ name', 'o-*': 'big', '*': '' },
  });
  for (const [body, expected] of [
    ['{ "model" :\t"gpt-5" ,"x":"gpt-5"}', '{ "model" :\t"tiny \\"quoted\\" \\\\ name" ,"x":"gpt-5"}'],
    ['{"model":"g\\u0070t-5"}', '{"model":"tiny \\"quoted\\" \\\\ name"}'],
    ['{"messages":[],"model":"o-1"}', '{"messages":[],"model":"big"}'],
    ['{"model":"other"}', '{"model":"other"}'],
    ['{"model":"sim/gpt-9"}', '{"model":"gpt-9"}'],
    ['{"model":"sim/gpt-5"}', '{"model":"tiny \\"quoted\\" \\\\ name"}'],
    ['{"model":"org/gpt-5"}', '{"model":"org/gpt-5"}'],
  ] as const) {
    assert.equal((await ask(gateway.url, { body })).status, 200, body);
    assert.equal(seen().body.toString(), expected);
  }
});

void test('a mapped model is put into a form as well', async (t) => {
  const { gateway, seen } = await relayFor(t, { modelMapping: { 'whisper-1': 'whisper-large' } });
  const headers = { 'content-type': 'multipart/form-data; boundary=edge' };
  const body = Buffer.from(form('whisper-1'), 'latin1');
  assert.equal((await ask(gateway.url, { path: '/v1/audio/transcriptions', headers, body })).status, 200);
  assert.equal(seen().body.toString('latin1'), form('whisper-large'));
  assert.equal(seen().header('content-type'), headers['content-type']);
});

void test('a mapped model goes as JSON into a JSON body, where the operation takes forms as well', async (t) => {
  const { gateway, seen } = await relayFor(t, { modelMapping: { 'image-1': 'image-2' } });
  const body = '{"model":"image-1","prompt":"a hat"}';
  assert.equal((await ask(gateway.url, { path: '/v1/images/edits', body })).status, 200);
  assert.equal(seen().body.toString(), '{"model":"image-2","prompt":"a hat"}');
});

void test('a model in the path is mapped and freed of its provider like one in a body', async (t) => {
  const { gateway, seen } = await relayFor(t, { modelMapping: { 'gpt-5': 'gpt-6', odd: 'a b/c' } });
  for (const [path, expected] of [
    ['/v1/models/gpt-4', '/base/v1/models/gpt-4'],
    ['/v1/models/org%2Fname', '/base/v1/models/org%2Fname'],
    ['/v1/models/gpt-5', '/base/v1/models/gpt-6'],
    ['/v1/models/sim/gpt-4?x=1', '/base/v1/models/gpt-4?x=1'],
    ['/v1/models/odd', '/base/v1/models/a%20b/c'],
  ] as const) {
    assert.equal((await ask(gateway.url, { path, method: 'GET' })).status, 200, path);
    assert.equal(seen().line, `GET ${expected} HTTP/1.1`);
  }
});

void test('the key goes out, and no credential of the client', async (t) => {
  const client = 'client-key-0123456789';
  const { gateway, seen } = await relayFor(t, {}, { clients: [{ name: 'web', key: client }] });
  for (const headers of [
    { authorization: `Bearer ${client}` },
    { 'x-api-key': client },
    { 'x-goog-api-key': client },
  ] as const) {
    assert.equal((await ask(gateway.url, { headers: { ...headers, 'api-key': 'azure-like' } })).status, 200);
    assert.equal(seen().header('authorization'), `Bearer ${GOOD_KEY}`);
    assert.ok(!seen().head.includes(client) && !seen().head.includes('azure-like'));
  }
});

void test('without clients any credential is accepted, and none is passed on', async (t) => {
  const { gateway, seen } = await relayFor(t);
  assert.equal((await ask(gateway.url, { headers: { authorization: 'Bearer sk-anything' } })).status, 200);
  assert.equal(seen().header('authorization'), `Bearer ${GOOD_KEY}`);
  assert.equal((await ask(gateway.url)).status, 200);
});

void test('a provider without keys gets the client’s own credential, as it wants it', async (t) => {
  const { gateway, seen } = await relayFor(t, { apiTokens: [], failover: {} }, {}, []);
  for (const headers of [
    { authorization: 'Bearer sk-own' },
    { 'x-api-key': 'sk-own' },
    { 'x-goog-api-key': 'sk-own' },
  ] as const) {
    assert.equal((await ask(gateway.url, { headers })).status, 200);
    assert.equal(seen().header('authorization'), 'Bearer sk-own');
    assert.equal(seen().header('x-api-key'), undefined);
  }
  const response = await ask(gateway.url);
  assert.equal(seen().header('authorization'), undefined);
  assert.equal(response.headers['x-sparekey-key'], undefined);
  assert.equal(response.headers['x-sparekey-attempts'], '1');
});

void test('a provider without keys gets nothing of a client that has a key here', async (t) => {
  const client = 'client-key-0123456789';
  const { gateway, seen } = await relayFor(
    t,
    { apiTokens: [], failover: {} },
    { clients: [{ name: 'web', key: client }] },
    [],
  );
  assert.equal((await ask(gateway.url, { headers: { authorization: `Bearer ${client}` } })).status, 200);
  assert.ok(!seen().head.includes(client));
});

void test('an answer comes back byte for byte, with its headers but for the hop-by-hop ones', async (t) => {
  const { gateway, upstream } = await relayFor(t);
  const body = '{ "choices" :\t[{"odd":\t1.0, "text" : "\\u00e9"}] }\n';
  upstream.answer = ({ write }) =>
    write(
      rawAnswer(
        '200 Fine',
        [
          'Content-Type: application/json',
          'x-ratelimit-remaining-requests: 7',
          'openai-processing-ms: 12',
          'x-request-id: req_theirs',
          'openai-version: 1',
          'openai-version: 2',
          'openai-model: caf\xe9',
          'x-unknown: 1',
          'openai-organization: org-ours',
          'set-cookie: tracker=1',
          'alt-svc: h3=":443"',
          'strict-transport-security: max-age=1',
          'access-control-allow-origin: https://elsewhere.example',
          'x-sparekey-key: forged',
          'x-hop: because connection says so',
          'connection: keep-alive, x-hop',
        ],
        body,
      ),
    );
  const response = await ask(gateway.url);
  assert.equal(response.status, 200);
  assert.equal(response.text, body);
  const { headers } = response;
  assert.equal(headers['x-ratelimit-remaining-requests'], '7');
  assert.equal(headers['openai-processing-ms'], '12');
  assert.equal(headers['x-request-id'], 'req_theirs');
  assert.equal(headers['openai-version'], '1, 2');
  assert.equal(headers['openai-model'], 'caf\xe9');
  assert.equal(headers['x-sparekey-provider'], 'sim');
  assert.match(String(headers['x-sparekey-key']), /^[a-z2-7]{12}$/);
  assert.equal(headers['x-sparekey-attempts'], '1');
  for (const name of [
    'set-cookie',
    'alt-svc',
    'strict-transport-security',
    'access-control-allow-origin',
    'x-hop',
    'x-unknown',
    'openai-organization',
  ] as const) {
    assert.equal(headers[name], undefined, name);
  }
});

void test('an answer that the provider encoded unasked comes back encoded', async (t) => {
  const { gateway, upstream } = await relayFor(t);
  const body = '\x1f\x8b not really gzip \x00\xff';
  upstream.answer = ({ write }) =>
    write(rawAnswer('200 OK', ['content-type: application/json', 'content-encoding: gzip'], body));
  const response = await ask(gateway.url);
  assert.equal(response.headers['content-encoding'], 'gzip');
  assert.equal(response.body.toString('latin1'), body);
});

void test('an answer without a body comes back without one', async (t) => {
  const { gateway, upstream } = await relayFor(t);
  for (const framing of ['', 'content-length: 5\r\n', 'transfer-encoding: chunked\r\n']) {
    upstream.answer = ({ write }) => write(`HTTP/1.1 204 No Content\r\nx-request-id: b\r\n${framing}\r\n`);
    const response = await ask(gateway.url, { method: 'DELETE', path: '/v1/files/file-1' });
    assert.equal(response.status, 204);
    assert.equal(response.body.length, 0);
    assert.ok(response.whole);
    assert.equal(response.headers['content-length'], undefined);
    assert.equal(response.headers['transfer-encoding'], undefined);
    assert.equal(response.headers['x-request-id'], 'b');
  }
  upstream.answer = ({ write }) =>
    write('HTTP/1.1 205 Reset Content\r\ncontent-length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n');
  const reset = await ask(gateway.url, { method: 'DELETE', path: '/v1/files/file-1' });
  assert.deepEqual([reset.status, reset.headers['content-length'], reset.body.length], [205, '0', 0]);
});

void test('a 304 to a request without conditions is the provider’s failure, and reported as one', async (t) => {
  const { gateway, upstream } = await relayFor(t);
  upstream.answer = ({ write }) => write('HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n');
  const response = await ask(gateway.url);
  assert.deepEqual([response.status, response.code], [502, 'upstream_broken']);
  const [line] = await gateway.requestsLogged(1);
  assert.deepEqual(
    [line?.failed?.[0]?.verdict, line?.failed?.[0]?.rule],
    ['overloaded', 'general.not-modified'],
  );
});

/** A form with a file that speaks of models, and the model itself. */
function form(model: string): string {
  return [
    '--edge',
    'Content-Disposition: form-data; name="file"; filename="a.wav"',
    'Content-Type: audio/wav',
    '',
    'RIFF name="model"\r\n\r\nwhisper-1 \xff\x00',
    '--edge',
    'content-disposition: form-data; name="model"',
    '',
    model,
    '--edge--',
    '',
  ].join('\r\n');
}
