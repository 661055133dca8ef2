/**
 * `npm run bench:quick [-- --json] [-- --against DIR]`: what Sparekey costs beside nginx, in under two minutes; and
 * beside itself as it stands in another checkout.
 *
 * Both proxies stand ready on one core, load generator and upstreams run on another, and the two are measured
 * in turns so that a machine that changes its pace changes it for both. Figures worth keeping are the ratios.
 * A single wrong answer fails the run.
 */
import { parseArgs } from 'node:util';
import { randomUUID } from 'node:crypto';
import { chooseCores, describeMachine, type Cores } from './machine.ts';
import { measureLatency, measureStreaming, measureThroughput, type Bench } from './measure.ts';
import { summarise, type Rounds, type Summary } from './report.ts';
import { startTestbed } from './testbed.ts';
import { need } from './tools.ts';

const ROUNDS = 3;
/** The compiler of a JavaScript engine has settled after about ten seconds under load; nginx has no such need. */
const WARM_UP_SECONDS = { nginx: 1, sparekey: 10, other: 10 };
const THROUGHPUT_SECONDS = 4;
const LATENCY_SECONDS = 2;
const STREAMING_SECONDS = 3;

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, against: { type: 'string' } },
});
const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
});

try {
  const { text, json } = await run();
  process.stdout.write(flags.json ? `${JSON.stringify(json, undefined, 2)}\n` : text);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  say(interrupted.signal.aborted ? 'interrupted' : reason);
  process.exitCode = 1;
}

async function run(): Promise<Summary> {
  const tools = { nginx: need('nginx'), wrk: need('wrk') };
  const cores = chooseCores();
  const machine = describeMachine(tools);
  return summarise(machine, cores, await measure(tools, cores));
}

async function measure(tools: { nginx: string; wrk: string }, cores: Cores): Promise<Rounds> {
  const bench: Bench = {
    wrk: tools.wrk,
    core: cores.load,
    clientKey: `bench-${randomUUID()}`,
    signal: interrupted.signal,
  };
  say('starting nginx, Sparekey and their upstreams');
  await using testbed = await startTestbed({ ...bench, nginx: tools.nginx, cores, against: flags.against });
  const proxies = [testbed.nginx, testbed.sparekey, ...(testbed.other === undefined ? [] : [testbed.other])];

  say('warming up');
  for (const proxy of proxies) await measureThroughput(bench, proxy, WARM_UP_SECONDS[proxy.name]);

  const measured: Rounds = { nginx: [], sparekey: [], other: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${round} of ${ROUNDS}`);
    const direct = await measureLatency(bench, testbed.directUrl, LATENCY_SECONDS);
    for (const proxy of proxies) {
      measured[proxy.name].push({
        direct,
        throughput: await measureThroughput(bench, proxy, THROUGHPUT_SECONDS),
        latency: await measureLatency(bench, proxy.plainUrl, LATENCY_SECONDS),
        streaming: await measureStreaming(bench, proxy, testbed.framesUrl, STREAMING_SECONDS),
      });
    }
  }
  return measured;
}

/** Progress goes to standard error: standard output is the result alone. */
function say(words: string): void {
  process.stderr.write(`bench: ${words}\n`);
}
