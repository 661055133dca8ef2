import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createClient } from '@redis/client';
import { installDebianPackage } from '../../support/debian-package.ts';
import { freePort } from '../../support/free-port.ts';

/**
 * Real servers for tests, each a process of its own on ports of its own in a folder that goes away with it.
 *
 * The program is what `SPAREKEY_REDIS_SERVER` names, such as a `valkey-server`; else the `redis-server` on the
 * path; else, for root on a system with apt, the one from the system's packages.
 */

export interface RedisServerOptions {
  /** Arguments of the server, beside those for its port and folder. */
  readonly args?: readonly string[];
  /** Said before any other command. */
  readonly auth?: { readonly username?: string; readonly password: string };
  readonly tls?: { readonly ca: string };
  /** A file to begin with, instead of arguments alone. */
  readonly config?: string;
}

/** None outlives the tests, however they end. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** A running server, and what may befall it. */
export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly #options: RedisServerOptions;
  #process: ChildProcessByStdio<null, Readable, null> | undefined;

  private constructor(port: number, folder: string, options: RedisServerOptions) {
    this.port = port;
    this.folder = folder;
    this.#options = options;
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'sparekey-redis-'));
    const server = new RedisServer(await freePort(), folder, options);
    await server.start();
    return server;
  }

  /** Starts it, or starts it again with what its folder holds. */
  async start(): Promise<void> {
    const { config, args = [] } = this.#options;
    const port = this.#options.tls === undefined ? 'port' : 'tls-port';
    const child = spawn(
      redisProgram(),
      [...(config === undefined ? [] : [config]), `--${port}`, String(this.port), '--bind', '127.0.0.1']
        // Nothing is kept on disk unless a test asks for it.
        .concat(['--dir', this.folder, '--save', '', ...args]),
      { cwd: this.folder, argv0: 'redis-server', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#process = child;
    const gone = once(child, 'exit');
    running.add(child);
    child.once('exit', () => running.delete(child));
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (/Ready to accept connections|Sentinel ID is/.test(line)) {
        child.stdout.resume();
        return;
      }
    }
    await gone;
    throw new Error(`the server did not start:\n${lines.join('\n')}`);
  }

  /** Gone at once, as after a crash; what it had not written down is lost. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Its connections stay open, and nothing is answered. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Sends one command over a connection of its own. */
  async command(...command: string[]): Promise<unknown> {
    const { auth, tls } = this.#options;
    const client = createClient({
      ...auth,
      RESP: 2,
      socket: { host: '127.0.0.1', port: this.port, ...(tls && { tls: true, ca: tls.ca }) },
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}

let program: string | undefined;

/** The server program. Installs it where there is none. */
export function redisProgram(): string {
  program ??= process.env['SPAREKEY_REDIS_SERVER'] ?? onPath('redis-server') ?? installed();
  return program;
}

function onPath(name: string): string | undefined {
  const folders = process.env['PATH']?.split(delimiter) ?? [];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Debian's package of tools holds the server itself, under the name of the check it is as well, and no system
 * service that would be started: the program goes by the name it is called by.
 */
const INSTALLED = '/usr/bin/redis-check-rdb';

function installed(): string {
  if (isExecutable(INSTALLED)) return INSTALLED;
  if (installDebianPackage('redis-tools', `test -x ${INSTALLED}`) && isExecutable(INSTALLED))
    return INSTALLED;
  throw new Error(
    'These tests need a Redis or Valkey server, and could not install one. Install redis-server from the ' +
      "system's packages, or name a server program in SPAREKEY_REDIS_SERVER.",
  );
}
