import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSimulator } from '../../../simulator/simulator.ts';
import { RedisServer } from '../../store/redis/redis-server.ts';
import { folderFor } from '../../support/folder.ts';
import { simulatedProvider } from '../../support/gateway.ts';
import { GatewayProcess, type LogLine } from '../../support/gateway-process.ts';
import { until } from '../../support/until.ts';
import { assertAnswered, laterTries } from './assertions.ts';
import { applySteadyLoad } from './load.ts';
import { downProvider, keysOf, OUTAGES, TIMEOUT_MS } from './outages.ts';

/* What one node finds out of a provider that is down, the others go by. */

const NODES = 3;
const LOAD = { perSecond: 20, half: 40 };

const CELLS = [
  { how: 'a 503', keys: 1 },
  { how: 'a 503', keys: 5 },
  { how: 'a reset after the request', keys: 3 },
  { how: 'silence', keys: 2 },
] as const;

void test('three nodes on one Redis: what one finds out of a provider costs the others no try', async (t) => {
  const redis = await RedisServer.start();
  t.after(() => redis.dispose());
  const simulator = await startSimulator();
  t.after(() => simulator.close());
  const cells = await Promise.all(
    CELLS.map(async ({ how, keys }, index) => {
      const { baseUrl } = await downProvider(t, OUTAGES[how] ?? 'refused');
      return { id: `main-${index}`, model: `model-${index}`, baseUrl, keys };
    }),
  );
  const folder = await folderFor(t);
  const config = {
    state: `redis://127.0.0.1:${redis.port}/0`,
    providers: [
      ...cells.map(({ id, baseUrl, keys }) => ({
        id,
        type: 'openai',
        baseUrl,
        apiTokens: keysOf(id, keys),
        failover: { enabled: true, healthCheckModel: 'gpt-5-nano', healthCheckTimeout: TIMEOUT_MS },
        firstOutputTimeout: TIMEOUT_MS,
      })),
      simulatedProvider(simulator, keysOf('spare', 2), { id: 'spare' }),
    ],
    routes: cells.map(({ id, model }) => ({ model, to: [id, 'spare'] })),
  };
  await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify(config));
  const lines: LogLine[] = [];
  const nodes = await Promise.all(
    Array.from({ length: NODES }, () => GatewayProcess.start(folder, (line) => lines.push(line))),
  );
  for (const node of nodes) t.after(() => node.kill());

  // The first half is put to one node; the others hear of the outage, and never meet it.
  const [first, ...others] = nodes.map(({ url }) => url);
  const urlOf = (number: number): string =>
    (number < LOAD.half ? first : others[number % others.length]) ?? '';
  const asked = await Promise.all(cells.map(({ model }) => applySteadyLoad(urlOf, LOAD, model)));
  asked.forEach(assertAnswered);
  const requests = (): LogLine[] => lines.filter(({ msg }) => msg === 'request');
  await until(() => requests().length === asked.flat().length);
  for (const [index, { id }] of cells.entries()) {
    assert.deepEqual(laterTries(asked[index] ?? [], requests(), id), [], `${CELLS[index]?.how}`);
  }
});
