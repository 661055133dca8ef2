/**
 * `npm run bench:propagation [-- --json] [-- --trials N] [-- --store sqlite|redis]`: how soon a key that one worker
 * finds revoked is out on all others.
 *
 * Three gateways of two workers, nine processes, share a store. Each worker has steady traffic. In every trial the
 * pretend provider begins to refuse the key that most requests use. A process goes by the news when it logs that the
 * key left service, which it does in the turn of its event loop in which its pool of keys changed; all processes run
 * on one machine, by one clock. The requests that still came to the provider with the key afterwards are the check.
 * How long this process itself was held up before it could go on shows how much of it is the machine's doing.
 */
import { parseArgs } from 'node:util';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describeHost } from './machine.ts';
import { summarise } from './propagation/report.ts';
import type { Measured } from './propagation/report.ts';
import { startTestbed, STORES } from './propagation/testbed.ts';
import type { StoreKind } from './propagation/testbed.ts';
import { runTrial } from './propagation/trial.ts';
import type { Trial } from './propagation/trial.ts';

/** From one request of a worker to the next; milliseconds. */
const PERIOD_MS = 40;
/** The compiler settles in trials that do not count. */
const WARM_UP_TRIALS = 10;

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    trials: { type: 'string', default: '200' },
    store: { type: 'string' },
  },
});
const host = describeHost();
const measured: Measured[] = [];
for (const store of STORES.filter((each) => flags.store === undefined || flags.store === each)) {
  measured.push(await measure(store, Number(flags.trials)));
}
const { text, json } = summarise(host, measured);
process.stdout.write(flags.json ? `${JSON.stringify(json, undefined, 2)}\n` : text);

async function measure(store: StoreKind, count: number): Promise<Measured> {
  process.stderr.write(`bench: ${store}: starting\n`);
  await using testbed = await startTestbed(store, PERIOD_MS);
  for (let n = 0; n < WARM_UP_TRIALS; n += 1) await runTrial(testbed);
  process.stderr.write(`bench: ${store}: ${count} trials\n`);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const trials: Trial[] = [];
  while (trials.length < count) trials.push(await runTrial(testbed));
  delays.disable();
  const heldUp = {
    p50: toMs(delays.percentile(50)),
    p99: toMs(delays.percentile(99)),
    max: toMs(delays.max),
  };
  return { store, trials, heldUp };
}

function toMs(ns: number): number {
  return Math.round(ns / 1e6);
}
