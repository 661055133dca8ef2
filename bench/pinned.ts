import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

/** Long enough for any of ours on a busy machine; a process that is not ready by then is not coming. */
const READY_WITHIN_MS = 20_000;

/** A process that runs on one core only, until it is disposed of. */
export interface Pinned extends AsyncDisposable {
  readonly pid: number;
}

export interface PinnedOptions {
  readonly core: number;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where its standard output goes; appended to. */
  readonly outputFile: string;
  /** Where its standard error goes; shown where it fails to start. */
  readonly errorFile: string;
  /** Answers 200 once the process is ready. */
  readonly readyUrl: string;
  /** Ends the process when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Starts a process and waits until it answers.
 * @throws Error with what it wrote to standard error where it ends first or does not become ready
 */
export async function startPinned(options: PinnedOptions): Promise<Pinned> {
  const output = openSync(options.outputFile, 'a');
  const error = openSync(options.errorFile, 'a');
  // taskset replaces itself by the program, so the process id is the program's own.
  const child = spawn('taskset', ['-c', String(options.core), ...options.command], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', output, error],
    signal: options.signal,
  });
  closeSync(output);
  closeSync(error);
  let reason = 'ended';
  child.on('error', ({ message }) => {
    reason = message; // it could not be started, or was aborted; the end itself is told below
  });
  const ended = new Promise<string>((resolve) => {
    child.once('close', () => {
      resolve(reason);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };

  const gaveUp = new AbortController();
  const ready = waitUntilReady(options.readyUrl, gaveUp.signal);
  const late = sleep(READY_WITHIN_MS, 'not ready in time', { ref: false });
  const state = await Promise.race([ready, ended, late]);
  gaveUp.abort();
  if (state !== 'ready' || child.pid === undefined) {
    await stop();
    const words = readFileSync(options.errorFile, 'utf8') || readFileSync(options.outputFile, 'utf8');
    throw new Error(`${options.command.join(' ')}: ${state}\n${words.slice(-4_000)}`);
  }
  return { pid: child.pid, [Symbol.asyncDispose]: stop };
}

async function waitUntilReady(url: string, signal: AbortSignal): Promise<string> {
  while (!signal.aborted) {
    const status = await request(url, { signal }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0, // nobody listens yet
    );
    if (status === 200) return 'ready';
    await sleep(50);
  }
  return 'given up';
}
