import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { gatewayFor } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';

/* What a client makes up must not cost what protects the keys. */

const KEYS = ['sk-first-0123456789abcdef', 'sk-second-0123456789abcde'];
const NAMES = 1_000;
const AT_ONCE = 20;

const asked = z.object({ model: z.string() });

/** Has one model, which is throttled for an hour, and says of all others what OpenAI says. @returns how often each was asked for */
async function provider(
  t: TestContext,
): Promise<{ readonly url: string; readonly seen: Map<string, number> }> {
  const seen = new Map<string, number>();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (bytes: Buffer) => (text += bytes.toString()));
    request.on('end', () => {
      const { model } = asked.parse(JSON.parse(text));
      seen.set(model, (seen.get(model) ?? 0) + 1);
      const isBusy = model === 'busy';
      response.writeHead(isBusy ? 429 : 404, {
        'content-type': 'application/json',
        ...(isBusy && { 'retry-after': '3600' }),
      });
      const error = isBusy
        ? { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' }
        : {
            message: `The model \`${model}\` does not exist`,
            type: 'invalid_request_error',
            code: 'model_not_found',
          };
      response.end(JSON.stringify({ error }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}/v1`, seen };
}

void test(`a throttle still holds after ${NAMES} invented names of models, and no record names one`, async (t) => {
  const { url, seen } = await provider(t);
  const gateway = await gatewayFor(t, { keys: KEYS, provider: { baseUrl: url } });
  assert.equal((await ask(gateway.url, { body: chat('hi', { model: 'busy' }) })).status, 429);
  const throttled = seen.get('busy');
  for (let n = 0; n < NAMES; n += AT_ONCE) {
    const heard = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, i) =>
        ask(gateway.url, { body: chat('hi', { model: `invented-${n + i}` }) }),
      ),
    );
    assert.ok(heard.every(({ status }) => status === 404));
  }
  assert.equal((await ask(gateway.url, { body: chat('hi', { model: 'busy' }) })).code, 'no_key_available');
  assert.equal(seen.get('busy'), throttled, 'it was asked again');
  for (const { state, models } of await gateway.keys()) {
    assert.deepEqual([state, Object.keys(models ?? {})], ['in-service', ['busy']]);
  }
  // Nor is one asked of every key each time: the second request has the provider's own words from one key.
  const before = seen.get('invented-999');
  assert.equal((await ask(gateway.url, { body: chat('hi', { model: 'invented-999' }) })).status, 404);
  assert.deepEqual([before, seen.get('invented-999')], [2, 3]);
});
