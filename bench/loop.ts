/**
 * `npm run bench:loop [-- --against DIR] [-- --sizes 1,12,30] [-- --to claude,gemini,bedrock,openai] [-- --shapes TEXT]`:
 * how long one large request holds the event loop of a gateway, and how much memory it takes, times its size.
 *
 * A gateway in a process of its own gets one request after another over a socket, in OpenAI's dialect, for a provider that
 * speaks it too or that it is translated for, and which answers at once. `--against` is another checkout, whose gateway is
 * measured instead. `held` is the longest turn of the loop in processor time, `took` the whole request, `memory` how far
 * the process grew above what it had before, divided by the size of the body, and `20 at once` the same for so many.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { request } from 'undici';
import { shapes } from './loop/shapes.ts';

const MB = 1_000_000;
/** Between two looks at how large the process is. Milliseconds. */
const LOOK_MS = 5;
/** No request takes longer. Milliseconds. */
const LONGEST_MS = 120_000;
const TOGETHER = 20;

const { values: flags } = parseArgs({
  options: {
    against: { type: 'string' },
    sizes: { type: 'string', default: '1,12,30' },
    to: { type: 'string', default: 'openai,claude,gemini,bedrock' },
    shapes: { type: 'string', default: '' },
    together: { type: 'boolean', default: false },
  },
});

const source = resolve(flags.against ?? fileURLToPath(new URL('..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'sparekey-loop-'));
const upstream = createServer((asked, answer) => {
  asked.resume().once('end', () => answer.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');

/** The least good answer in each of the four dialects at once. */
const ANSWER = JSON.stringify({
  id: 'a',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
  output: { message: { role: 'assistant', content: [{ text: 'hi' }] } },
  stopReason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
});

const gateway = await startGateway();
try {
  process.stdout.write(
    `| to | body | size | held | took | memory |\n| --- | --- | --- | --- | --- | --- |\n`,
  );
  for (const to of flags.to.split(',')) await measureAll(to);
} finally {
  gateway.child.kill('SIGKILL');
  upstream.close();
  upstream.closeAllConnections();
  rmSync(folder, { recursive: true });
}

async function measureAll(to: string): Promise<void> {
  await measure(to, Buffer.from(JSON.stringify(shapes['one long string']?.(300_000))), 1);
  for (const [name, shape] of Object.entries(shapes).filter(([each]) => each.includes(flags.shapes))) {
    for (const size of flags.sizes.split(',').map(Number)) {
      const body = Buffer.from(JSON.stringify(shape(size * MB)));
      const count = flags.together ? TOGETHER : 1;
      const { heldMs, tookMs, factor, statuses } = await measure(to, body, count);
      const cells = [
        to,
        name,
        `${size} MB`,
        `${heldMs.toFixed(0)} ms`,
        `${tookMs.toFixed(0)} ms`,
        factor.toFixed(1),
      ];
      process.stdout.write(`| ${cells.join(' | ')} |${statuses}\n`);
    }
  }
}

async function measure(to: string, body: Buffer, count: number) {
  await gateway.held();
  // Of what came before, the garbage is to be gone.
  await pause(300);
  const before = gateway.size();
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, gateway.size());
  }, LOOK_MS);
  const startedAt = performance.now();
  const statuses = await Promise.all(Array.from({ length: count }, () => ask(to, body)));
  const tookMs = performance.now() - startedAt;
  clearInterval(looking);
  const heldMs = (await gateway.held()) / 1000;
  const failed = statuses.filter((status) => status !== 200);
  const factor = (most - before) / (body.length * count);
  return { heldMs, tookMs, factor, statuses: failed.length === 0 ? '' : ` ${failed.join(' ')}` };
}

async function ask(to: string, body: Buffer): Promise<number> {
  const { statusCode, body: answer } = await request(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-provider': to, authorization: `Bearer ${to}` },
    body: Buffer.concat([Buffer.from(`{"model":"${modelOf(to)}",`), body.subarray(body.indexOf(',') + 1)]),
    headersTimeout: LONGEST_MS,
    bodyTimeout: LONGEST_MS,
  });
  await answer.dump();
  return statusCode;
}

function modelOf(to: string): string {
  return `${to}-anthropic.claude-sonnet-4-5`;
}

interface Gateway {
  readonly child: ChildProcess;
  readonly url: string;
  /** The longest turn of its loop since it was asked last. Microseconds. */
  held(): Promise<number>;
  /** Bytes of memory that it has. */
  size(): number;
}

async function startGateway(): Promise<Gateway> {
  const address = upstream.address();
  if (address === null || typeof address === 'string') throw new TypeError('the upstream has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const providers = [
    { id: 'openai', type: 'openai', baseUrl: `${origin}/v1`, apiTokens: ['sk-openai-0123456789'] },
    { id: 'claude', type: 'claude', baseUrl: origin, apiTokens: ['sk-claude-0123456789'] },
    { id: 'gemini', type: 'gemini', baseUrl: origin, apiTokens: ['gemini-0123456789'] },
    {
      id: 'bedrock',
      type: 'bedrock',
      awsRegion: 'us-east-1',
      baseUrl: origin,
      apiTokens: ['bedrock-0123456789'],
    },
  ];
  const routes = providers.map(({ id }) => ({ model: `${id}-*`, to: [id] }));
  const limits = { replay: '64MiB' };
  writeFileSync(
    join(folder, 'sparekey.yaml'),
    JSON.stringify({ state: 'memory:', limits, providers, routes }),
  );
  const probe = fileURLToPath(new URL('loop/probe.ts', import.meta.url));
  const entry = join(source, 'src/cli/sparekey.ts');
  const child = spawn(
    process.execPath,
    ['--import', probe, entry, 'start', '--port', '0', '--admin-port', '0'],
    { cwd: folder, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  const url = await new Promise<string>((found, lost) => {
    child.stdout?.on('data', (piece: Buffer) => {
      said += said.length < 10_000 ? piece.toString() : '';
      const match = /is ready: (http:\S+)\/v1\n/.exec(said)?.[1];
      if (match !== undefined) found(match);
    });
    child.once('close', () => lost(new Error(`the gateway did not start:\n${said}`)));
  });
  return {
    child,
    url,
    held: async () => {
      const us = new Promise<unknown>((reported) => void child.once('message', reported));
      child.send('held');
      return Number(await us);
    },
    size: () => {
      const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      return Number(kib) * 1024;
    },
  };
}
