import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asObject, parseObject } from '../../../src/base/json.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

/*
 * Requests that name no model, or an empty one: the plugin has the model of `*` in `modelMapping` for them, and the
 * deployment in Azure's URL.
 */

interface Case {
  readonly provider: object;
  /** Of what leaves. Undefined: nothing does. */
  readonly path?: string;
  readonly model?: string;
}

const messages = [{ role: 'user', content: 'hi' }];
const STAR = { modelMapping: { other: 'x', '*': 'star' } };
const DEPLOYMENT = '/openai/deployments/dep/chat/completions';
const CHATS = '/v1/chat/completions';

const cases: Readonly<Record<string, Case>> = {
  'the model of `*`': { provider: { type: 'openai', ...STAR }, path: CHATS, model: 'star' },
  'the model of a pattern that fits nothing': {
    provider: { type: 'openai', modelMapping: { '~^$': 'none', '*': 'star' } },
    path: CHATS,
    model: 'none',
  },
  'translated to a dialect that has the model in its path': {
    provider: { type: 'gemini', ...STAR },
    path: '/v1beta/models/star:generateContent',
  },
  'the deployment of a URL': {
    provider: { type: 'azure', azureServiceUrl: 'https://a.example/openai/deployments/dep?api-version=1' },
    path: `${DEPLOYMENT}?api-version=1`,
    model: 'dep',
  },
  'who has one model': { provider: { type: 'vllm', vllmServerHost: 'v.example' }, path: CHATS },
  'what passes as it is': { provider: { type: 'generic', genericHost: 'g.example', ...STAR }, path: CHATS },
  'what is as the client writes it': {
    provider: { type: 'dify', botType: 'Chat', protocol: 'original' },
    path: '/v1/chat-messages',
  },
  'none, where nobody says one': { provider: { type: 'openai', modelMapping: { 'gpt-*': 'x', '*': '' } } },
};

void suite('a request without a model is for', () => {
  for (const [what, { provider, path, model }] of Object.entries(cases)) {
    void test(what, async (t) => {
      const upstream = await rawUpstream(t, ({ end }) =>
        end(rawAnswer('400 Bad Request', ['content-type: application/json'], '{"error":{"message":"no"}}')),
      );
      const parts = { apiTokens: ['k-0123456789'], providerDomain: upstream.origin, ...provider };
      const gateway = await gatewayFor(t, { yaml: () => JSON.stringify({ provider: parts }) });
      for (const body of [{ messages }, { model: '', messages }, { model: null, messages }]) {
        const before = upstream.requests.length;
        const { code } = await ask(gateway.url, { path: CHATS, body });
        const [request] = upstream.requests.slice(before);
        if (path === undefined) {
          assert.equal(request, undefined);
          assert.equal(code, 'model_required');
          continue;
        }
        assert.equal(request?.line, `POST ${path} HTTP/1.1`);
        const sent = asObject(parseObject(request.body.toString()));
        if (model !== undefined) assert.deepEqual(sent, { ...body, model });
        else if ('messages' in (sent ?? {})) assert.deepEqual(sent, body);
      }
    });
  }

  void test('the model of `*` where what may do without one has to be translated', async (t) => {
    const upstream = await rawUpstream(t, ({ end }) => end(rawAnswer('400 Bad Request', [], 'no')));
    const claude = { type: 'claude', apiTokens: ['k-0123456789'], providerDomain: upstream.origin };
    const body = { input: 'hi' };
    const gateway = await gatewayFor(t, { yaml: () => JSON.stringify({ provider: { ...claude, ...STAR } }) });
    await ask(gateway.url, { path: '/v1/responses', body });
    const [request] = upstream.requests;
    assert.equal(request?.line, 'POST /v1/messages HTTP/1.1');
    assert.equal(parseObject(request.body.toString())?.['model'], 'star');
  });

  void test('nobody where it has to be translated, and nobody says one', async (t) => {
    const asked = [
      [{ type: 'claude', providerDomain: 'https://c.example' }, '/v1/responses', { input: 'hi' }],
      [{ type: 'generic', genericHost: 'g.example' }, '/v1/messages', { messages, max_tokens: 9 }],
    ] as const;
    for (const [parts, path, body] of asked) {
      const provider = { apiTokens: ['k-0123456789'], ...parts };
      const gateway = await gatewayFor(t, { yaml: () => JSON.stringify({ provider }) });
      const { status, code } = await ask(gateway.url, { path, body });
      assert.deepEqual([status, code], [400, 'model_required'], path);
    }
  });

  void test('nobody where it is in a form, to which nothing is added', async (t) => {
    const gateway = await gatewayFor(t, { provider: STAR });
    const form = '--b\r\ncontent-disposition: form-data; name="language"\r\n\r\nen\r\n--b--\r\n';
    const { code } = await ask(gateway.url, {
      path: '/v1/audio/transcriptions',
      body: form,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    assert.equal(code, 'model_required');
  });
});
