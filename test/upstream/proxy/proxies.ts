import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { installDebianPackage } from '../../support/debian-package.ts';
import { folderFor } from '../../support/folder.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';

/** A proxy that runs as long as the test. */
export interface RunningProxy {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface ProxyOptions {
  /** By default one that is free. */
  readonly port?: number;
  /** What it asks for; by default nothing. */
  readonly credentials?: readonly [user: string, password: string];
  /** The only port that tinyproxy opens tunnels to. */
  readonly onlyTo?: number;
}

/** Debian's tinyproxy, which opens tunnels by CONNECT. */
export async function startTinyproxy(
  context: TestContext,
  { port, credentials, onlyTo }: ProxyOptions = {},
): Promise<RunningProxy> {
  const at = port ?? (await freePort());
  const file = join(await folderFor(context), 'tinyproxy.conf');
  const lines = [`Port ${at}`, 'Listen 127.0.0.1', 'LogLevel Critical'];
  if (credentials !== undefined) lines.push(`BasicAuth ${credentials.join(' ')}`);
  if (onlyTo !== undefined) lines.push(`ConnectPort ${onlyTo}`);
  await writeFile(file, `${lines.join('\n')}\n`);
  return started(context, 'tinyproxy', 'tinyproxy-bin', ['-d', '-c', file], at);
}

/** Debian's microsocks, which speaks SOCKS 5. */
export async function startMicrosocks(
  context: TestContext,
  { port, credentials }: ProxyOptions = {},
): Promise<RunningProxy> {
  const at = port ?? (await freePort());
  const [user, password] = credentials ?? [];
  const asked = user === undefined || password === undefined ? [] : ['-u', user, '-P', password];
  return started(context, 'microsocks', 'microsocks', ['-i', '127.0.0.1', '-p', String(at), ...asked], at);
}

async function started(
  context: TestContext,
  program: string,
  debianPackage: string,
  args: readonly string[],
  port: number,
): Promise<RunningProxy> {
  if (!installDebianPackage(debianPackage, `command -v ${program}`))
    throw new Error(
      `This test needs ${program}, and could not install ${debianPackage} from Debian’s packages.`,
    );
  const child = spawn(program, args, { stdio: 'ignore' });
  const gone = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  context.after(stop);
  await until(() => child.exitCode !== null || accepts(port));
  if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
  return { port, stop };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
