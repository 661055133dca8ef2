/**
 * `npm run bench:start`: from the start of a gateway to its first answer, and the memory that its processes hold when they are
 * idle and after a thousand requests: in one process, and with two workers. It measures what `npm run build` made, or with
 * `--source` the sources; with `--against DIR` another checkout in turn with this one; `--modules` counts what is loaded instead.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../test/support/free-port.ts';
import { spread } from './statistics.ts';
import { plainAnswer, requestBody } from './traffic.ts';

const ROUNDS = 5;
const REQUESTS = 1_000;
const CONNECTIONS = 8;
/** A process that has started is idle by then. Milliseconds. */
const SETTLE_MS = 1_500;
const MIB = 1024;

const RECORDER = new URL('../test/support/record-modules.ts', import.meta.url).href;

/** Memory of a process: what is resident, its share of it, and what nobody else could use. MiB. */
interface Memory {
  readonly rss: number;
  readonly pss: number;
  readonly private: number;
}

interface Round {
  readonly readyMs: number;
  readonly firstAnswerMs: number;
  /** The process that was started, then its workers. */
  readonly idle: readonly Memory[];
  readonly used: readonly Memory[];
}

const { values: options } = parseArgs({
  options: {
    source: { type: 'boolean', default: false },
    modules: { type: 'boolean', default: false },
    against: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'sparekey-start-'));
const upstream = createServer((incoming, response) => {
  incoming.resume().on('end', () => {
    response.setHeader('content-type', 'application/json').end(plainAnswer());
  });
});
upstream.listen(0, '127.0.0.1');
await once(upstream, 'listening');
const checkouts = [fileURLToPath(new URL('..', import.meta.url)), options.against].filter(
  (each) => each !== undefined,
);
for (const workers of [1, 2]) await (options.modules ? listModules(workers) : compare(workers));
upstream.close();
rmSync(folder, { recursive: true });

async function compare(workers: number): Promise<void> {
  const rounds = new Map<string, Round[]>(checkouts.map((checkout) => [checkout, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [checkout, done] of rounds) done.push(await measure(checkout, workers));
  for (const [checkout, done] of rounds) {
    const times = [
      spread(done.map(({ readyMs }) => readyMs)),
      spread(done.map((each) => each.firstAnswerMs)),
    ];
    const [ready, answer] = times.map(
      ({ median, min }) => `${median.toFixed(0)} ms (least ${min.toFixed(0)})`,
    );
    print(`${workers === 1 ? 'one process' : `${workers} workers`} of ${resolve(checkout)}`);
    print(`  ready after ${ready}, first answer after ${answer}`);
    printMemory('idle', done, ({ idle }) => idle);
    printMemory(`after ${REQUESTS} requests`, done, ({ used }) => used);
  }
}

function printMemory(when: string, rounds: readonly Round[], of: (round: Round) => readonly Memory[]): void {
  const names = of(rounds[0] ?? { readyMs: 0, firstAnswerMs: 0, idle: [], used: [] }).map((_, index) =>
    index === 0 ? 'first process' : `worker ${index}`,
  );
  const median = (read: (memories: readonly Memory[]) => number): string =>
    spread(rounds.map((round) => read(of(round))))
      .median.toFixed(0)
      .padStart(4);
  const line = (name: string, sum: (pick: (memory: Memory) => number) => string): void =>
    print(
      `  ${when}, ${name}:`.padEnd(40) +
        `${sum(({ rss }) => rss)} MiB resident, ${sum(({ pss }) => pss)} shared out, ${sum((each) => each.private)} its own`,
    );
  for (const [index, name] of names.entries())
    line(name, (pick) => median((memories) => pick(memories[index] ?? { rss: 0, pss: 0, private: 0 })));
  if (names.length > 1)
    line('all', (pick) => median((memories) => memories.reduce((sum, each) => sum + pick(each), 0)));
}

async function measure(checkout: string, workers: number): Promise<Round> {
  const began = performance.now();
  const gateway = await startGateway(checkout, workers);
  const readyMs = performance.now() - began;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  await chat(gateway.port, agent);
  const firstAnswerMs = performance.now() - began;
  await sleep(SETTLE_MS);
  const idle = gateway.pids().map(memoryOf);
  let left = REQUESTS;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) await chat(gateway.port, agent);
    }),
  );
  await sleep(SETTLE_MS);
  const used = gateway.pids().map(memoryOf);
  agent.destroy();
  await gateway.stop();
  return { readyMs, firstAnswerMs, idle, used };
}

/** What each process of an idle gateway has loaded, by package and folder: files and KiB. */
async function listModules(workers: number): Promise<void> {
  const recorded = mkdtempSync(join(folder, 'modules-'));
  const env = { NODE_OPTIONS: `--import=${RECORDER}`, RECORD_MODULES: recorded };
  const gateway = await startGateway(checkouts[0] ?? '.', workers, env);
  await sleep(SETTLE_MS);
  await gateway.stop();
  for (const name of readdirSync(recorded)) {
    const groups = new Map<string, { files: number; bytes: number }>();
    const urls = readFileSync(join(recorded, name), 'utf8')
      .split('\n')
      .filter((url) => url.startsWith('file:'));
    for (const url of new Set(urls)) {
      const path = fileURLToPath(url);
      const group =
        /.*node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/.exec(path)?.groups?.['name'] ?? folderOf(path);
      const { files, bytes } = groups.get(group) ?? { files: 0, bytes: 0 };
      groups.set(group, { files: files + 1, bytes: bytes + statSync(path).size });
    }
    const all = [...groups.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    print(`${name}: ${urls.length} files, ${(all / 1024).toFixed(0)} KiB`);
    for (const [group, { files, bytes }] of [...groups].toSorted(
      ([, one], [, other]) => other.bytes - one.bytes,
    ))
      print(
        `  ${group.padEnd(28)} ${String(files).padStart(4)} files ${(bytes / 1024).toFixed(0).padStart(6)} KiB`,
      );
  }
}

/** A folder of `src/`, whether built or not. */
function folderOf(path: string): string {
  return /\/(?<name>(?:src|simulator)\/[^/]+)/.exec(path)?.groups?.['name'] ?? basename(path);
}

async function startGateway(checkout: string, workers: number, env: Readonly<Record<string, string>> = {}) {
  const [port, adminPort] = [await freePort(), await freePort()];
  const address = upstream.address();
  const upstreamPort = typeof address === 'object' ? address?.port : undefined;
  const config = {
    listen: `127.0.0.1:${port}`,
    admin: { listen: `127.0.0.1:${adminPort}` },
    state: `sqlite:${join(folder, `${port}.db`)}`,
    workers,
    providers: [
      {
        id: 'openai',
        type: 'openai',
        baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
        apiTokens: ['bench-provider-key-01'],
        failover: { enabled: true, healthCheckModel: 'bench-plain' },
      },
    ],
  };
  const file = join(folder, `${port}.yaml`);
  writeFileSync(file, JSON.stringify(config));
  const entry = options.source ? 'src/cli/sparekey.ts' : 'dist/src/cli/sparekey.js';
  const child = spawn(process.execPath, [entry, 'start', '--config', file], {
    cwd: checkout,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const ready = Promise.withResolvers<void>();
  void ended.then(() => ready.reject(new Error(`${entry} did not start; a build is made by npm run build`)));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('is ready')) ready.resolve();
  });
  await ready.promise;
  const pid = child.pid ?? NaN;
  return {
    port,
    pids: () => [pid, ...childrenOf(pid)],
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function chat(port: number, agent: Agent): Promise<void> {
  const body = requestBody('bench-plain', false);
  return new Promise((done, fail) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(
      { host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', agent, headers },
      (answer) => {
        if (answer.statusCode === 200) answer.resume().on('end', done);
        else fail(new Error(`the gateway answered ${answer.statusCode}`));
      },
    )
      .on('error', fail)
      .end(body);
  });
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** As the system counts it: proc(5), `smaps_rollup`. */
function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN) / MIB;
  return { rss: field('Rss'), pss: field('Pss'), private: field('Private_Dirty') };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
