import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../support/gateway.ts';
import { ask } from '../support/http.ts';

const CLIENT = 'client-key-0123456789';
const CLIENTS = [
  { name: 'web', key: CLIENT },
  { name: 'batch', key: 'client-key-9876543210' },
];

void test('health, readiness and the root answer everybody, by GET and HEAD, and leave no line in the log', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({ clients: CLIENTS, providers: [simulatedProvider(sim, [GOOD_KEY])] }),
  });
  for (const path of ['/health', '/ready', '/', '/health?x=1']) {
    const got = await ask(gateway.url, { method: 'GET', path });
    assert.equal(got.status, 200, path);
    assert.equal(typeof got.json(), 'object');
    assert.match(String(got.headers['x-request-id']), /^req_/);
    const head = await ask(gateway.url, { method: 'HEAD', path });
    assert.equal(head.status, 200, path);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers['content-length'], got.headers['content-length']);
  }
  assert.deepEqual(gateway.requests(), []);
  assert.equal(gateway.sim.requests.length, 0);
});

void test('a preflight is answered where there are clients, and answers may be read by pages', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({ clients: CLIENTS, providers: [simulatedProvider(sim, [GOOD_KEY])] }),
  });
  const origin = 'https://app.example';
  const preflight = await ask(gateway.url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], '*');
  assert.match(String(preflight.headers['access-control-allow-headers']), /authorization/);
  assert.match(String(preflight.headers['access-control-allow-methods']), /POST/);
  assert.equal(preflight.headers['content-length'], undefined);

  const answered = await ask(gateway.url, { headers: { origin, authorization: `Bearer ${CLIENT}` } });
  assert.equal(answered.status, 200);
  assert.equal(answered.headers['access-control-allow-origin'], '*');
  const refused = await ask(gateway.url, { headers: { origin } });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers['access-control-allow-origin'], '*');
});

void test('without clients no page may read an answer', async (t) => {
  const gateway = await gatewayFor(t);
  const response = await ask(gateway.url, { headers: { origin: 'https://app.example' } });
  assert.equal(response.headers['access-control-allow-origin'], undefined);
});

void test('a client is known by its key in any of three headers', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({ clients: CLIENTS, providers: [simulatedProvider(sim, [GOOD_KEY])] }),
  });
  const ways = [
    { authorization: `Bearer ${CLIENT}` },
    { authorization: `bearer   ${CLIENT} ` },
    { 'x-api-key': CLIENT },
    { 'x-goog-api-key': CLIENT },
  ];
  for (const headers of ways)
    assert.equal((await ask(gateway.url, { headers })).status, 200, JSON.stringify(headers));
  assert.equal((await ask(gateway.url, { headers: { 'x-api-key': 'client-key-9876543210' } })).status, 200);
  const lines = await gateway.requestsLogged(5);
  assert.deepEqual(
    lines.map(({ client }) => client),
    ['web', 'web', 'web', 'web', 'batch'],
  );
});

void test('no key and a wrong key are distinguished, before anything else is answered', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({ clients: CLIENTS, providers: [simulatedProvider(sim, [GOOD_KEY])] }),
  });
  for (const headers of [
    {},
    { authorization: 'Basic eA==' },
    { authorization: 'Bearer' },
    { 'x-api-key': '' },
  ]) {
    const response = await ask(gateway.url, { headers });
    assert.equal(response.status, 401);
    assert.equal(response.code, 'missing_api_key', JSON.stringify(headers));
    assert.equal(response.headers['x-should-retry'], 'false');
  }
  const wrong = [CLIENT.slice(0, -1), `${CLIENT}0`, CLIENT.toUpperCase(), GOOD_KEY, 'x'.repeat(10_000)];
  for (const key of wrong) {
    const response = await ask(gateway.url, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(response.status, 401);
    assert.equal(response.code, 'invalid_api_key');
    assert.ok(!response.text.includes(key));
  }
  const unknown = await ask(gateway.url, { method: 'GET', path: '/v1/secrets' });
  assert.equal(unknown.code, 'missing_api_key');
  assert.equal(gateway.sim.requests.length, 0);
});

void test('the models of one provider are its own list', async (t) => {
  const gateway = await gatewayFor(t, { script: { keys: {}, models: ['m-1', 'm-2'] } });
  const response = await ask(gateway.url, { method: 'GET', path: '/v1/models' });
  assert.equal(response.status, 200);
  assert.equal(response.headers['x-sparekey-provider'], 'sim');
  assert.match(response.text, /"m-1"[\s\S]*"m-2"/);
  assert.equal(gateway.sim.requests[0]?.path, '/v1/models');
});

void test('the models of several providers are one list, each under the name that is routed to it', async (t) => {
  const gateway = await gatewayFor(t, {
    script: { keys: {}, models: ['m-1', 'other'] },
    config: (sim) => ({
      providers: [
        { ...simulatedProvider(sim, [GOOD_KEY]), id: 'one' },
        { ...simulatedProvider(sim, ['sk-two-0123456789abcdef']), id: 'two' },
      ],
      routes: [{ model: 'm-*', to: ['two', 'one'] }],
      activeProviderId: 'one',
    }),
  });
  const response = await ask(gateway.url, { method: 'GET', path: '/v1/models' });
  assert.equal(response.status, 200);
  assert.deepEqual(
    [...response.text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id),
    ['one/m-1', 'other', 'm-1', 'two/other'],
  );
  for (const model of ['one/m-1', 'other', 'm-1', 'two/other']) {
    const answered = await ask(gateway.url, { body: { model, messages: [] } });
    assert.equal(
      answered.headers['x-sparekey-provider'],
      model === 'one/m-1' || model === 'other' ? 'one' : 'two',
    );
  }
});

void test('a provider that does not answer is left out of the list of models', async (t) => {
  const gateway = await gatewayFor(t, {
    script: {
      keys: {
        'sk-two-0123456789abcdef': {
          behaviours: [{ kind: 'server-error', times: 1 }, { kind: 'error-200' }],
        },
      },
      models: ['m-1'],
    },
    config: (sim) => ({
      providers: [
        { ...simulatedProvider(sim, [GOOD_KEY]), id: 'one' },
        { ...simulatedProvider(sim, ['sk-two-0123456789abcdef']), id: 'two' },
      ],
      activeProviderId: 'one',
    }),
  });
  for (let i = 0; i < 2; i++) {
    const response = await ask(gateway.url, { method: 'GET', path: '/v1/models' });
    assert.deepEqual(
      [...response.text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id),
      ['m-1'],
    );
  }
  const none = await gatewayFor(t, {
    script: { keys: {}, unknownKeys: { behaviours: [{ kind: 'invalid-key' }] } },
    config: (sim) => ({
      providers: [
        { ...simulatedProvider(sim, [GOOD_KEY]), id: 'one' },
        { ...simulatedProvider(sim, ['sk-two-0123456789abcdef']), id: 'two' },
      ],
      activeProviderId: 'one',
    }),
  });
  assert.equal((await ask(none.url, { method: 'GET', path: '/v1/models' })).status, 502);
});

void test('a page of another site may not spend what no key protects', async (t) => {
  const form = { 'content-type': 'multipart/form-data; boundary=b', 'sec-fetch-site': 'cross-site' };
  const asking = { path: '/v1/images/edits', body: Buffer.from('--b--') };
  const open = await gatewayFor(t);
  const refused = await ask(open.url, { ...asking, headers: form });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /"cross_site"/);
  assert.equal(open.sim.requests.length, 0);

  const keyed = await gatewayFor(t, {
    config: (sim) => ({ clients: CLIENTS, providers: [simulatedProvider(sim, [GOOD_KEY])] }),
  });
  const headers = { ...form, authorization: `Bearer ${CLIENT}` };
  assert.notEqual((await ask(keyed.url, { ...asking, headers })).status, 403);
});

void test('a provider whose id no header can carry answers, and is named percent-encoded', async (t) => {
  const gateway = await gatewayFor(t, {
    config: (sim) => ({ providers: [simulatedProvider(sim, [GOOD_KEY], { id: '双子-é' })] }),
  });
  const answer = await ask(gateway.url, {
    path: '/v1/chat/completions',
    body: { model: 'gpt-5', messages: [{ role: 'user', content: 'Hello' }] },
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-sparekey-provider'], '%E5%8F%8C%E5%AD%90-%C3%A9');
});
