import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { startAdmin } from './admin/admin.ts';
import type { Config } from './config/schema.ts';
import { router } from './failover/route.ts';
import type { AttemptTools } from './failover/attempt.ts';
import { admission } from './gateway/clients.ts';
import { Gateway } from './gateway/gateway.ts';
import type { Runtime } from './gateway/runtime.ts';
import { openDataServer } from './gateway/server.ts';
import type { Address } from './gateway/server.ts';
import { KeyBook } from './keys/book.ts';
import { Prober } from './probe/prober.ts';
import { openProvider } from './providers/provider.ts';
import { openStore } from './store/open.ts';
import type { Log } from './telemetry/log.ts';

/** A running gateway. */
export interface Sparekey {
  readonly address: Address;
  readonly adminAddress: Address;
  /** Where key records are kept, for people. */
  readonly stateDescription: string;
  readonly runtime: () => Runtime;
  /**
   * Goes over to another configuration: keys that stay keep their records, those that left lose them, and
   * requests under way finish as they began. Listeners and the store stay as they are until a restart.
   */
  reload(config: Config): Promise<void>;
  /** Stops in order: lets requests under way finish up to `limits.drain`, gives leases back, writes what is unwritten. */
  drain(): Promise<void>;
}

/** Wires a gateway together and opens its listeners. */
export async function startSparekey(config: Config, { log }: { readonly log: Log }): Promise<Sparekey> {
  const store = await openStore(config.state);
  const book = await KeyBook.open({
    store,
    onNotice: (notice) => {
      switch (notice.kind) {
        case 'store-failed':
          return log.error('the store does not answer; serving from what is known', { error: notice.error });
        case 'store-back':
          return log.info('the store answers again');
        case 'unreadable-record':
          return log.warn('a key record cannot be read and counts as new', { id: notice.id });
      }
    },
  });
  const tools: AttemptTools = { book, now: Date.now, random: Math.random };
  const holder = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const prober = new Prober({
    store,
    tools,
    holder,
    onCheck: (provider, key, report) => log.info('health check', { provider: provider.id, key, ...report }),
    onStoreFailure: (error) => log.warn('the store did not answer the health checks', { error }),
  });

  let runtime = assemble(config, book);
  book.subscribe((keyId, record) => {
    for (const provider of runtime.providers.values()) provider.pool.update(keyId, record);
  });

  const gateway = new Gateway({
    runtime: () => runtime,
    tools,
    newId: requestIds(),
    readiness: () => ({ ready: true, details: { status: 'ready', store: book.storeFailed ? 'away' : 'ok' } }),
    onRequest: (entry) => log.request(entry),
    onDefect: (requestId, error) => log.error('a request met a defect', { requestId, error }),
  });
  const server = await openDataServer(config.listen, (request, response) =>
    gateway.handle(request, response),
  );
  const admin = await startAdmin({
    ...config.admin,
    runtime: () => runtime,
    book,
    prober,
    now: tools.now,
    onDefect: (error) => log.error('the admin API met a defect', { error }),
  });
  await prober.watch(runtime.providers.values());

  return {
    address: server.address,
    adminAddress: admin.address,
    stateDescription: store.description,
    runtime: () => runtime,
    reload: async (next) => {
      const previous = runtime;
      runtime = assemble(next, book);
      await prober.watch(runtime.providers.values());
      await forgetKeysThatLeft(previous, runtime, book);
      closeWhenIdle(previous, log);
    },
    drain: async () => {
      gateway.drain();
      await Promise.all([server.close(runtime.config.limits.drain), prober.stop(), admin.close()]);
      await book.close();
      await Promise.all(Array.from(runtime.providers.values(), ({ transport }) => transport.destroy()));
      await store.close();
    },
  };
}

/** Makes what a configuration describes. Nothing is connected or written. */
function assemble(config: Config, book: KeyBook): Runtime {
  const providers = new Map(
    config.providers.map((provider) => [provider.id, openProvider(provider, (key) => book.record(key))]),
  );
  const { routes, activeProviderId } = config;
  return {
    config,
    providers,
    route: router(providers, { routes, activeProviderId }),
    admit: admission(config.clients),
  };
}

/** Requests under way keep their connections; the rest goes at once. */
function closeWhenIdle({ providers }: Runtime, log: Log): void {
  for (const { id, transport } of providers.values()) {
    transport
      .close()
      .catch((error: unknown) => log.warn('connections did not close', { provider: id, error }));
  }
}

async function forgetKeysThatLeft(previous: Runtime, next: Runtime, book: KeyBook): Promise<void> {
  for (const { id } of previous.providers.values()) {
    const pool = next.providers.get(id)?.pool;
    await book.forget(id, (keyId) => pool?.get(keyId) !== undefined);
  }
}

/** Ids that are short, unlike those of other processes, and cost nothing to make. */
function requestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `req_${prefix}${(count++).toString(36).padStart(4, '0')}`;
}
