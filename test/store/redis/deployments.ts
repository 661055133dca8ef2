import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRedisUrl } from '../../../src/config/schema/redis-url.ts';
import type { RedisAddress } from '../../../src/base/store-address.ts';
import { until } from '../../support/until.ts';
import { freePort } from '../../support/free-port.ts';
import { RedisServer } from './redis-server.ts';

/** Servers that stand together, and the URL they are reached by. */
export interface Deployment {
  /** Without `prefix`, ready for further options after a `?` or `&`. */
  readonly url: string;
  /** Those that hold the state, the master first. */
  readonly servers: readonly RedisServer[];
  readonly dispose: () => Promise<void>;
}

/** The place that a URL names, as the configuration reads it. */
export function placeAt(url: string): RedisAddress {
  const result = parseRedisUrl(url);
  if (result?.ok !== true) throw new Error(`expected ${result?.expected ?? 'a URL'}, not ${url}`);
  return result.address;
}

/** The URL with one more option. */
export function withOption(url: string, option: string): string {
  const hasOptions = url.slice(url.lastIndexOf('@') + 1).includes('?');
  return `${url}${hasOptions ? '&' : '?'}${option}`;
}

/** The URL of a state that is waited for as long as a busy machine needs. */
export function patient(url: string): string {
  return withOption(url, 'storeTimeout=1m');
}

export async function single(...args: string[]): Promise<Deployment> {
  const server = await RedisServer.start({ args });
  return {
    url: `redis://127.0.0.1:${server.port}/0`,
    servers: [server],
    dispose: () => server.dispose(),
  };
}

/** A user of its own, with no more rights than the reference page names, and nobody without a password. */
export async function withUser(): Promise<Deployment> {
  const admin = { username: 'admin', password: 'of-the-tests' };
  const password = 'p@ss:w/rd?#';
  const commands =
    'hello client|setname select eval evalsha subscribe unsubscribe publish get set del type hget hset hdel hmget hscan zscore zadd zrange time info';
  const rights = commands.split(' ').map((command) => `+${command}`);
  const config = await configFile([
    'user default off',
    `user admin on >${admin.password} ~* &* +@all`,
    `user me on >${password} ~p* ~{p* &p* ${rights.join(' ')}`,
  ]);
  const server = await RedisServer.start({ config, auth: admin });
  return {
    url: `redis://me:${password}@127.0.0.1:${server.port}/3`,
    servers: [server],
    dispose: () => disposeAll([server], config),
  };
}

/** Over TLS alone, with a certificate of its own making, asked for one in return. */
export async function overTls(): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-tls-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const names = 'subjectAltName=IP:127.0.0.1';
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
      '-subj',
      '/CN=sparekey-test',
      '-addext',
      names,
      '-keyout',
      key,
      '-out',
      cert,
    ]),
    { stdio: 'ignore' },
  );
  const server = await RedisServer.start({
    args: ['--port', '0', '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert],
    tls: { ca: await readFile(cert, 'utf8') },
  });
  return {
    url: `rediss://127.0.0.1:${server.port}/0?ca=${cert}&cert=${cert}&key=${key}`,
    servers: [server],
    dispose: async () => {
      await server.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

/** Three masters, each with a third of the slots. */
export async function cluster(): Promise<Deployment> {
  const servers = await Promise.all(
    [0, 1, 2].map(async () => {
      const busPort = String(await freePort());
      return RedisServer.start({
        args: ['--cluster-enabled', 'yes', '--cluster-port', busPort, '--cluster-node-timeout', '2000'],
      });
    }),
  );
  const [first] = servers;
  const slots = ['0 5460', '5461 10922', '10923 16383'];
  for (const [n, server] of servers.entries()) {
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
    await server.command('CLUSTER', 'ADDSLOTSRANGE', ...(slots[n]?.split(' ') ?? []));
    const bus = String(await server.command('CONFIG', 'GET', 'cluster-port')).split(',')[1] ?? '';
    if (server !== first) await first?.command('CLUSTER', 'MEET', '127.0.0.1', String(server.port), bus);
  }
  for (const server of servers) {
    await until(async () => {
      const info = String(await server.command('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    });
  }
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    dispose: () => disposeAll(servers),
  };
}

/** A master, a replica, and three sentinels that are quick to judge. */
export async function behindSentinels(): Promise<Deployment> {
  const master = await RedisServer.start({ args: ['--repl-diskless-sync-delay', '0'] });
  const replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  await until(async () => String(await replica.command('INFO', 'replication')).includes('link_status:up'));
  const configs: string[] = [];
  const sentinels: RedisServer[] = [];
  for (let n = 0; n < 3; n++) {
    const config = await configFile([
      `sentinel monitor main 127.0.0.1 ${master.port} 2`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 3000',
    ]);
    configs.push(config);
    sentinels.push(await RedisServer.start({ config, args: ['--sentinel'] }));
  }
  for (const sentinel of sentinels) {
    await until(async () => {
      const known = String(await sentinel.command('SENTINEL', 'MASTER', 'main'));
      return /num-slaves,1,/.test(known) && /num-other-sentinels,2,/.test(known);
    });
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/0?master=main`,
    servers: [master, replica],
    dispose: () => disposeAll([...sentinels, replica, master], ...configs),
  };
}

async function configFile(lines: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-redis-conf-'));
  const path = join(folder, 'server.conf');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function disposeAll(servers: readonly RedisServer[], ...configs: string[]): Promise<void> {
  await Promise.all(servers.map((server) => server.dispose()));
  for (const config of configs) await rm(join(config, '..'), { recursive: true });
}
