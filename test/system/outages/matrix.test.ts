import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { gatewayFor, simulatedProvider, type ConfigParts } from '../../support/gateway.ts';
import { assertAnswered, laterTries } from './assertions.ts';
import { applySteadyLoad, type LoadShape } from './load.ts';
import { downProvider, keysOf, numbersAt, OUTAGES, TIMEOUT_MS } from './outages.ts';

/* A provider fails every request, whichever key it comes with; the next one of the route is well. */

const POOLS = [1, 2, 3, 5];
const LOADS: readonly LoadShape[] = [
  { perSecond: 2, half: 6 },
  { perSecond: 20, half: 30 },
];
/** Half of what a circuit is open for at first: no trial is sooner. Milliseconds. */
const SOONEST_TRIAL_MS = 2_500;

interface Cell {
  readonly how: string;
  readonly keys: number;
  readonly load: LoadShape;
  /** Of the provider that is down, how it is found out that it is back. */
  readonly failover: ConfigParts;
}

const CHECKED: ConfigParts = { healthCheckModel: 'gpt-5-nano', healthCheckTimeout: TIMEOUT_MS };
const UNCHECKED: ConfigParts = { cooldownDuration: '1h' };

/**
 * Asks a route over a provider that is down and one that is well.
 * @returns the requests of the second half that were tried at the first
 */
async function play(context: TestContext, { how, keys, load, failover }: Cell): Promise<readonly number[]> {
  const main = await downProvider(context, OUTAGES[how] ?? 'refused');
  const gateway = await gatewayFor(context, {
    config: (simulator) => ({
      providers: [
        {
          id: 'main',
          type: 'openai',
          baseUrl: main.baseUrl,
          apiTokens: keysOf('main', keys),
          failover: { enabled: true, ...failover },
          firstOutputTimeout: TIMEOUT_MS,
        },
        simulatedProvider(simulator, keysOf('spare', 2), { id: 'spare' }),
      ],
      routes: [{ model: '*', to: ['main', 'spare'] }],
    }),
  });
  const asked = await applySteadyLoad(() => gateway.url, load);
  assertAnswered(asked);
  const tried = laterTries(asked, await gateway.requestsLogged(asked.length), 'main');
  // As the provider saw it, too, where it sees anything.
  const seen = new Set(numbersAt(main).filter((number) => number >= load.half));
  assert.deepEqual(
    [...seen].filter((number) => !tried.includes(number)),
    [],
    'a try that the log does not tell of',
  );
  return tried;
}

for (const load of LOADS) {
  // Slow requests leave room for all at once.
  void suite(`at ${load.perSecond} requests a second`, { concurrency: load.perSecond < 10 }, () => {
    for (const how of Object.keys(OUTAGES)) {
      void suite(`a provider is down by ${how}`, { concurrency: true }, () => {
        for (const keys of POOLS) {
          void test(`with ${keys} keys: every request is answered by the next, and soon none waits for it`, async (t) => {
            // Whether it is back, health checks find out.
            assert.deepEqual(await play(t, { how, keys, load, failover: CHECKED }), []);
          });
        }
      });
    }
  });
}

void suite('a provider is down that no health check asks', { concurrency: true }, () => {
  const load: LoadShape = { perSecond: 20, half: 60 };
  const trials = Math.ceil((load.half * 1_000) / load.perSecond / SOONEST_TRIAL_MS);
  for (const keys of POOLS) {
    void test(`with ${keys} keys: of many requests ${trials} at most find out whether it is back`, async (t) => {
      const tried = await play(t, { how: 'a 500', keys, load, failover: UNCHECKED });
      assert.ok(tried.length <= trials, `tried by ${tried.join(', ')}`);
    });
  }
});
