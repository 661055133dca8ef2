import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);

/** What wrk.lua prints at its end. */
const report = z.object({
  requests: z.int().positive(),
  seconds: z.number().positive(),
  p50Us: z.int(),
  p99Us: z.int(),
  /** Answers that were not 200, or not of the expected length. */
  wrong: z.int(),
  connect: z.int(),
  read: z.int(),
  write: z.int(),
  timeout: z.int(),
});

/** What the load generator saw; every answer counted in it was right. */
export type Load = Pick<z.infer<typeof report>, 'requests' | 'seconds' | 'p50Us' | 'p99Us'>;

export interface LoadOptions {
  readonly wrk: string;
  readonly core: number;
  readonly url: string;
  readonly body: string;
  /** Length of the body of a right answer. */
  readonly answerBytes: number;
  readonly clientKey: string;
  readonly connections: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Runs one load over a fixed number of connections, each sending its next request when the last is answered.
 * @throws Error where even one answer was wrong, broken or late
 */
export async function applyLoad(options: LoadOptions): Promise<Load> {
  const script = fileURLToPath(new URL('wrk.lua', import.meta.url));
  const load = [
    '-t',
    '1',
    '-c',
    String(options.connections),
    '-d',
    `${options.seconds}s`,
    '--timeout',
    '30s',
  ];
  const traffic = [options.body, String(options.answerBytes), options.clientKey];
  const { stdout } = await run(
    'taskset',
    ['-c', String(options.core), options.wrk, ...load, '-s', script, options.url, '--', ...traffic],
    { signal: options.signal },
  );
  const { wrong, connect, read, write, timeout, ...seen } = report.parse(
    JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''),
  );
  if (wrong + connect + read + write + timeout > 0) {
    const counts = JSON.stringify({ wrong, connect, read, write, timeout });
    throw new Error(`${options.url}: not every one of ${seen.requests} answers was right: ${counts}`);
  }
  return seen;
}
