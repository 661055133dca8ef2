import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How to run a program. */
export interface ProgramOptions {
  readonly folder: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** What it reads from standard input; nothing by default. */
  readonly input?: string;
  /** Milliseconds, after which it and all that it started are killed. */
  readonly limit: number;
}

/** What a run of a program came to. */
export interface ProgramRun {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly said: string;
  readonly wasKilled: boolean;
}

/** Runs a program to its end. @throws where it cannot be started */
export async function runProgram(
  program: string,
  args: readonly string[],
  { folder, env, input = '', limit }: ProgramOptions,
): Promise<ProgramRun> {
  // A group of its own, so that what it starts ends with it.
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  // One that ends without reading is judged by its code.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let wasKilled = false;
  const timer = setTimeout(() => {
    wasKilled = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, limit);
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(timer);
  }
  return { code: child.exitCode, said, wasKilled };
}
