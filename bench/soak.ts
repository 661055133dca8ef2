/**
 * `npm run soak [-- --minutes N] [-- --store redis|sqlite] [-- --per-second N] [-- --seed N]`: whether a gateway holds what
 * it promises for an hour in which everything fails that can.
 *
 * Two nodes of two workers each share a store, before a simulator, a provider that answers anything, and one of
 * realtime sessions. Every route ends at a target that is well. Clients ask in all dialects, and some of them abort,
 * read slowly, never close, or write garbage. Keys and providers fail and recover; the store is killed, frozen and
 * flushed; keys join and leave the configuration; workers are killed, frozen and paused; a clock is stepped. Then
 * all is well again, and what was promised is looked at. Exits with 1 where any of it is broken.
 *
 * Debian's packages for Redis and libfaketime are installed where they are not there, as root.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '../simulator/random.ts';
import { describeHost } from './machine.ts';
import { aborter, holder, mistaken, slowReader, uploader } from './soak/clients.ts';
import type { Client } from './soak/clients.ts';
import { trendsOf, growthOf } from './soak/flatness.ts';
import { Load } from './soak/load.ts';
import { freezeWorker, killWorker, pauseWorker, stepClock } from './soak/node-faults.ts';
import type { Node } from './soak/node.ts';
import { failOneKey, failProvider, healKeys } from './soak/provider-faults.ts';
import { realtimeSession } from './soak/realtime.ts';
import { judge, report } from './soak/report.ts';
import type { Result } from './soak/report.ts';
import { KeyTrafficCounter } from './soak/key-traffic.ts';
import { settle } from './soak/settled.ts';
import { startTestbed } from './soak/testbed.ts';
import type { Testbed } from './soak/testbed.ts';
import { Tally } from './soak/tally.ts';

const MINUTE_MS = 60_000;
/** How often each thing happens, from the end of one to the beginning of the next. Milliseconds. */
const EVERY_MS = {
  key: 2_000,
  provider: 45_000,
  store: 40_000,
  reload: 20_000,
  kill: 25_000,
  freeze: 60_000,
  pause: 35_000,
  clock: 30_000,
  abort: 500,
  slow: 4_000,
  upload: 5_000,
  hold: 700,
  mistake: 1_000,
  realtime: 1_500,
} as const;
/** So many samples are taken in a run, if it is long enough for one every five seconds. */
const SAMPLES = 360;
const LEAST_SAMPLE_MS = 5_000;
/** All is well for so long before the end, with clients still there. Milliseconds. */
const CALM_MS = 10_000;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    store: { type: 'string', default: 'redis' },
    'per-second': { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const minutes = Number(flags.minutes);
const seed = Number(flags.seed);
const store = flags.store === 'sqlite' ? 'sqlite' : 'redis';
const host = describeHost();
const folder = await mkdtemp(join(tmpdir(), 'sparekey-soak-'));
// However it ends: after a Ctrl-C nodes, workers and store are ended by handlers of their own.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.stderr.write(`soak: ${minutes} minutes on ${store}, seed ${seed}\n`);
const result = await soak();
const promises = judge(result);
process.stdout.write(report(result, promises));
if (promises.some(({ isKept }) => !isKept)) process.exitCode = 1;

async function soak(): Promise<Result> {
  const random = seededRandom(seed);
  await using testbed = await startTestbed(folder, store, random);
  using seen = new KeyTrafficCounter(testbed.simulator);
  const { nodes } = testbed;
  const faults = new Tally();
  const load = new Load(nodes, Number(flags['per-second']), random);
  const records: [number, number][] = [];
  const startedAt = performance.now();
  const runMs = minutes * MINUTE_MS;

  const failing = new AbortController();
  const asking = new AbortController();
  const working = new AbortController();
  const faultLoops = beginFaults(testbed, random, faults, failing.signal);
  const clients = beginClients(nodes, load, random, asking.signal);
  const sampling = repeat(Math.max(LEAST_SAMPLE_MS, runMs / SAMPLES), working.signal, async () => {
    await testbed.samples.take(nodes);
    const size = await testbed.store.size().catch(() => undefined); // It may be away just now.
    if (size !== undefined) records.push([performance.now(), size]);
  });

  await progress(runMs - CALM_MS, load, faults);
  failing.abort();
  await faultLoops;
  healKeys(testbed.simulator);
  testbed.raw.calm();
  testbed.clock.set(0);
  await testbed.reload(true);
  const endedAt = performance.now();
  const settled = await settle(nodes);
  await sleep(CALM_MS);
  asking.abort();
  await clients;
  working.abort();
  await sampling;

  const halfTime = startedAt + (endedAt - startedAt) / 2;
  const late = records.filter(([at]) => at >= halfTime);
  const complaints = new Tally();
  for (const node of nodes) {
    for (const [name, count] of node.logged.entries) {
      complaints.add(name, count - node.logged.examples(name).length);
      for (const example of node.logged.examples(name)) complaints.note(name, example);
    }
  }
  return {
    host,
    seed,
    store,
    minutes,
    begun: load.begun,
    outcomes: load.outcomes,
    results: load.results,
    faults,
    complaints,
    wrongAnswers: testbed.raw.wrong(),
    traffic: seen.traffic,
    settled,
    courses: trendsOf(testbed.samples.series.values(), halfTime),
    records: { last: records.at(-1)?.[1] ?? 0, growth: growthOf(late) },
    stalls: { count: testbed.stalls.count, totalMs: testbed.stalls.totalMs },
    listenerWarnings: Math.max(
      0,
      ...[...testbed.samples.series.values()].flatMap(({ samples }) =>
        samples.map(({ warnings }) => warnings),
      ),
    ),
  };
}

/** Resolves when the last fault that had begun is over. */
async function beginFaults(
  { simulator, store: soaked, nodes, clock, reload }: Testbed,
  random: () => number,
  faults: Tally,
  signal: AbortSignal,
): Promise<void> {
  let [steps, hasGuests] = [0, true];
  const some = (): Node => oneOf(nodes, random);
  await Promise.all([
    repeat(EVERY_MS.key, signal, async () => failOneKey(simulator, random, faults)),
    repeat(EVERY_MS.provider, signal, async () => failProvider(simulator, random, faults)),
    repeat(EVERY_MS.store, signal, () => soaked.fault(faults)),
    repeat(EVERY_MS.reload, signal, async () => {
      hasGuests = !hasGuests;
      await reload(hasGuests);
      faults.add(hasGuests ? 'reload: keys added' : 'reload: keys removed');
    }),
    repeat(EVERY_MS.kill, signal, () => killWorker(some(), faults)),
    repeat(EVERY_MS.freeze, signal, () => freezeWorker(some(), faults)),
    repeat(EVERY_MS.pause, signal, () => pauseWorker(some(), faults)),
    repeat(EVERY_MS.clock, signal, () => stepClock(clock, steps++, faults)),
  ]);
}

/** Resolves when the last client has gone. */
async function beginClients(
  nodes: readonly Node[],
  load: Load,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const under = new Set<Promise<void>>();
  let sessions = 0;
  // Each of them ends by its own bound, so that there are never more than its time divided by the wait.
  const begin = (everyMs: number, client: Client): Promise<void> =>
    repeat(everyMs, signal, async () => {
      const one = client(oneOf(nodes, random), load.results, random).finally(() => under.delete(one));
      under.add(one);
    });
  await Promise.all([
    load.run(signal),
    begin(EVERY_MS.abort, aborter),
    begin(EVERY_MS.slow, slowReader),
    begin(EVERY_MS.upload, uploader),
    begin(EVERY_MS.hold, holder),
    begin(EVERY_MS.mistake, mistaken),
    begin(EVERY_MS.realtime, (node, results) => realtimeSession(node, ++sessions, results)),
  ]);
  await Promise.all(under);
}

/** Does something again and again, with a wait before each time, until the signal. */
async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined); // Aborted: it ends below.
    if (signal.aborted) return;
    await work();
  }
}

/** Says once a minute how far it has come. */
async function progress(forMs: number, load: Load, faults: Tally): Promise<void> {
  const endAt = performance.now() + forMs;
  while (performance.now() < endAt) {
    await sleep(Math.min(MINUTE_MS, endAt - performance.now()));
    const results = load.results.entries.map(([name, count]) => `${count} ${name}`).join(', ');
    process.stderr.write(`soak: ${load.begun} requests, ${faults.total} faults; ${results}\n`);
  }
}

function oneOf(nodes: readonly Node[], random: () => number): Node {
  const node = nodes[Math.floor(random() * nodes.length)];
  if (node === undefined) throw new RangeError('no node');
  return node;
}
