import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { stubbornClient } from '../../support/stubborn-client.ts';
import { until } from '../../support/until.ts';

const CLIENT = 'client-key-0123456789';
/** What a browser sends of a page that was loaded by a name which was then pointed here. */
const REBOUND = {
  host: 'evil.example',
  origin: 'http://evil.example',
  'sec-fetch-site': 'same-origin',
  authorization: 'Bearer anything',
};
const HANDSHAKE = [
  'GET /v1/realtime?model=voice HTTP/1.1',
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol: realtime, openai-insecure-api-key.sk-page-0123456789',
];

void test('no page under a name that was pointed here can chat, list or read files, where no key is needed', async (t) => {
  const gateway = await gatewayFor(t);
  const chats = await ask(gateway.url, { headers: REBOUND });
  assert.deepEqual([chats.status, chats.code], [403, 'foreign_host']);
  assert.match(chats.text, /by the name \\"evil\.example\\"[^]*allowedHosts/);
  const { origin, ...unsigned } = REBOUND;
  assert.equal(origin, 'http://evil.example');
  for (const path of ['/v1/models', '/v1/files', '/v1/files/file-1/content', '/v1/batches', '/v1beta/models'])
    for (const headers of [REBOUND, unsigned, { host: 'evil.example:5397', 'user-agent': 'curl/8' }]) {
      const response = await ask(gateway.url, { method: 'GET', path, headers });
      assert.equal(response.status, 403, path);
      assert.match(response.text, /not called by the name/);
    }
  const anthropic = await ask(gateway.url, {
    path: '/v1/messages',
    headers: { ...REBOUND, 'x-api-key': 'k' },
  });
  assert.match(anthropic.text, /^\{"type":"error","error":\{"type":/);
  assert.equal(gateway.sim.requests.length, 0);
  assert.equal((await gateway.keyOf(GOOD_KEY)).failures, 0);
});

void test('no page of another site can join a WebSocket to a provider', async (t) => {
  const gateway = await gatewayFor(t);
  for (const [host, origin] of [
    ['127.0.0.1', 'https://evil.example'],
    ['evil.example', 'http://evil.example'],
    ['localhost', 'null'],
  ] as const) {
    const bytes = [...HANDSHAKE, `host: ${host}`, `origin: ${origin}`, '', ''].join('\r\n');
    const client = await stubbornClient(t, gateway.port, bytes);
    await until(() => client.received().endsWith('}}'));
    assert.match(client.received(), /^HTTP\/1\.1 403 /);
  }
  assert.equal(gateway.sim.requests.length, 0);
});

void test('programs are answered by every name, and pages by those that are allowed', async (t) => {
  const gateway = await gatewayFor(t);
  const { host: __, ...page } = REBOUND;
  for (const host of ['localhost', 'sparekey:8080', 'gateway.internal', 'gateway.example.org'])
    assert.equal((await ask(gateway.url, { headers: { host } })).status, 200, host);
  assert.equal((await fetch(`${gateway.url}/v1/models`)).status, 200);
  const posted = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat('hello')),
  });
  assert.equal(posted.status, 200);
  await gateway.reload({
    config: (sim) => ({ providers: [simulatedProvider(sim, [GOOD_KEY])], allowedHosts: ['evil.example'] }),
  });
  assert.equal((await ask(gateway.url, { headers: REBOUND })).status, 200);
  assert.equal((await ask(gateway.url, { headers: page })).status, 200);
});

void test('where clients have keys, a key is what counts', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({
      clients: [{ name: 'web', key: CLIENT }],
      providers: [simulatedProvider(sim, [GOOD_KEY])],
    }),
  });
  assert.equal((await ask(gateway.url, { headers: REBOUND })).status, 401);
  const headers = { ...REBOUND, 'sec-fetch-site': 'cross-site', authorization: `Bearer ${CLIENT}` };
  assert.equal((await ask(gateway.url, { headers })).status, 200);
});
