import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { parseObject } from '../../src/base/json.ts';
import { GOOD_KEY, gatewayFor } from '../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';

const LIST = JSON.stringify({
  object: 'list',
  data: [{ id: 'gpt-5', object: 'model', created: 7, owned_by: 'openai', extra: 1 }],
});

/** Three providers: one with a list, one whose list fails, one that has none. */
async function threeProviders(t: TestContext, config: ConfigParts = {}): Promise<TestGateway> {
  const json = ['content-type: application/json'];
  const good = await rawUpstream(t, ({ write }) => write(rawAnswer('200 OK', json, LIST)));
  const bad = await rawUpstream(t, ({ write }) => write(rawAnswer('404 Not Found', json, '{}')));
  const apiTokens = [GOOD_KEY];
  return gatewayFor(t, {
    config: {
      providers: [
        {
          id: 'oai',
          type: 'openai',
          baseUrl: `${good.origin}/v1`,
          apiTokens,
          modelMapping: { best: 'gpt-5', 'my-*': 'gpt-5' },
        },
        { id: 'ant', type: 'claude', baseUrl: `${bad.origin}/v1`, apiTokens },
        { id: 'bed', type: 'bedrock', baseUrl: bad.origin, apiTokens, awsRegion: 'us-east-1' },
      ],
      routes: [
        { model: 'fast', to: ['oai/gpt-5', 'ant'] },
        { model: 'claude-*', to: ['ant', 'bed'] },
      ],
      ...config,
    },
  });
}

/** Names that a request would be served under. */
const SERVED = [
  'fast',
  'oai/gpt-5',
  'oai/best',
  'oai/my-own',
  'oai/unlisted',
  'claude-sonnet-4-5',
  'ant/claude-sonnet-4-5',
  'bed/us.anthropic.claude-sonnet-4-5',
];

const DIALECTS = [
  { name: 'OpenAI’s', path: '/v1/models', headers: {}, idOf: 'id', id: (name: string) => name },
  {
    name: 'Anthropic’s',
    path: '/v1/models',
    headers: { 'anthropic-version': '2023-06-01' },
    idOf: 'id',
    id: (name: string) => name,
  },
  {
    name: 'Gemini’s',
    path: '/v1beta/models',
    headers: {},
    idOf: 'name',
    id: (name: string) => `models/${name}`,
  },
] as const;

for (const { name: dialect, path, headers, idOf, id } of DIALECTS) {
  void test(`in ${dialect} dialect a model answers to every name that a request would be served under`, async (t) => {
    const { url } = await threeProviders(t);
    for (const name of SERVED)
      for (const written of [name, encodeURIComponent(name)]) {
        const { status, body } = await ask(url, { method: 'GET', path: `${path}/${written}`, headers });
        assert.equal(status, 200, `${name}: ${body.toString()}`);
        assert.equal(parseObject(body.toString())?.[idOf], id(name));
      }
    for (const name of ['gpt-5', 'nobody/gpt-5']) {
      const { status, body } = await ask(url, { method: 'GET', path: `${path}/${name}`, headers });
      assert.equal(status, 404, `${name}: ${body.toString()}`);
      assert.ok(parseObject(body.toString())?.['error'], body.toString());
    }
  });
}

void test('what a provider says of a model is said of it under all its names', async (t) => {
  const { url } = await threeProviders(t);
  for (const name of ['fast', 'oai/best', 'oai/my-own', 'oai/gpt-5']) {
    const { body } = await ask(url, { method: 'GET', path: `/v1/models/${name}` });
    const entry = { object: 'model', created: 7, owned_by: 'openai', extra: 1 };
    assert.deepEqual(parseObject(body.toString()), { ...entry, id: name });
  }
});

void test('with an active provider every name is one', async (t) => {
  const { url } = await threeProviders(t, { activeProviderId: 'oai' });
  for (const name of ['gpt-5', 'best', 'anything'])
    assert.equal((await ask(url, { method: 'GET', path: `/v1/models/${name}` })).status, 200);
  assert.equal((await ask(url, { method: 'GET', path: '/v1/models/a%0Ab' })).status, 404);
});
