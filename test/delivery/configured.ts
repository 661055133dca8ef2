import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startSimulator } from '../../simulator/simulator.ts';

/** The key of each provider. */
const KEY = 'sk-known-0123456789abcdef-wxyz';

/**
 * Writes a configuration for two simulated providers, one of which speaks another dialect than clients of OpenAI, on
 * ports that are free; its state stands beside it.
 * @returns the path of it
 */
export async function writeConfiguration(
  context: TestContext,
  folder: string,
  more: object = {},
): Promise<string> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const path = join(folder, 'sparekey.yaml');
  const configuration = {
    listen: '127.0.0.1:0',
    admin: { listen: '127.0.0.1:0' },
    providers: [
      { id: 'openai', type: 'openai', baseUrl: simulator.url, apiTokens: [KEY] },
      { id: 'claude', type: 'claude', baseUrl: simulator.url, apiTokens: [KEY] },
    ],
    routes: [{ model: 'claude-*', to: ['claude'] }],
    activeProviderId: 'openai',
    ...more,
  };
  await writeFile(path, JSON.stringify(configuration));
  return path;
}
