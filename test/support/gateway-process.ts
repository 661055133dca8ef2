import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const ENTRY = fileURLToPath(new URL('../../src/cli/sparekey.ts', import.meta.url));
const logLine = z.looseObject({ time: z.string(), msg: z.string(), worker: z.number().optional() });

/** A line of the log of a gateway, whichever of its processes wrote it. */
export type LogLine = z.infer<typeof logLine>;

/** What a gateway's processes may have that differs from this one's. */
export interface ProcessOptions {
  /** How many descriptors each may have open. */
  readonly descriptors?: number;
  /** Environment beside the path. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A gateway as its own process, with workers where its configuration says so. Whoever starts it disposes of it. */
export class GatewayProcess implements AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #gone: Promise<unknown>;

  private constructor(child: ChildProcessByStdio<null, Readable, null>, url: string, adminUrl: string) {
    this.url = url;
    this.adminUrl = adminUrl;
    this.#child = child;
    this.#gone = once(child, 'close');
  }

  /**
   * Runs the `sparekey.yaml` in a folder, on ports of its own.
   * @param onLine - hears every line of the log from then on
   * @param env - beside what every gateway gets
   */
  static async start(
    folder: string,
    onLine: (line: LogLine) => void = () => {},
    { descriptors, env = {} }: ProcessOptions = {},
  ): Promise<GatewayProcess> {
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
    const program = [process.execPath, ENTRY, 'start', '--port', '0', '--admin-port', '0'];
    const child = spawn('/bin/sh', ['-c', `${limit}exec "$0" "$@"`, ...program], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const killChild = (): void => void child.kill('SIGKILL');
    process.once('exit', killChild);
    child.once('close', () => process.off('exit', killChild));
    const lines = createInterface(child.stdout);
    const ready = Promise.withResolvers<GatewayProcess>();
    const said: string[] = [];
    let running: GatewayProcess | undefined;
    lines.on('line', (line) => {
      if (line.startsWith('{')) onLine(logLine.parse(JSON.parse(line)));
      if (running !== undefined) return;
      said.push(line);
      const text = said.join('\n');
      const url = /is ready: (http:\S+)\/v1\n/.exec(text)?.[1];
      const admin = /admin on (\S+),[^]*Ctrl-C stops it/.exec(text)?.[1];
      if (url === undefined || admin === undefined) return;
      running = new GatewayProcess(child, url, `http://${admin}`);
      ready.resolve(running);
    });
    lines.once('close', () => ready.reject(new Error(`the gateway did not start:\n${said.join('\n')}`)));
    return ready.promise;
  }

  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  /** Gone at once, with no chance to say or write anything. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** Stops it in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#gone;
  }
}
