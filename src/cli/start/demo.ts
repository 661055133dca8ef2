import { parseConfig } from '../../config/load/load.ts';
import type { LoadResult } from '../../config/load/load.ts';
import { defaultScript, demoKeys } from '../../../simulator/default-script.ts';
import { describeScript } from '../../../simulator/describe.ts';
import { startSimulator } from '../../../simulator/simulator.ts';

/**
 * What `sparekey start` runs with `--demo`, and on a terminal where nothing is configured: a simulated provider, running, and a configuration that
 * has it as its only provider, for requests of one's own. `npm run demo` is a show with traffic of its own (scripts/demo.ts).
 */
export interface Demo {
  readonly config: LoadResult;
  /** What each of the provider's keys does, in words. */
  readonly keys: readonly string[];
  close(): Promise<void>;
}

/** A model that the simulator pretends to have. */
const DEMO_MODEL = 'gpt-5';

/** Starts the bundled simulator. Keys are tested every few seconds, so that one sees them come back. */
export async function startDemo(): Promise<Demo> {
  // As a vendor does: only then is a list of models worth something as a check.
  const simulator = await startSimulator({ script: { ...defaultScript, knownKeysOnly: true } });
  const config = parseConfig(
    JSON.stringify({
      state: 'memory:',
      providers: [
        {
          id: 'simulator',
          type: 'openai',
          baseUrl: simulator.url,
          apiTokens: demoKeys.map(({ key, script: { note = '' } }) => ({
            key,
            name: note.split(/[,:]/)[0],
          })),
          failover: {
            enabled: true,
            healthCheckModel: DEMO_MODEL,
            healthCheckInterval: '2s',
            healthCheckMaxInterval: '10s',
          },
        },
      ],
    }),
    { env: {} },
  );
  return {
    config,
    keys: demoKeys.map(({ key, script }) => `…${key.slice(-4)}  ${describeScript(script)}`),
    close: () => simulator.close(),
  };
}
