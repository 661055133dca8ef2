import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';

void test('a base URL without /v1 is said once where it answers 404, and one that has it never', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) =>
    end(rawAnswer('404 Not Found', ['content-type: text/plain'], '404 page not found')),
  );
  const provider = (id: string, path: string) => ({
    id,
    type: 'openai-compatible',
    baseUrl: `${upstream.origin}${path}`,
    apiTokens: [`sk-${id}`],
  });
  const gateway = await gatewayFor(t, {
    config: {
      providers: [provider('bare', ''), provider('whole', '/v1')],
      routes: [{ model: '*', to: ['bare', 'whole'] }],
    },
  });
  await ask(gateway.url);
  await ask(gateway.url);
  await gateway.requestsLogged(2);
  assert.equal(upstream.requests.length, 4);
  assert.deepEqual(
    gateway
      .logs()
      .filter(({ msg }) => /lacks \/v1/.test(String(msg)))
      .map(({ level, provider: id, operation, baseUrl }) => [level, id, operation, baseUrl]),
    [['warn', 'bare', 'chat.completions', upstream.origin]],
  );
});
