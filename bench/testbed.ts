import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cores } from './machine.ts';
import { proxyConfiguration, upstreamConfiguration } from './nginx.ts';
import { freePort } from '../test/support/free-port.ts';
import { startPinned } from './pinned.ts';
import { plainAnswer } from './traffic.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A proxy under test, running. */
export interface Proxy {
  readonly name: 'nginx' | 'sparekey' | 'other';
  readonly pid: number;
  /** Where chat requests answered at once are posted. */
  readonly plainUrl: string;
  /** Where chat requests answered by a stream are posted. */
  readonly streamUrl: string;
  /** Its log of requests; may be emptied between measurements. */
  readonly logFile: string;
}

/** Both proxies and what stands behind them, until it is disposed of. */
export interface Testbed extends AsyncDisposable {
  readonly nginx: Proxy;
  readonly sparekey: Proxy;
  /** Sparekey as it stands in another checkout, where one was named. */
  readonly other: Proxy | undefined;
  /** The plain upstream itself, for the time a request takes without a proxy. */
  readonly directUrl: string;
  /** Says how many frames have been streamed so far. */
  readonly framesUrl: string;
}

export interface TestbedOptions {
  readonly nginx: string;
  readonly cores: Cores;
  readonly clientKey: string;
  /** Another checkout, with its packages, that is measured beside this one. */
  readonly against: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Starts two upstreams on the load core and the proxies on the other, each in a folder of its own that is
 * removed in the end. A system's own nginx is not touched.
 * @throws Error where one of them does not start
 */
export async function startTestbed({
  nginx,
  cores,
  clientKey,
  against,
  signal,
}: TestbedOptions): Promise<Testbed> {
  await using starting = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'sparekey-bench-'));
  starting.defer(() => {
    rmSync(folder, { recursive: true });
  });

  const startNginx = async (name: string, core: number, port: number, configuration: string) => {
    const prefix = join(folder, name);
    mkdirSync(prefix);
    writeFileSync(join(prefix, 'nginx.conf'), configuration);
    return starting.use(
      await startPinned({
        core,
        command: [nginx, '-p', prefix, '-e', 'error.log', '-c', 'nginx.conf'],
        cwd: prefix,
        outputFile: join(prefix, 'output.log'),
        errorFile: join(prefix, 'error-output.log'),
        readyUrl: `http://127.0.0.1:${port}/ready`,
        signal,
      }),
    );
  };
  const startNode = async (
    name: string,
    core: number,
    args: string[],
    readyUrl: string,
    { cwd = ROOT, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ) =>
    starting.use(
      await startPinned({
        core,
        command: [process.execPath, ...args],
        cwd,
        env,
        outputFile: join(folder, `${name}.log`),
        errorFile: join(folder, `${name}-error.log`),
        readyUrl,
        signal,
      }),
    );

  const plainUpstream = await freePort();
  await startNginx(
    'upstream',
    cores.load,
    plainUpstream,
    upstreamConfiguration(plainUpstream, plainAnswer()),
  );

  const streamUpstream = await freePort();
  const framesUrl = `http://127.0.0.1:${streamUpstream}/frames`;
  await startNode(
    'stream-upstream',
    cores.load,
    ['bench/stream-upstream.ts', String(streamUpstream)],
    framesUrl,
  );

  const nginxPorts = { plain: await freePort(), stream: await freePort(), plainUpstream, streamUpstream };
  const nginxProxy = await startNginx('proxy', cores.proxy, nginxPorts.plain, proxyConfiguration(nginxPorts));

  const startSparekey = async (name: 'sparekey' | 'other', cwd: string): Promise<Proxy> => {
    const port = await freePort();
    const { pid } = await startNode(
      name,
      cores.proxy,
      ['src/cli/sparekey.ts', 'start', '--config', 'bench/sparekey.yaml'],
      `http://127.0.0.1:${port}/ready`,
      {
        cwd,
        env: {
          BENCH_LISTEN: `127.0.0.1:${port}`,
          BENCH_ADMIN_LISTEN: `127.0.0.1:${await freePort()}`,
          BENCH_STATE: `sqlite:${join(folder, `${name}.db`)}`,
          BENCH_CLIENT_KEY: clientKey,
          BENCH_PLAIN_UPSTREAM: `http://127.0.0.1:${plainUpstream}/v1`,
          BENCH_STREAM_UPSTREAM: `http://127.0.0.1:${streamUpstream}/v1`,
        },
      },
    );
    const url = chatUrl(port);
    return { name, pid, plainUrl: url, streamUrl: url, logFile: join(folder, `${name}.log`) };
  };
  const sparekey = await startSparekey('sparekey', ROOT);
  const other = against === undefined ? undefined : await startSparekey('other', against);

  const running = starting.move();
  return {
    nginx: {
      name: 'nginx',
      pid: nginxProxy.pid,
      plainUrl: chatUrl(nginxPorts.plain),
      streamUrl: chatUrl(nginxPorts.stream),
      logFile: join(folder, 'proxy', 'access.log'),
    },
    sparekey,
    other,
    directUrl: chatUrl(plainUpstream),
    framesUrl,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function chatUrl(port: number): string {
  return `http://127.0.0.1:${port}/v1/chat/completions`;
}
