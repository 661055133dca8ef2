import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { gatewayFor } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange } from '../support/raw-upstream.ts';

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });
const ways = z.object({ providers: z.array(z.object({ provider: z.string() })).default([]) });

const json = ['content-type: application/json'];

/** A provider that has one model, and says its name in every answer. */
function providerWith(model: string): (exchange: RawExchange) => void {
  const list = JSON.stringify({ object: 'list', data: [{ id: model, object: 'model' }] });
  const chat = JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: model }, finish_reason: 'stop' }],
  });
  return ({ request, end }) =>
    end(rawAnswer('200 OK', json, request.line.startsWith('GET /v1/models') ? list : chat));
}

void test('hosts and paths lead to their own providers, in whatever is asked', async (t) => {
  const a = await rawUpstream(t, providerWith('model-a'));
  const b = await rawUpstream(t, providerWith('model-b'));
  const gateway = await gatewayFor(t, {
    config: {
      providers: [
        { id: 'a', type: 'openai', baseUrl: `${a.origin}/v1`, apiTokens: ['sk-a'] },
        { id: 'b', type: 'openai', baseUrl: `${b.origin}/v1`, apiTokens: ['sk-b'] },
      ],
      activeProviderId: 'a',
      routes: [
        { hosts: ['closed.example.com'], to: 'none' },
        { hosts: ['b.example.com', '*.b.example.com'], to: ['b'] },
        { paths: ['/team-b'], to: ['b'] },
      ],
    },
  });
  const chat = async (host: string, path = '/v1/chat/completions'): Promise<readonly unknown[]> => {
    const before = [a.requests.length, b.requests.length];
    const { status, code } = await ask(gateway.url, { headers: { host }, path });
    const asked = [a.requests.length - (before[0] ?? 0), b.requests.length - (before[1] ?? 0)];
    return [status, code, ...asked];
  };
  assert.deepEqual(await chat('b.example.com'), [200, undefined, 0, 1]);
  assert.deepEqual(await chat('B.Example.com:5397'), [200, undefined, 0, 1]);
  assert.deepEqual(await chat('x.y.b.example.com'), [200, undefined, 0, 1]);
  assert.deepEqual(await chat('a.example.com'), [200, undefined, 1, 0]);
  assert.deepEqual(await chat('a.example.com', '/team-b/v1/chat/completions'), [200, undefined, 0, 1]);
  assert.deepEqual(await chat('closed.example.com'), [404, 'model_not_routed', 0, 0]);

  const models = async (host: string): Promise<readonly unknown[]> => {
    const { json: body } = await ask(gateway.url, { method: 'GET', path: '/v1/models', headers: { host } });
    return modelList.parse(body()).data.map(({ id }) => id);
  };
  assert.deepEqual(await models('b.example.com'), ['model-b'], 'what a host does not lead to is not listed');
  assert.deepEqual(await models('localhost'), ['model-a', 'b/model-b']);
  assert.deepEqual(await models('closed.example.com'), []);

  const asked = b.requests.length;
  const handshake = {
    host: 'b.example.com',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  await ask(gateway.url, { method: 'GET', path: '/v1/realtime?model=gpt-realtime', headers: handshake });
  assert.match(b.requests[asked]?.line ?? '', /^GET \/v1\/realtime/);

  const choice = async (query: string): Promise<readonly unknown[]> => {
    const { status, json: body } = await ask(gateway.adminUrl, {
      method: 'GET',
      path: `/api/choice?${query}`,
    });
    return [status, ...ways.parse(body()).providers.map(({ provider }) => provider)];
  };
  assert.deepEqual(await choice('model=m'), [200, 'a']);
  assert.deepEqual(await choice('model=m&host=b.example.com'), [200, 'b']);
  assert.deepEqual(await choice('model=m&path=/team-b/v1/chat/completions'), [200, 'b']);
  assert.deepEqual(await choice('model=m&host=closed.example.com'), [404]);
});
