import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { GOOD_KEY, gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

const JSON_TYPE = ['content-type: application/json'];
const BAD_KEY = 'gm-bad-0123456789abcdef';

function geminiAt(origin: string): object {
  return {
    id: 'gem',
    type: 'gemini',
    baseUrl: `${origin}/v1beta`,
    apiTokens: [BAD_KEY, GOOD_KEY],
    failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
  };
}

void test('a client of OpenAI gets embeddings of Gemini, from the key that has room', async (t) => {
  const upstream = await rawUpstream(t, ({ request, write }) => {
    const isBad = request.header('x-goog-api-key') === BAD_KEY;
    const error = { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } };
    const answer = { embeddings: [{ values: [0.5, -2] }, { values: [1, 0] }] };
    return write(
      rawAnswer(
        isBad ? '429 Too Many Requests' : '200 OK',
        JSON_TYPE,
        JSON.stringify(isBad ? error : answer),
      ),
    );
  });
  const gateway = await gatewayFor(t, { config: { providers: [geminiAt(upstream.origin)] } });
  const client = new OpenAI({ apiKey: 'any', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  for (let count = 0; count < 4; count++) {
    // The SDK requests base64 by default, and decodes it to numbers.
    const { data, model } = await client.embeddings.create({
      model: 'gemini-embedding-001',
      input: ['a', 'b'],
    });
    assert.deepEqual(
      data.map(({ embedding }) => embedding),
      [
        [0.5, -2],
        [1, 0],
      ],
    );
    assert.equal(model, 'gemini-embedding-001');
  }
  for (const request of upstream.requests) {
    assert.equal(request.line, 'POST /v1beta/models/gemini-embedding-001:batchEmbedContents HTTP/1.1');
    assert.equal(request.header('authorization'), undefined);
  }
});

void test('what Gemini cannot express is the client’s mistake, and no key is used', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(rawAnswer('200 OK', JSON_TYPE, '{}')));
  const gateway = await gatewayFor(t, { config: { providers: [geminiAt(upstream.origin)] } });
  const response = await ask(gateway.url, {
    path: '/v1/embeddings',
    body: { model: 'gemini-embedding-001', input: [1, 2, 3] },
  });
  assert.equal(response.status, 400);
  assert.match(response.text, /its input is not text/);
  assert.equal(upstream.requests.length, 0);
});

void test('a response that is not what it should be is reported as broken', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) =>
    write(rawAnswer('200 OK', JSON_TYPE, '{"embedding":{}}')),
  );
  const gateway = await gatewayFor(t, { config: { providers: [geminiAt(upstream.origin)] } });
  const response = await ask(gateway.url, {
    path: '/v1/embeddings',
    body: { model: 'gemini-embedding-001', input: 'a' },
  });
  assert.equal(response.status, 502);
  assert.match(response.text, /upstream_broken/);
});

void test('a client of Gemini gets embeddings from who speaks OpenAI', async (t) => {
  const gateway = await gatewayFor(t);
  const response = await ask(gateway.url, {
    path: '/v1beta/models/text-embedding-3-small:embedContent',
    body: { content: { parts: [{ text: 'hello' }] } },
  });
  assert.equal(response.status, 200);
  assert.match(response.text, /^\{"embedding":\{"values":\[-?[\d.]/);
});
