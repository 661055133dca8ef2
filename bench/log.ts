/**
 * `npm run bench:log`: two ways for several processes to write one log through a pipe: each by itself, or all
 * through the control process. Counts the lines that came apart, and what a line costs the control process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLog } from '../src/telemetry/log.ts';
import { LineBuffer } from '../src/telemetry/line-buffer.ts';

const WRITERS = 2;
const LINES = 50_000;
/** Of a request's line, and of one with a path as long as some clients' mistakes. Characters. */
const LINE_LENGTH = 350;
const LONG_LINE_LENGTH = 9_000;
/** One of so many lines is long. */
const LONG_LINE_EVERY = 50;

const SELF = fileURLToPath(import.meta.url);
const ROLE = process.argv[2];
if (ROLE === 'writer') await write();
else if (ROLE === 'inherit' || ROLE === 'control') await gather(ROLE);
else await compare();

/** A worker with nothing to do but to log. */
async function write(): Promise<void> {
  const log = createLog({ level: 'info', format: 'json', worker: process.pid });
  const path = '/'.padEnd(LINE_LENGTH - 110, 'x');
  const longPath = '/'.padEnd(LONG_LINE_LENGTH - 110, 'x');
  for (let i = 0; i < LINES; i += 1) {
    log.info('request', { path: i % LONG_LINE_EVERY === 0 ? longPath : path });
    // About as fast as requests of a busy gateway come.
    if (i % 20 === 0) await sleep(1);
  }
  await log.flush();
}

/** A control process: its writers have its own standard output, or a pipe to it each. */
async function gather(way: 'inherit' | 'control'): Promise<void> {
  const log = createLog({ level: 'info', format: 'json' });
  const before = process.cpuUsage();
  const writers = Array.from({ length: WRITERS }, () => {
    const stdout = way === 'inherit' ? 'inherit' : 'pipe';
    const writer = spawn(process.execPath, [SELF, 'writer'], {
      stdio: ['ignore', stdout, 'inherit'],
    });
    const lines = new LineBuffer((text) => log.writeLines(text));
    writer.stdout?.on('data', (piece: Buffer) => lines.push(piece));
    return once(writer, 'close');
  });
  await Promise.all(writers);
  await log.flush();
  const { user, system } = process.cpuUsage(before);
  process.stderr.write(`${(user + system) / (WRITERS * LINES)}`);
}

async function compare(): Promise<void> {
  for (const way of ['inherit', 'control']) {
    // By the shell, which makes a pipe as there is one in front of a log shipper.
    const child = spawn('sh', ['-c', '"$0" "$1" "$2" | cat', process.execPath, SELF, way], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let costUs = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      costUs += text;
    });
    const { whole, broken } = await read(child.stdout);
    // A log whose reader is slower for long drops lines: the machine is too busy for this.
    const lost = WRITERS * LINES - whole - broken;
    process.stdout.write(
      `${way.padEnd(8)} ${whole} whole lines, ${broken} broken, ${lost} lost; ${Number(costUs).toFixed(2)} µs of the control process a line\n`,
    );
  }
}

async function read(stream: Readable): Promise<{ whole: number; broken: number }> {
  let rest = '';
  const counts = { whole: 0, broken: 0 };
  for await (const piece of stream.setEncoding('utf8')) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) counts[isWhole(line) ? 'whole' : 'broken'] += 1;
  }
  return counts;
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false; // halves of two lines
  }
}
