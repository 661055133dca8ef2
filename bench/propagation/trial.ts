import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../test/support/http.ts';
import { VICTIM } from './testbed.ts';
import type { Testbed } from './testbed.ts';

/** What came of one revocation. Milliseconds, from when the first request that the provider refused had come there. */
export interface Trial {
  /** Until the last process went by it. */
  readonly outMs: number;
  /** Until the last request with the key had come to the provider; 0 where there was only the first. */
  readonly lastTryMs: number;
  /** Requests that the provider refused. */
  readonly refused: number;
}

/** Time in which a late request with the key would still be seen. Milliseconds. */
const AFTERMATH_MS = 50;

/** Revokes the key at the provider, waits until every process goes by it, and puts it back everywhere. */
export async function runTrial({ simulator, logWatch, adminUrl }: Testbed): Promise<Trial> {
  const before = simulator.requests.at(-1)?.number ?? 0;
  const left = logWatch.everywhere('a key left service');
  simulator.script(VICTIM, [{ kind: 'invalid-key' }]);
  const { keyId, times } = await left;
  await sleep(AFTERMATH_MS);
  const refused = simulator.requests.filter(
    ({ number, behaviour }) => number > before && behaviour === 'invalid-key',
  );
  const first = refused[0]?.at ?? NaN;
  const trial = {
    outMs: Math.max(...times) - first,
    lastTryMs: (refused.at(-1)?.at ?? NaN) - first,
    refused: refused.length,
  };
  const back = logWatch.everywhere('a key is back in service');
  simulator.script(VICTIM, []);
  await ask(adminUrl, { path: `/api/keys/${keyId}/enable`, body: '' });
  await back;
  // Trials begin at no fixed time of whatever has a rhythm.
  await sleep(Math.random() * AFTERMATH_MS);
  return trial;
}
