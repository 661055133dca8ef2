import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor, simulatedProvider } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';
import { finished } from './tools.ts';

const KEY = 'sk-main-0123456789abcdef';

void test('a provider that is down is shown by the list, the simulation and the explanation of its keys, and by the admin API', async (context) => {
  const gateway = await gatewayFor(context, {
    behaviours: { [KEY]: [{ kind: 'server-error' }] },
    config: (simulator) => ({
      providers: [
        simulatedProvider(simulator, [KEY], {
          id: 'main',
          failover: { enabled: true, failureThreshold: 100, cooldownDuration: '1h' },
        }),
        simulatedProvider(simulator, ['sk-spare-0123456789abcdef'], { id: 'spare' }),
      ],
      routes: [{ model: '*', to: ['main', 'spare'] }],
    }),
  });
  for (let n = 0; n < 3; n++) await ask(gateway.url, { body: chat(`question ${n}`) });

  const state = await ask(gateway.adminUrl, { method: 'GET', path: '/api/state' });
  assert.match(
    state.text,
    /"down":\[\{"provider":"main","model":"gpt-5","state":"open","since":"[^"]+","nextTryAt":"[^"]+","triedBy":"request","strikes":1,"rule":"openai.server-error"\}\]/,
  );
  const line =
    /main is down for gpt-5 since .+ \(openai\.server-error\): requests go elsewhere first; tried next by a request, .+\./;
  const { id } = await gateway.keyOf(KEY, 'main');
  for (const command of [['list'], ['simulate', '--model', 'gpt-5'], ['explain', id]]) {
    const { stdout } = await finished(context, ['keys', ...command, '--admin', gateway.adminUrl]);
    assert.match(stdout, line);
  }
});
