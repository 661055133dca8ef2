import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { HttpAnswer } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/*
 * Paths of no known operation, at a provider that has OpenAI's API: they are forwarded, and what they make belongs to the key that
 * made it, and to the client.
 */

const KEYS = ['sk-one-0123456789', 'sk-two-0123456789'];
const JSON_TYPE = 'content-type: application/json';
const CLIENTS = [
  { name: 'ada', key: 'client-ada-0123456789' },
  { name: 'bob', key: 'client-bob-0123456789' },
];

interface Accounts {
  readonly upstream: RawUpstream;
  readonly gateway: TestGateway;
  /** Requests so far: the key's number, method and path. */
  readonly came: readonly string[];
  readonly send: (method: string, path: string, body?: unknown, client?: string) => Promise<HttpAnswer>;
}

/** A provider with an account for each key, which knows what it made itself alone. */
async function accounts(
  t: TestContext,
  config: ConfigParts = {},
  provider: ConfigParts = {},
): Promise<Accounts> {
  const made = new Map<string, string>();
  const came: string[] = [];
  let count = 0;
  const upstream = await rawUpstream(t, ({ request, end }) => {
    const [method = '', path = ''] = request.line.split(' ');
    const account = request.header('authorization') ?? '';
    came.push(`${KEYS.indexOf(account.replace('Bearer ', '')) + 1} ${method} ${path}`);
    const foreign = [...made].find(([id, owner]) => path.includes(id) && owner !== account);
    if (foreign !== undefined)
      return end(rawAnswer('404 Not Found', [JSON_TYPE], '{"error":{"message":"No such thing"}}'));
    const kind = path.split('?')[0]?.split('/').at(-1) ?? '';
    const id = `${kind.slice(0, 2)}_${String(++count).padStart(4, '0')}abcDEF`;
    if (method === 'POST') made.set(id, account);
    end(rawAnswer('200 OK', [JSON_TYPE], JSON.stringify({ id, object: kind })));
  });
  const gateway = await gatewayFor(t, {
    config: {
      providers: [
        { id: 'p', type: 'openai', baseUrl: `${upstream.origin}/v1`, apiTokens: KEYS, ...provider },
      ],
      ...config,
    },
  });
  const send: Accounts['send'] = (method, path, body = {}, client = 'ada') =>
    ask(gateway.url, {
      method,
      path,
      body,
      headers: { authorization: `Bearer client-${client}-0123456789` },
    });
  return { upstream, gateway, came, send };
}

/** The id of what an answer says was made. */
function idIn({ status, text }: HttpAnswer): string {
  assert.equal(status, 200, text);
  const id = /"id":"([^"]+)"/u.exec(text)?.[1];
  assert.ok(id !== undefined, text);
  return id;
}

void suite('paths of no known operation', () => {
  void test('lead to the key that made what they name: in the path, in the query, in the body', async (t) => {
    const { came, send } = await accounts(t);
    // With two keys, some of so many would go to the other one.
    for (let round = 0; round < 8; round++) {
      const store = idIn(await send('POST', '/v1/vector_stores', { name: `s${round}` }));
      const key = came.at(-1)?.[0];
      const asked = [
        ['GET', `/v1/vector_stores/${store}`],
        ['POST', `/v1/vector_stores/${store}/search`, { query: 'x' }],
        ['GET', `/v1/vector_stores/${store}/files?limit=1`],
        ['GET', `/v1/evals?after=${store}`],
        ['POST', '/v1/assistants', { tool_resources: { file_search: { vector_store_ids: [store] } } }],
        ['DELETE', `/v1/vector_stores/${store}`],
      ] as const;
      for (const [method, path, body] of asked) {
        assert.equal((await send(method, path, body)).status, 200, path);
        assert.equal(came.at(-1), `${key} ${method} ${path}`);
      }
    }
    assert.deepEqual(new Set(came.map((each) => each[0])), new Set(['1', '2']));
  });

  void test('a thread, its messages and runs stay with one key', async (t) => {
    const { came, send } = await accounts(t);
    for (let round = 0; round < 4; round++) {
      const assistant = idIn(await send('POST', '/v1/assistants', { model: 'gpt-5', name: `a${round}` }));
      const key = came.at(-1)?.[0];
      const run = await send('POST', '/v1/threads/runs', { assistant_id: assistant, stream: false });
      const id = idIn(run);
      await send('GET', `/v1/threads/thread_x1/runs/${id}`);
      assert.deepEqual(came.slice(-2), [
        `${key} POST /v1/threads/runs`,
        `${key} GET /v1/threads/thread_x1/runs/${id}`,
      ]);
    }
  });

  void test('a file within a store is not that file: nothing but its place in the store is removed', async (t) => {
    const { came, send } = await accounts(t);
    assert.equal((await send('DELETE', '/v1/vector_stores/vs_1/files/file-1')).status, 200);
    assert.match(came.at(-1) ?? '', /DELETE \/v1\/vector_stores\/vs_1\/files\/file-1$/u);
    assert.equal((await send('POST', '/v1/threads/thread_1/messages', { role: 'user' })).status, 200);
    assert.match(came.at(-1) ?? '', /POST \/v1\/threads\/thread_1\/messages$/u);
  });

  void test('are behind the base path of a vendor that has another than OpenAI', async (t) => {
    const { came, send, upstream } = await accounts(t);
    const groq = await gatewayFor(t, {
      config: {
        providers: [{ id: 'g', type: 'groq', baseUrl: `${upstream.origin}/openai/v1`, apiTokens: [KEYS[0]] }],
      },
    });
    assert.equal((await ask(groq.url, { path: '/proxy/v1/agents', body: {} })).status, 200);
    assert.equal(came.at(-1), '1 POST /openai/v1/agents');
    assert.equal((await send('POST', '/proxy/v1/agents')).status, 200);
    assert.match(came.at(-1) ?? '', / POST \/v1\/agents$/u);
  });

  void test('go to a provider that is sent them, also where their model leads to one that is not', async (t) => {
    const { upstream, came } = await accounts(t);
    const gateway = await gatewayFor(t, {
      config: {
        activeProviderId: 'claude',
        providers: [
          {
            id: 'claude',
            type: 'claude',
            baseUrl: `${upstream.origin}/claude`,
            apiTokens: ['sk-ant-0123456789'],
          },
          {
            id: 'off',
            type: 'openai',
            passthrough: 'off',
            baseUrl: `${upstream.origin}/off`,
            apiTokens: ['sk-off-0123456789'],
          },
          {
            id: 'on',
            type: 'openai',
            baseUrl: `${upstream.origin}/v1`,
            apiTokens: [KEYS[0]],
            modelMapping: { a: 'b' },
          },
        ],
      },
    });
    assert.equal((await ask(gateway.url, { path: '/v1/assistants', body: { model: 'a' } })).status, 200);
    assert.equal(came.at(-1), '1 POST /v1/assistants');
    assert.equal(upstream.requests.at(-1)?.body.toString(), '{"model":"b"}');
    assert.equal((await ask(gateway.url, { method: 'GET', path: '/v1/vector_stores' })).status, 200);
  });

  void test('are 404 where nobody is sent them', async (t) => {
    const { upstream } = await accounts(t);
    const provider = (type: string, more: ConfigParts = {}): ConfigParts => ({
      id: 'p',
      type,
      baseUrl: `${upstream.origin}/v1`,
      apiTokens: [KEYS[0]],
      ...more,
    });
    for (const one of [provider('claude'), provider('gemini'), provider('openai', { passthrough: 'off' })]) {
      const gateway = await gatewayFor(t, { config: { providers: [one] } });
      const response = await ask(gateway.url, { path: '/v1/vector_stores', body: {} });
      assert.deepEqual([response.status, response.code], [404, 'unknown_operation']);
    }
    const { send, upstream: other } = await accounts(t);
    for (const path of ['/wp-login.php', '/vector_stores', '/v2/vector_stores'])
      assert.equal((await send('POST', path)).code, 'unknown_operation', path);
    assert.equal(upstream.requests.length + other.requests.length, 0);
  });

  void test('what only another vendor knows at a path is in nobody’s way', async (t) => {
    const { came, send, upstream } = await accounts(t);
    for (const [path, sent] of [
      ['/v1/tokenize', '/v1/tokenize'],
      ['/bots/chat/completions', '/v1/chat/completions'],
      ['/v1/files/retrieve_content?file_id=1', '/v1/files/retrieve_content?file_id=1'],
    ] as const) {
      await send('POST', path, { model: 'm', messages: [] });
      assert.equal(came.at(-1)?.slice(2), `POST ${sent}`);
    }
    const claude = await gatewayFor(t, {
      config: {
        providers: [{ id: 'c', type: 'claude', baseUrl: upstream.origin, apiTokens: ['sk-0123456789'] }],
      },
    });
    assert.equal(
      (await ask(claude.url, { path: '/v2/chat', body: { model: 'm' } })).code,
      'operation_not_offered',
    );
  });

  void test('a key that is refused is followed by the next one', async (t) => {
    const { came, send, upstream } = await accounts(
      t,
      {},
      { failover: { enabled: true, cooldownDuration: '1h' } },
    );
    upstream.answer = ({ end }) =>
      end(rawAnswer('429 Too Many Requests', [JSON_TYPE], '{"error":{"message":"slow"}}'));
    assert.equal((await send('POST', '/v1/vector_stores')).status, 429);
    assert.equal(came.length, 0);
    assert.equal(upstream.requests.length, 2);
  });
});

const CHAT = JSON.stringify({
  choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
});
const FAILING = { enabled: true, failureThreshold: 1, cooldownDuration: '1h' };

function refusal(message: string): string {
  return JSON.stringify({ error: { message, type: 'invalid_request_error' } });
}

void suite('what fails at a path of no known operation', () => {
  const failures: readonly (readonly [status: string, type: string, body: string])[] = [
    ['401 Unauthorized', JSON_TYPE, refusal('It has to be made with a session key.')],
    ['401 Unauthorized', JSON_TYPE, '{"detail":"Unauthorized"}'],
    ['402 Payment Required', JSON_TYPE, refusal('Your plan has no such endpoint.')],
    ['403 Forbidden', JSON_TYPE, refusal('Your plan has no such endpoint.')],
    ['404 Not Found', JSON_TYPE, refusal('The model does not exist or you do not have access to it.')],
    ['405 Method Not Allowed', 'content-type: text/html', '<html></html>'],
    ['500 Internal Server Error', JSON_TYPE, refusal('boom')],
    ['501 Not Implemented', 'content-type: text/html', '<html></html>'],
    ['200 OK', JSON_TYPE, '{"a":'],
    ['200 OK', 'content-type: text/event-stream', 'data: {"a":1}\n\ndata: {"b'],
  ];
  for (const keys of [KEYS, KEYS.slice(0, 1)]) {
    void test(`takes no key out that answers others: ${keys.length} keys`, async (t) => {
      const options = { apiTokens: keys, failover: FAILING };
      const { send, upstream, gateway } = await accounts(t, {}, options);
      let failure = rawAnswer('404 Not Found', [JSON_TYPE], '{}');
      const asked = new Set<string | undefined>();
      upstream.answer = ({ request, end }) => {
        const isChat = request.line.includes('/chat/');
        if (isChat) asked.add(request.header('authorization'));
        end(isChat ? rawAnswer('200 OK', [JSON_TYPE], CHAT) : failure);
      };
      const chat = (): Promise<HttpAnswer> =>
        send('POST', '/v1/chat/completions', { model: 'm', messages: [] });
      for (let round = 0; asked.size < keys.length; round++) {
        assert.ok(round < 1000);
        assert.equal((await chat()).status, 200);
      }
      for (const [status, type, body] of failures) {
        failure = rawAnswer(status, [type], body);
        for (const method of ['GET', 'POST', 'POST']) await send(method, '/v1/nonsense', { model: 'm' });
        for (const { state, models } of await gateway.keys())
          assert.deepEqual([state, models ?? {}], ['in-service', {}], `${status} ${body}`);
        assert.equal((await chat()).status, 200);
      }
    });
  }

  void test('shows that a key is refused which has answered nothing', async (t) => {
    const { send, upstream, gateway } = await accounts(t, {}, { failover: FAILING });
    upstream.answer = ({ request, end }) =>
      end(
        request.header('authorization') === `Bearer ${KEYS[0]}`
          ? rawAnswer('401 Unauthorized', [JSON_TYPE], refusal('Incorrect API key provided'))
          : rawAnswer('200 OK', [JSON_TYPE], '{"id":"vs_1"}'),
      );
    for (let round = 0; (await gateway.keyOf(KEYS[0] ?? '', 'p')).state === 'in-service'; round++) {
      assert.ok(round < 1000);
      assert.equal((await send('POST', '/v1/vector_stores')).status, 200);
    }
  });

  void test('has a key that answers others checked, and the check is believed', async (t) => {
    const failover = {
      ...FAILING,
      healthCheckModel: 'm',
      healthCheckInterval: '1s',
      healthCheckTimeout: '1s',
    };
    const { send, upstream, gateway } = await accounts(t, {}, { failover, apiTokens: KEYS.slice(0, 1) });
    let isRevoked = false;
    upstream.answer = ({ end }) =>
      end(
        isRevoked
          ? rawAnswer('401 Unauthorized', [JSON_TYPE], refusal('Incorrect API key provided'))
          : rawAnswer('200 OK', [JSON_TYPE], CHAT),
      );
    assert.equal((await send('POST', '/v1/chat/completions', { model: 'm', messages: [] })).status, 200);
    isRevoked = true;
    await send('GET', '/v1/nonsense');
    await until(async () => (await gateway.keys())[0]?.state === 'out-of-service');
  });
});

void suite('paths of no known operation, where clients are kept apart', () => {
  const apart = { clients: CLIENTS };

  void test('what one client made does not exist for another', async (t) => {
    const { came, send } = await accounts(t, apart);
    const store = idIn(await send('POST', '/v1/vector_stores', { name: 'ada’s' }));
    const own = idIn(await send('POST', '/v1/vector_stores', { name: 'bob’s' }, 'bob'));
    const before = came.length;
    for (const [method, path, body] of [
      ['GET', `/v1/vector_stores/${store}`],
      ['DELETE', `/v1/vector_stores/${store}`],
      ['POST', `/v1/vector_stores/${store}/search`, { query: 'x' }],
      ['POST', `/v1/vector_stores/${store.replace('_', '%5F')}/search`, { query: 'x' }],
      ['POST', `/v1/vector_stores/${store.replace('_', '%255F')}/search`, { query: 'x' }],
      ['GET', `/v1/vector_stores/${own}/files/${store}`],
      ['GET', `/v1/vector_stores/${own}/files?after=${store}`],
      ['POST', '/v1/assistants', { tools: [{ vector_store_ids: [store] }] }],
      ['POST', '/v1/assistants', Buffer.from(`{"a":"${store.replace('v', '\\u0076')}"}`)],
      ['POST', '/v1/assistants', Buffer.from(`{"x_id":"${store}","x_id":"${own}"}`)],
      ['POST', '/v1/assistants', { model: store, vector_store_ids: [store] }],
      ['GET', `/v1/vector_stores/${own}/files%2F${store}`],
      ['GET', `/v1/vector_stores/${own}/${store.replace('_', '%255F')}`],
      ['GET', `/v1/vector_stores/${own}/files?ids=${own},${store}`],
      ['GET', `/v1/vector_stores/${own}/files?${store}`],
      ['GET', '/v1/vector_stores/vs_never0000000made'],
    ] as const) {
      const response = await send(method, path, body, 'bob');
      assert.deepEqual([response.status, response.code], [404, 'resource_not_found'], path);
    }
    assert.equal(came.length, before);
    for (const [method, path] of [
      ['GET', `/v1/vector_stores/${store}`],
      ['POST', `/v1/vector_stores/${store}/search`],
      ['GET', `/v1/vector_stores/${store}/files/file-unknown0001`],
      ['DELETE', `/v1/vector_stores/${store}`],
    ] as const)
      assert.equal((await send(method, path)).status, 200, path);
  });

  void test('lists, and whatever names nothing of the client’s, are refused', async (t) => {
    const { came, send } = await accounts(t, apart);
    for (const [method, path] of [
      ['GET', '/v1/vector_stores'],
      ['GET', '/v1/assistants?limit=1'],
      ['DELETE', '/v1/vector_stores'],
      ['PUT', '/v1/agents/my-agent'],
      ['POST', '/v1/threads/t/messages'],
      ['POST', '/v1/agents/my-agent'],
    ] as const) {
      const response = await send(method, path);
      assert.deepEqual([response.status, response.code], [404, 'not_separable'], path);
    }
    const wrong = await send('GET', '/v1/chat/completions');
    assert.deepEqual([wrong.status, wrong.code, wrong.headers.allow], [405, 'method_not_allowed', 'POST']);
    assert.equal(came.length, 0);
  });

  void test('a body that is not looked through is refused', async (t) => {
    const { gateway, came } = await accounts(t, apart);
    const response = await ask(gateway.url, {
      path: '/v1/vector_stores',
      body: Buffer.from('{"a":1}'),
      headers: { authorization: `Bearer ${CLIENTS[0]?.key}`, 'content-type': 'application/octet-stream' },
    });
    assert.deepEqual([response.status, response.code], [415, 'body_not_readable']);
    assert.equal(came.length, 0);
  });

  void test('nor is a form that is larger than what is kept: its end may name anything', async (t) => {
    const { gateway, came, send } = await accounts(t, { ...apart, limits: { replay: '1KiB' } });
    const store = idIn(await send('POST', '/v1/vector_stores'));
    const before = came.length;
    const form = (fields: readonly (readonly [name: string, value: string])[]): Promise<HttpAnswer> =>
      ask(gateway.url, {
        path: '/v1/containers',
        body: `${fields.map(([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--b--\r\n`,
        headers: {
          authorization: `Bearer ${CLIENTS[1]?.key}`,
          'content-type': 'multipart/form-data; boundary=b',
        },
      });
    const long = await form([
      ['note', 'x'.repeat(100_000)],
      ['store', store],
    ]);
    assert.deepEqual([long.status, long.code], [415, 'body_not_readable']);
    for (const value of [store, JSON.stringify({ ids: [store] }), `a,${store}`])
      assert.equal((await form([['any', value]])).code, 'resource_not_found', value);
    assert.equal(came.length, before);
    assert.equal((await form([['any', 'else']])).status, 200);
  });

  void test('an id of digits, or with other signs than usual, is another’s as well', async (t) => {
    const { came, send, upstream } = await accounts(t, apart);
    const ids = ['0123456789', 'store+1/2==', 'vs~store@1'];
    for (const id of ids) {
      upstream.answer = ({ end }) => end(rawAnswer('200 OK', [JSON_TYPE], JSON.stringify({ id })));
      await send('POST', '/v1/vector_stores');
      const before = came.length + upstream.requests.length;
      for (const [path, body] of [
        ['/v1/assistants', { anything: [id] }],
        [`/v1/assistants?x=${encodeURIComponent(id)}`, {}],
      ] as const)
        assert.equal((await send('POST', path, body, 'bob')).code, 'resource_not_found', `${path} ${id}`);
      assert.equal(came.length + upstream.requests.length, before);
    }
  });

  void test('an answer that repeats what the request named makes nobody its owner', async (t) => {
    const { send, upstream } = await accounts(t, apart);
    const shared = 'file-of-the-operator-0001';
    const store = idIn(await send('POST', '/v1/vector_stores'));
    upstream.answer = ({ end }) => end(rawAnswer('200 OK', [JSON_TYPE], JSON.stringify({ id: shared })));
    await send('POST', `/v1/vector_stores/${store}/files`, { file_id: shared });
    // Bob may name it as before: it is nobody's.
    assert.equal((await send('POST', '/v1/assistants', { file_ids: [shared] }, 'bob')).status, 200);
  });

  void test('with sharedResources all is open to all', async (t) => {
    const { send } = await accounts(t, { ...apart, sharedResources: true });
    const store = idIn(await send('POST', '/v1/vector_stores'));
    assert.equal((await send('GET', `/v1/vector_stores/${store}`, {}, 'bob')).status, 200);
    assert.equal((await send('GET', '/v1/vector_stores', {}, 'bob')).status, 200);
  });
});
