import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import * as z from 'zod';
import { folderFor } from '../support/folder.ts';

const numbered = z.object({ i: z.number() });
const logged = z.object({ i: z.number().optional(), msg: z.string(), lines: z.number().optional() });

/** Logs as many lines as each line of standard input says, tries to write them, and says so. */
const COMMANDED = `
  import { createInterface } from 'node:readline';
  let i = 0;
  for await (const count of createInterface(process.stdin)) {
    for (const end = i + Number(count); i < end; i++) log.info('numbered', { i });
    await log.flush();
    process.stderr.write('tried');
  }
`;

/** A program with a log on its standard output. */
function logging(body: string, output = '') {
  const url = new URL('../../src/telemetry/log.ts', import.meta.url).href;
  const program = `
    import { createLog } from ${JSON.stringify(url)};
    const log = createLog({ level: 'info', format: 'auto' });
    ${body}
  `;
  const command = `exec "$0" "$@"${output === '' ? '' : ` > '${output}'`}`;
  return spawn('/bin/sh', ['-c', command, process.execPath, '--input-type=module', '--eval', program], {
    stdio: 'pipe',
  });
}

/** The first piece that comes. */
function firstOf(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    stream.once('data', (piece: Buffer) => resolve(piece.toString()));
  });
}

void test('what was logged before a flush is out, in order, even where the process ends at once', async () => {
  const child = logging(`
    for (let i = 0; i < 20_000; i++) log.info('line', { i });
    await log.flush();
    process.kill(process.pid, 'SIGKILL');
  `);
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  const numbers = lines.map((line) => numbered.parse(JSON.parse(line)).i);
  assert.deepEqual(
    numbers,
    Array.from({ length: 20_000 }, (_, i) => i),
  );
});

void test('a line does not wait for others to be written', async () => {
  const child = logging(`
    log.info('alone');
    setInterval(() => {}, 1000);
  `);
  assert.match(await firstOf(child.stdout), /"msg":"alone"/);
  child.kill('SIGKILL');
  await once(child, 'close');
});

void test('a reader that reads nothing holds nothing up', async () => {
  const child = logging(`
    const line = 'x'.repeat(1000);
    for (let i = 0; i < 5_000; i++) log.info(line);
    await new Promise((resolve) => setImmediate(resolve));
    process.stderr.write('went on');
  `);
  assert.equal(await firstOf(child.stderr), 'went on');
  child.kill('SIGKILL');
  child.stdout.resume();
  await once(child, 'close');
});

void test('a reader that has gone ends neither the process nor a flush', async () => {
  const child = logging(`
    log.info('first');
    process.stdin.resume().on('end', async () => {
      for (let i = 0; i < 1_000; i++) log.info('nobody reads this');
      await log.flush();
      process.stderr.write('still here');
    });
  `);
  await firstOf(child.stdout);
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.end();
  const [errors] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.equal(errors, 'still here');
  assert.equal(child.exitCode, 0);
});

void test('lines that could not be written are counted, and the count is logged once when they can be again', async (t) => {
  const fifo = join(await folderFor(t), 'log');
  execFileSync('mkfifo', [fifo]);
  const child = logging(COMMANDED, fifo);
  t.after(() => child.kill('SIGKILL'));
  const tell = async (count: number): Promise<void> => {
    child.stdin.write(`${count}\n`);
    assert.equal(await firstOf(child.stderr), 'tried');
  };
  const first = await open(fifo);
  const tried = tell(20_000);
  // Not whole lines.
  const { buffer, bytesRead } = await first.read(Buffer.alloc(1_000));
  await first.close();
  await tried;
  await tell(1);
  await tell(10_000);
  const lines: z.infer<typeof logged>[] = [];
  const second = createReadStream(fifo, 'utf8');
  const whole = createInterface({ input: joined(buffer.toString('utf8', 0, bytesRead), second) });
  const told = Promise.withResolvers<void>();
  whole.on('line', (each) => {
    lines.push(logged.parse(JSON.parse(each)));
    if (lines.some(({ lines: dropped }) => dropped !== undefined)) told.resolve();
  });
  await told.promise;
  await tell(5);
  child.kill('SIGKILL');
  await once(whole, 'close');
  const reports = lines.filter(({ lines: dropped }) => dropped !== undefined);
  assert.equal(reports.length, 1);
  assert.match(
    reports[0]?.msg ?? '',
    /^\d+ lines of the log were dropped in [\d.]+ s because its reader had gone \(EPIPE\)$/,
  );
  assert.equal(lines.length - 1 + (reports[0]?.lines ?? 0), 30_006);
  assert.deepEqual(
    lines.slice(-5).map(({ i }) => i),
    [30_001, 30_002, 30_003, 30_004, 30_005],
  );
});

void test('a reader that reads late gets what was held, and how much was not', async () => {
  const child = logging(`
    const line = 'x'.repeat(10_000);
    for (let i = 0; i < 4_000; i++) log.info(line, { i });
    process.stderr.write('logged');
    process.stdin.resume().on('end', () => log.flush());
  `);
  assert.equal(await firstOf(child.stderr), 'logged');
  child.stdin.end();
  const lines = (await text(child.stdout))
    .trimEnd()
    .split('\n')
    .map((each) => logged.parse(JSON.parse(each)));
  const reports = lines.filter(({ lines: dropped }) => dropped !== undefined);
  assert.equal(reports.length, 1);
  assert.match(reports[0]?.msg ?? '', /because its reader did not read \(EAGAIN\)$/);
  assert.ok(lines.length > 1_000 && lines.length < 2_000, `${lines.length} lines were held`);
  assert.equal(lines.length - 1 + (reports[0]?.lines ?? 0), 4_000);
});

/** A text, and then what comes from a stream. */
function joined(beginning: string, rest: Readable): Readable {
  async function* pieces(): AsyncGenerator<string> {
    yield beginning;
    for await (const piece of rest) yield String(piece);
  }
  return Readable.from(pieces());
}

void test('a process that ends waits for the reader of a full pipe that does not block, as long as it reads', async (context) => {
  const pipe = join(await folderFor(context), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const url = new URL('../../src/telemetry/log.ts', import.meta.url).href;
  const program = `
    import { createLog } from ${JSON.stringify(url)};
    const log = createLog({ level: 'info', format: 'auto' });
    for (let i = 0; i < 5_000; i++) log.info('line', { i });
    process.exit();
  `;
  const options = ['--input-type=module', '--eval', program];
  spawn(process.execPath, options, { stdio: ['ignore', end, 'inherit'] });
  const reading = text(createReadStream(pipe));
  closeSync(end);
  const whole = await reading;
  assert.ok(whole.includes('"i":4999,'), whole.slice(-200));
  // What the first batch says may be on its way in another thread.
  assert.ok(whole.split('\n').length > 4_900);
});
