import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { gatewayFor, GOOD_KEY, simulatedProvider } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';
import { until } from '../support/until.ts';
import { startTinyproxy } from '../upstream/proxy/proxies.ts';

const PROXIED_KEY = 'sk-proxied-0123456789abcdef';
const MOST_REQUESTS = 200;

void test('a key whose own proxy is gone leaves alone, no request is lost, and it comes back with its proxy', async (t) => {
  const port = await freePort();
  const { url, adminUrl, sim, keyOf, requests } = await gatewayFor(t, {
    config: (simulator) => ({
      providers: [
        simulatedProvider(simulator, [], {
          apiTokens: [GOOD_KEY, { key: PROXIED_KEY, proxy: `http://127.0.0.1:${port}` }],
          failover: {
            enabled: true,
            failureThreshold: 3,
            healthCheckModel: 'gpt-5-nano',
            healthCheckInterval: 50,
            healthCheckMaxInterval: 50,
            returnRamp: 0,
          },
        }),
      ],
    }),
  });
  const stateOf = async (): Promise<string> => (await keyOf(PROXIED_KEY)).state;
  const askUntil = async (state: string): Promise<void> => {
    for (let count = 0; (await stateOf()) !== state; count++) {
      assert.ok(count < MOST_REQUESTS, `still not ${state}`);
      assert.equal((await ask(url, { body: chat('hi') })).status, 200);
    }
  };
  await askUntil('out-of-service');
  const explained = await ask(adminUrl, {
    method: 'GET',
    path: `/api/keys/${(await keyOf(PROXIED_KEY)).id}/explain`,
  });
  assert.match(explained.body.toString(), /the proxy of this key alone is in the way/);
  assert.equal((await keyOf(GOOD_KEY)).state, 'in-service');
  const rules = requests().flatMap(({ failed = [] }) =>
    failed.map(({ rule, detail }) => `${rule} ${detail}`),
  );
  assert.deepEqual(new Set(rules), new Set(['fault.no-tunnel proxy-unreachable']));
  assert.ok(sim.requests.every(({ key }) => key === GOOD_KEY));

  await startTinyproxy(t, { port });
  await until(async () => (await stateOf()) === 'in-service');
});
