import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** A gateway that was started as a user starts it. */
export interface StartedGateway {
  readonly url: string;
  /** Ends it as Ctrl-C on a terminal does, and resolves with the log since it was ready. */
  stop(): Promise<string>;
}

/**
 * Runs a program that is expected to become a gateway, until it says that it is ready. What it starts ends with the test.
 * @throws Error with what it said, where it ends before
 */
export async function startGateway(
  context: TestContext,
  [program = '', ...args]: readonly string[],
  { cwd, env, uid, gid }: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>,
): Promise<StartedGateway> {
  // A group of its own, for all that stands between, such as npx and its shell.
  const options = { cwd, env, uid, gid, detached: true };
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let isOver = false;
  void ended.then(() => (isOver = true));
  const signal = (name: NodeJS.Signals): void => {
    if (!isOver && child.pid !== undefined) process.kill(-child.pid, name);
  };
  context.after(async () => {
    signal('SIGKILL');
    await ended;
  });

  const lines: string[] = [];
  const ready = Promise.withResolvers<string>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    const url = /is ready: (http:\S+)\/v1$/.exec(line)?.[1];
    if (url !== undefined) ready.resolve(url);
  });
  void ended.then(() => ready.reject(new Error(`it ended before it was ready:\n${lines.join('\n')}`)));
  return {
    url: await ready.promise,
    stop: async () => {
      signal('SIGINT');
      await ended;
      return lines.join('\n');
    },
  };
}
