import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { tryOutgoing, outgoing } from '../outgoing.ts';
import type { ClientRequest } from '../outgoing.ts';

const pair = { type: 'kling', apiTokens: [], klingAccessKey: 'access', klingSecretKey: 'secret-0123' };
const ORIGIN = 'https://api-singapore.klingai.com';
const video = { model_name: 'kling-v2', prompt: 'a sea', image: 'aGk=' };

const tasks: readonly ClientRequest[] = [
  { path: '/v1/videos/text2video', body: video },
  { path: '/v1/videos/image2video', body: video },
  { method: 'GET', path: '/v1/videos/text2video/t-1' },
  { method: 'GET', path: '/v1/videos/image2video/t-1?a=1' },
  { method: 'GET', path: '/v1/images/generations/t-1' },
];

void describe('Kling', () => {
  for (const task of tasks) {
    const { method = 'POST', path, body } = task;
    void it(`gets ${method} ${path} as the client wrote it, with a token made for it`, async () => {
      const before = Math.floor(Date.now() / 1000);
      const request = await outgoing(pair, task);
      assert.equal(`${request.method} ${request.url}`, `${method} ${ORIGIN}${path}`);
      assert.equal(request.body, body === undefined ? '' : JSON.stringify(body));
      const token = (request.headers['authorization'] ?? '').replace('Bearer ', '');
      const [head = '', payload = '', signature] = token.split('.');
      const own = createHmac('sha256', pair.klingSecretKey).update(`${head}.${payload}`).digest('base64url');
      assert.equal(signature, own);
      const claims = Buffer.from(payload, 'base64url').toString();
      const [, exp = '', nbf = ''] = /^\{"iss":"access","exp":(\d+),"nbf":(\d+)\}$/.exec(claims) ?? [];
      assert.equal(Number(exp) - Number(nbf), 1805);
      assert.ok(Number(nbf) + 5 >= before);
    });
  }

  void it('is sent a ready token as it is, though that has three parts', async () => {
    const request = await outgoing(
      { ...pair, ...ready('aGVhZA.cGF5bG9hZA.c2lnbmVk') },
      tasks[0] ?? { path: '' },
    );
    assert.equal(request.headers['authorization'], 'Bearer aGVhZA.cGF5bG9hZA.c2lnbmVk');
  });

  void it('gets no chats, in whatever dialect', async () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/responses']) {
      const body = { model: 'kling-v2', max_tokens: 5, messages, input: 'Hi' };
      assert.equal(await tryOutgoing(pair, { path, body }), 'operation_not_offered', path);
    }
  });
});

/** The options of a token that is there already. */
function ready(token: string): object {
  return { apiTokens: [token], klingAccessKey: undefined, klingSecretKey: undefined };
}
