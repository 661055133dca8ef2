import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  GOOD_KEY,
  gatewayFor,
  simulatedProvider,
  startTestGateway,
  type TestGateway,
} from '../../support/gateway.ts';
import { ask, chat, type AskOptions } from '../../support/http.ts';

interface Refused extends AskOptions {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  readonly message?: RegExp;
  readonly allow?: string;
}

const FORM = 'multipart/form-data; boundary=b';

const REFUSED: readonly Refused[] = [
  {
    what: 'JSON that breaks off',
    body: '{"model":"gpt-5","messages":[',
    status: 400,
    code: 'truncated_body',
  },
  {
    what: 'JSON with a comma too many',
    body: '{"model":"gpt-5",}',
    status: 400,
    code: 'invalid_json',
    message: /at byte 17/,
  },
  { what: 'text that is no JSON', body: 'hello', status: 400, code: 'invalid_json' },
  { what: 'a JSON list', body: '[{"model":"gpt-5"}]', status: 400, code: 'invalid_json' },
  { what: 'a body of nothing', body: '', status: 400, code: 'invalid_json' },
  { what: 'no model', body: { messages: [] }, status: 400, code: 'model_required' },
  { what: 'an empty model', body: { model: '' }, status: 400, code: 'model_required' },
  { what: 'a model that is no text', body: { model: 5 }, status: 400, code: 'model_required' },
  ...['../files', 'simulator/a/../../b', '..', 'a\\..\\b'].map((model) => ({
    what: `a model that climbs where it stands in a path (${model})`,
    body: { model, messages: [] },
    status: 404,
    code: 'model_unknown',
  })),
  {
    what: 'an unknown operation',
    path: '/v1/chat/completion',
    status: 404,
    code: 'unknown_operation',
    message: /POST \/v1\/chat\/completion\b/,
  },
  { what: 'the root by POST', path: '/', status: 404, code: 'unknown_operation' },
  {
    what: 'a path that climbs',
    path: '/v1/files/../chat/completions',
    status: 404,
    code: 'unknown_operation',
  },
  {
    what: 'a path that climbs behind an escape',
    path: '/v1/files/%2e%2e/content',
    method: 'GET',
    status: 404,
    code: 'unknown_operation',
  },
  {
    what: 'an operation by the wrong method',
    method: 'GET',
    status: 405,
    code: 'method_not_allowed',
    allow: 'POST',
  },
  {
    what: 'a method that no operation takes',
    path: '/v1/files/file-1',
    method: 'PUT',
    status: 405,
    code: 'method_not_allowed',
    allow: 'GET, DELETE',
  },
  {
    what: 'a preflight where there are no clients',
    method: 'OPTIONS',
    status: 405,
    code: 'method_not_allowed',
    allow: 'POST',
  },
  {
    what: 'plain text',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'invalid_content_type',
    message: /text\/plain/,
  },
  {
    what: 'no content type',
    headers: { 'content-type': undefined },
    status: 415,
    code: 'invalid_content_type',
  },
  {
    what: 'an encoded body',
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'invalid_content_type',
  },
  {
    what: 'a form without a boundary',
    path: '/v1/files',
    headers: { 'content-type': 'multipart/form-data' },
    body: 'x',
    status: 400,
    code: 'invalid_form',
  },
  {
    what: 'a form that breaks off',
    path: '/v1/audio/transcriptions',
    headers: { 'content-type': FORM },
    body: '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisp',
    status: 400,
    code: 'truncated_body',
  },
];

/** Paths that belong to no operation are not forwarded. */
const ONLY_KNOWN = { passthrough: 'off' };

void suite('a request that cannot be served', () => {
  for (const { what, status, code, message, allow, ...asking } of REFUSED) {
    void test(`${what} is refused with ${status} ${code}`, async (t) => {
      const gateway = await gatewayFor(t, { provider: ONLY_KNOWN });
      const response = await ask(gateway.url, asking);
      assert.equal(response.status, status, response.text);
      assert.equal(response.code, code);
      assert.ok(response.whole);
      assert.equal(response.headers['content-type'], 'application/json');
      assert.match(String(response.headers['x-request-id']), /^req_/);
      assert.equal(response.headers['x-should-retry'], 'false');
      assert.equal(response.headers['allow'], allow);
      if (message !== undefined) assert.match(response.text, message);
      await assertUntouched(gateway, status, code);
    });
  }

  void test('a model that no route leads to is refused with 404 model_not_routed', async (t) => {
    const gateway = await gatewayFor(t, {
      config: (sim) => ({
        providers: [
          { ...simulatedProvider(sim, [GOOD_KEY]), id: 'one' },
          { ...simulatedProvider(sim, [GOOD_KEY]), id: 'two' },
        ],
        routes: [{ model: 'gpt-*', to: ['one'] }],
      }),
    });
    const response = await ask(gateway.url, { body: chat('hi', { model: 'claude-opus' }) });
    assert.equal(response.status, 404);
    assert.equal(response.code, 'model_not_routed');
    assert.match(response.text, /claude-opus/);
    assert.equal(
      (await ask(gateway.url, { body: chat('hi', { model: 'gpt-5' }) })).headers['x-sparekey-provider'],
      'one',
    );
    assert.equal(
      (await ask(gateway.url, { body: chat('hi', { model: 'two/claude-opus' }) })).headers[
        'x-sparekey-provider'
      ],
      'two',
    );
    assert.equal(gateway.sim.requests.at(-1)?.model, 'claude-opus');
  });

  void test('a client’s words are quoted in bounded length and without breaking the answer', async (t) => {
    const gateway = await gatewayFor(t);
    const response = await ask(gateway.url, { path: `/v1/${'%22%3Cscript%3E'.repeat(200)}` });
    assert.equal(response.status, 404);
    assert.ok(response.text.length < 600);
    assert.equal(typeof response.json(), 'object');
  });
});

/** Neither the provider nor the key has heard of it, and the log tells it. */
async function assertUntouched(gateway: TestGateway, status: number, code: string): Promise<void> {
  assert.equal(gateway.sim.requests.length, 0);
  assert.equal(gateway.inFlight(), 0);
  assert.equal((await gateway.keyOf(GOOD_KEY)).failures, 0);
  const [line] = await gateway.requestsLogged(1);
  assert.equal(line?.status, status);
  assert.equal(line?.code, code);
  assert.equal(line?.attempts, 0);
}

void test('the gateway answers as before after a hundred bad requests', async () => {
  const gateway = await startTestGateway({ provider: ONLY_KNOWN });
  try {
    const bad = REFUSED;
    await Promise.all(Array.from({ length: 100 }, (_, i) => ask(gateway.url, bad[i % bad.length])));
    assert.equal((await ask(gateway.url)).status, 200);
    assert.equal(gateway.sim.requests.length, 1);
  } finally {
    await gateway.close();
  }
});
