/**
 * `npm run soak:probes [-- --seconds N] [-- --nodes N] [-- --json]`: whether each key that is out of service is
 * checked by one node at a time, as the provider sees it, and how soon another goes on when that node is killed.
 *
 * Five nodes share a Redis and a pool of dead keys for five minutes. Every check is under way for 100 ms, so that two of
 * one key would be seen side by side; one that begins sooner than half its interval after the last was begun by a node
 * that did not know of that. Then the node that probes is killed with SIGKILL. Exits with 1 where anything of it went wrong.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CheckCounts } from '../test/system/cluster-faults/checks.ts';
import { startProbing, killProber, probersAmong } from '../test/system/cluster-faults/probing.ts';
import { describeHost } from './machine.ts';

const KEYS = 10;
const INTERVAL_MS = 1_000;
/** Three intervals, and no less than this. */
const TIME_TO_LIVE_MS = 5_000;
const LOOK_MS = 1_000;

interface Soaked {
  readonly seconds: number;
  readonly nodes: number;
  readonly counts: readonly CheckCounts[];
  /** Looks at which more than one node said that it probes. */
  readonly severalProbers: number;
  readonly takeoverMs: number;
}

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    nodes: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'sparekey-soak-'));
const host = describeHost();
try {
  const soaked = await soak(Number(flags.seconds), Number(flags.nodes));
  process.stdout.write(
    flags.json ? `${JSON.stringify({ host, ...soaked }, undefined, 2)}\n` : report(soaked),
  );
  if (!isAsPromised(soaked)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

async function soak(seconds: number, nodes: number): Promise<Soaked> {
  await using probing = await startProbing({ folder, nodes, keys: KEYS, intervalMs: INTERVAL_MS });
  process.stderr.write(`soak: ${nodes} nodes probe ${KEYS} keys for ${seconds} s\n`);
  const endAt = performance.now() + seconds * 1_000;
  let severalProbers = 0;
  while (performance.now() < endAt) {
    await sleep(LOOK_MS);
    if ((await probersAmong(probing.nodes)).length > 1) severalProbers++;
  }
  const counts = probing.checks.counts();
  const { gapMs } = await killProber(probing);
  return { seconds, nodes, counts, severalProbers, takeoverMs: gapMs };
}

function isAsPromised({ counts, severalProbers, takeoverMs }: Soaked): boolean {
  const isOneAtATime = counts.every(({ overlaps, tooSoon }) => overlaps === 0 && tooSoon === 0);
  return isOneAtATime && severalProbers === 0 && takeoverMs <= TIME_TO_LIVE_MS;
}

function report({ seconds, nodes, counts, severalProbers, takeoverMs }: Soaked): string {
  const rows = counts.map(({ checks, overlaps, tooSoon, longestGapMs }, index) =>
    [`key ${index + 1}`, checks, overlaps, tooSoon, longestGapMs].map(cell).join(''),
  );
  return `
${host.processor}, ${host.cores} cores, Linux ${host.kernel}, Node ${host.node}, load before ${host.loadBefore.toFixed(2)}
${nodes} nodes, ${seconds} s, a check of each key every ${INTERVAL_MS * 0.8} to ${INTERVAL_MS} ms after the end of the last

${['', 'checks', 'overlaps', 'too soon', 'longest gap'].map(cell).join('')}
${rows.join('\n')}

Looks at which several nodes said that they probe: ${severalProbers}
From the death of the prober to the next check: ${takeoverMs} ms (time-to-live ${TIME_TO_LIVE_MS} ms)
`;
}

function cell(content: string | number): string {
  return String(content).padStart(12);
}
