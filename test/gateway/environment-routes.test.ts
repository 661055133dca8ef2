import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerTypes } from '../../src/catalog/provider-types.ts';
import { environmentRoutes } from '../../src/config/load/environment-routes.ts';
import { gatewayFor } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';

const KEY = 'sk-good-0123456789abcdef-good';

void test('a client of OpenAI reaches each maker by the name of its model alone', async (t) => {
  const known = [...providerTypes.values()];
  const present = known.filter(({ type }) => ['openai', 'claude', 'gemini'].includes(type));
  const gateway = await gatewayFor(t, {
    config: ({ url }) => ({
      providers: present.map(({ type }) => ({
        id: type,
        type,
        baseUrl: type === 'gemini' ? url.replace(/\/v1$/, '/v1beta') : url,
        apiTokens: [KEY],
      })),
      routes: environmentRoutes(present, known),
      activeProviderId: 'openai',
    }),
  });
  const models = ['gpt-5', 'claude-haiku-4-5', 'gemini-2.5-flash', 'of-nobody-known'];
  const served = await Promise.all(
    models.map(async (model) => {
      const { status, headers } = await ask(gateway.url, { body: chat('hi', { model }) });
      return [status, headers['x-sparekey-provider']];
    }),
  );
  assert.deepEqual(served, [
    [200, 'openai'],
    [200, 'claude'],
    [200, 'gemini'],
    [200, 'openai'],
  ]);
  const refused = await ask(gateway.url, { body: chat('hi', { model: 'grok-5' }) });
  assert.deepEqual([refused.status, refused.code], [404, 'model_not_routed']);
  assert.match(
    refused.text,
    /No route leads to the model \\"grok-5\\"\. It is a model of grok, which has no key here: set XAI_API_KEY\./,
  );
});
