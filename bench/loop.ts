/**
 * `npm run bench:loop [-- --against DIR] [-- --sizes 1,12,30] [-- --from chat,messages,contents,responses]
 * [-- --to claude,gemini,bedrock,openai,sigv4,dify,coze,hunyuan,merged,settings] [-- --shapes TEXT] [-- --answers] [-- --frames]`:
 * how long one large request, or with `--answers` a small one with a large answer, and with `--frames` one whose answer is a stream
 * with a large image in one frame, which Gemini sends, holds the event loop of a gateway, and how
 * much memory it takes, times its size.
 *
 * A gateway in a process of its own gets one request after another over a socket, in a client's dialect, for a provider that
 * speaks it too or that it is translated for, and which answers at once. `sigv4` is Bedrock with keys that sign, `merged` and
 * `settings` are OpenAI with what a configuration may want done to chats. `--against` is another checkout, whose gateway is
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
import { clients } from './loop/clients.ts';
import type { Client } from './loop/clients.ts';
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
    from: { type: 'string', default: 'chat' },
    to: { type: 'string', default: 'openai,claude,gemini,bedrock' },
    answers: { type: 'boolean', default: false },
    frames: { type: 'boolean', default: false },
    shapes: { type: 'string', default: '' },
    together: { type: 'boolean', default: false },
  },
});

const source = resolve(flags.against ?? fileURLToPath(new URL('..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'sparekey-loop-'));
const upstream = createServer((asked, answer) => {
  asked.resume().once('end', () => answer.writeHead(200, { 'content-type': answerType }).end(answerNow));
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');

/** A good answer in each of the dialects at once. */
function answerWith(text: string): Buffer {
  const answer = {
    id: 'a',
    type: 'message',
    role: 'assistant',
    model: 'm',
    answer: text,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    metrics: { latencyMs: 1 },
  };
  return Buffer.from(JSON.stringify(answer));
}

/** A stream of Gemini's with an image in its one frame. */
function frameWith(bytes: number): Buffer {
  const inlineData = { mimeType: 'image/png', data: 'iVBORw0K'.repeat(bytes / 8) };
  const candidates = [{ content: { role: 'model', parts: [{ inlineData }] }, finishReason: 'STOP' }];
  return Buffer.from(
    `data: ${JSON.stringify({ candidates, usageMetadata: { totalTokenCount: 2 } })}\r\n\r\n`,
  );
}

/** Members of an answer that hold its text. */
const TEXTS_IN_ANSWER = 5;
const SMALL_ANSWER = answerWith('hi');
let answerNow = SMALL_ANSWER;
const answerType = flags.frames ? 'text/event-stream' : 'application/json';

const gateway = await startGateway();
try {
  process.stdout.write(
    `| from | to | body | size | held | took | memory |\n| --- | --- | --- | --- | --- | --- | --- |\n`,
  );
  for (const from of flags.from.split(',').map(clientOf)) {
    for (const to of flags.to.split(',')) await measureAll(from, to);
  }
} finally {
  gateway.child.kill('SIGKILL');
  upstream.close();
  upstream.closeAllConnections();
  rmSync(folder, { recursive: true });
}

async function measureAll(from: Client, to: string): Promise<void> {
  await measure(from, to, bodyOf(from, to, shapes['one long string']?.(300_000) ?? {}), 1);
  const isAnswer = flags.answers || flags.frames;
  const chosen = Object.entries(shapes).filter(([each]) => each.includes(flags.shapes));
  for (const [name, shape] of isAnswer
    ? [[flags.frames ? 'a frame' : 'an answer', shapes['one long string']] as const]
    : chosen) {
    if (shape === undefined) continue;
    for (const size of flags.sizes.split(',').map(Number)) {
      const body = bodyOf(from, to, {
        ...shape(isAnswer ? 100 : size * MB),
        ...(flags.frames && { stream: true }),
      });
      if (flags.answers) answerNow = answerWith('a b c d '.repeat((size * MB) / 8 / TEXTS_IN_ANSWER));
      if (flags.frames) answerNow = frameWith(size * MB);
      const count = flags.together ? TOGETHER : 1;
      const { heldMs, tookMs, factor, statuses } = await measure(from, to, body, count);
      answerNow = SMALL_ANSWER;
      const cells = [
        from.name,
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

async function measure(from: Client, to: string, body: Buffer, count: number) {
  await gateway.held();
  // Of what came before, the garbage is to be gone.
  await pause(300);
  const before = gateway.size();
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, gateway.size());
  }, LOOK_MS);
  const startedAt = performance.now();
  const statuses = await Promise.all(Array.from({ length: count }, () => ask(from, to, body)));
  const tookMs = performance.now() - startedAt;
  clearInterval(looking);
  const heldMs = (await gateway.held()) / 1000;
  const failed = statuses.filter((status) => status !== 200);
  const factor = (most - before) / (Math.max(body.length, answerNow.length) * count);
  return { heldMs, tookMs, factor, statuses: failed.length === 0 ? '' : ` ${failed.join(' ')}` };
}

async function ask(from: Client, to: string, body: Buffer): Promise<number> {
  const { statusCode, body: answer } = await request(
    `${gateway.url.replace(/\/v1$/u, '')}${from.path(modelOf(to))}`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-provider': to,
        authorization: `Bearer ${to}`,
        ...from.headers,
      },
      body,
      headersTimeout: LONGEST_MS,
      bodyTimeout: LONGEST_MS,
    },
  );
  await answer.dump({ limit: Infinity });
  return statusCode;
}

function clientOf(name: string): Client {
  const client = clients[name];
  if (client === undefined) throw new RangeError(`there is no client ${name}`);
  return client;
}

function bodyOf(from: Client, to: string, chat: object): Buffer {
  return Buffer.from(JSON.stringify(from.body({ ...chat, model: modelOf(to) })));
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
    {
      id: 'sigv4',
      type: 'bedrock',
      awsRegion: 'us-east-1',
      baseUrl: origin,
      apiTokens: ['AKIDEXAMPLE0123456:secret-0123456789'],
    },
    { id: 'dify', type: 'dify', baseUrl: origin, apiTokens: ['dify-0123456789'] },
    { id: 'coze', type: 'coze', baseUrl: origin, apiTokens: ['coze-0123456789'] },
    {
      id: 'hunyuan',
      type: 'hunyuan',
      baseUrl: origin,
      hunyuanAuthId: 'id-0123456789',
      hunyuanAuthKey: 'key-0123456789',
      apiTokens: [],
    },
    {
      id: 'merged',
      type: 'openai',
      baseUrl: `${origin}/v1`,
      mergeConsecutiveMessages: true,
      contextCleanupCommands: ['/new'],
      apiTokens: ['sk-merged-0123456789'],
    },
    {
      id: 'settings',
      type: 'openai',
      baseUrl: `${origin}/v1`,
      customSettings: [
        { name: 'max_tokens', value: 9, mode: 'raw' },
        { name: 'temperature', value: 0.5, mode: 'raw' },
        { name: 'top_p', value: 0.5, mode: 'raw' },
      ],
      apiTokens: ['sk-settings-0123456789'],
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
