import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import * as z from 'zod';

const numbered = z.object({ i: z.number() });

/** A program with a log on its standard output. */
function logging(body: string) {
  const url = new URL('../../src/telemetry/log.ts', import.meta.url).href;
  const program = `
    import { createLog } from ${JSON.stringify(url)};
    const log = createLog({ level: 'info', format: 'auto' });
    ${body}
  `;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
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
