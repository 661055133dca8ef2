import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { startTestGateway } from '../support/gateway.ts';

const tooLong = {
  type: 'error',
  error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
};

void test('an error of a provider is translated into the dialect of the client, with the codes that it acts upon', async (t) => {
  const server = createServer((_, response) => {
    response
      .writeHead(400, { 'content-type': 'application/json', 'retry-after': '7' })
      .end(JSON.stringify(tooLong));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const baseUrl = `http://127.0.0.1:${address.port}/v1`;
  const gateway = await startTestGateway({
    config: { providers: [{ id: 'c', type: 'claude', baseUrl, apiTokens: ['sk-1'] }] },
  });
  t.after(() => gateway.close());
  const ask = async (path: string, body: object) => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const messages = [{ role: 'user', content: 'hi' }];
  const { message } = tooLong.error;

  assert.deepEqual(await ask('/v1/chat/completions', { model: 'm', messages, stream: true }), {
    status: 400,
    body: { error: { message, type: 'invalid_request_error', param: null, code: 'context_length_exceeded' } },
  });
  assert.deepEqual(await ask('/v1/messages', { model: 'm', max_tokens: 1, messages }), {
    status: 400,
    body: tooLong,
  });
  const contents = [{ parts: [{ text: 'hi' }] }];
  const gemini = await ask('/v1beta/models/m:generateContent', { contents });
  assert.equal(gemini.status, 400);
  assert.match(
    JSON.stringify(gemini.body),
    /^\{"error":\{"code":400,"message":"prompt is too long.*"status":"INVALID_ARGUMENT"/,
  );
});
