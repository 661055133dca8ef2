import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../src/cli/sparekey.ts', import.meta.url));

/** A run of the command line as a process of its own. */
export interface Run {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the text once standard output or error holds what matches. Rejects where it ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code; null where a signal ended it. */
  readonly exit: Promise<number | null>;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment, but for the path. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `sparekey ARGS`, and ends it with the test. */
export function run(context: TestContext, args: readonly string[], { cwd, env }: RunOptions = {}): Run {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd: cwd ?? tmpdir(),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const look of watchers) look();
    });
  }
  const exit = once(child, 'close').then(() => child.exitCode);
  context.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return {
    process: child,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    exit,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(texts.stdout) ?? pattern.exec(texts.stderr);
          if (found === null) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
        void exit.then(() =>
          reject(new Error(`it ended without ${String(pattern)}:\n${texts.stdout}${texts.stderr}`)),
        );
      }),
  };
}

/** What a run that ends by itself came to. */
export async function finished(
  context: TestContext,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const { exit, stdout, stderr } = run(context, args, options);
  return { code: await exit, stdout: stdout(), stderr: stderr() };
}

/** A gateway that runs, and where it says it listens. */
export interface Started extends Run {
  readonly url: string;
  readonly adminUrl: string;
}

/** Runs `sparekey start ARGS` until it is ready, on free ports. */
export async function started(
  context: TestContext,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Started> {
  const gateway = run(context, ['start', '--port', '0', '--admin-port', '0', ...args], options);
  const [, url = ''] = await gateway.said(/is ready: (http:\S+)\/v1\n/);
  const [, admin = ''] = await gateway.said(/admin on (\S+),[^]*Ctrl-C stops it/);
  return { ...gateway, url, adminUrl: `http://${admin}` };
}
