import { hostname } from 'node:os';
import type { RefusedFile } from '../admin/state-view.ts';
import { ResourceBook } from '../routing/resource-book.ts';
import type { Config } from '../config/schema/schema.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { Recorder } from '../failover/recorder.ts';
import { router } from '../routing/route.ts';
import { authenticator } from '../gateway/request/authenticate.ts';
import { MemoryBudget, memoryLimit } from '../gateway/memory-budget.ts';
import { findKey } from '../gateway/runtime.ts';
import type { Runtime } from '../gateway/runtime.ts';
import type { KeyBook } from '../keys/book/book.ts';
import { settle } from '../keys/record/record.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import { watchDescriptors } from '../listener/file-descriptors.ts';
import { dataCsrfGuard } from '../listener/csrf-guard.ts';
import { PoolUpdates } from '../keys/pool/pool-updates.ts';
import { openState } from './open-state.ts';
import type { OpenState } from './open-state.ts';
import { keyIdsOf, openProvider } from '../providers/provider.ts';
import { logExhausted } from '../telemetry/descriptor-lines.ts';
import { watchTransitions } from '../telemetry/key-transitions.ts';
import type { LogTransition } from '../telemetry/key-transitions.ts';
import type { Log } from '../telemetry/contract.ts';
import { logOutage } from '../telemetry/notice-lines.ts';
import { causeOf } from '../telemetry/store-health.ts';
import { workerCount } from './worker-count.ts';

/** What every process of a gateway has: the store, what is known of the keys, the configuration as it runs. */
export interface GatewayNode extends Pick<OpenState, 'store' | 'stateKind' | 'health' | 'clocks' | 'now'> {
  readonly log: Log;
  readonly tools: AttemptTools;
  readonly resources: ResourceBook;
  /** Memory that the requests of this process hold together. */
  readonly memory: MemoryBudget;
  readonly runtime: () => Runtime;
  /** Calls `write` for every key that leaves service or comes back, until the node closes. */
  logTransitions(write: LogTransition): void;
  /** @returns the previous runtime, whose requests finish with it */
  reload(config: Config): Runtime;
  /** The configuration file, where it was changed and is not taken over; undefined where it is what runs. */
  readonly refusedFile: () => RefusedFile | undefined;
  /** Notes that, from the first time on. @param refused - undefined: it was taken over */
  noteRefusal(refused: Refusal | undefined): void;
  /** Writes pending records and closes what is open. The planes close before it. */
  close(): Promise<void>;
}

/** Why a file is not taken over, and since when where that is known. */
export type Refusal = Omit<RefusedFile, 'since'> & Partial<Pick<RefusedFile, 'since'>>;

/**
 * Opens the store and reads what is known of the keys.
 * @param known - what the control process knows of them, for a worker
 */
export async function openNode(
  config: Config,
  log: Log,
  known?: readonly RecordSnapshot[],
): Promise<GatewayNode> {
  // Until there is a runtime: the keys that the first one will have.
  const keyIds = new Set(config.providers.flatMap(keyIdsOf));
  const current = { hasKey: (keyId: string): boolean => keyIds.has(keyId) };
  const state = await openState(config.state, log, {
    isConfigured: (keyId) => current.hasKey(keyId),
    ...(known !== undefined && { known }),
  });
  const { store, book, now } = state;
  const recorder = new Recorder(book, (notice) => logOutage(notice, log));
  state.onClockSet((byMs) => {
    if (byMs < 0) recorder.reset();
  });
  const resources = new ResourceBook({
    store,
    now,
    onStoreFailure: (error) => log.warn('the store does not tell who made what', { cause: causeOf(error) }),
  });
  const endWatch = watchDescriptors(logExhausted(log, () => performance.now()));
  const pools = new PoolUpdates(book);
  let runtime = assemble(config, book, pools);
  let refusedFile: RefusedFile | undefined;
  // Cached: reading it takes files, and every request needs it.
  let memoryBytes = memoryLimit(config, workerCount(config.workers));
  current.hasKey = (keyId) => findKey(runtime, keyId) !== undefined;
  return {
    ...state,
    log,
    tools: {
      recorder,
      node: `${hostname()}-${process.pid}`,
      now,
      wallNow: Date.now,
      random: Math.random,
    },
    resources,
    memory: new MemoryBudget(() => memoryBytes),
    runtime: () => runtime,
    logTransitions: (write) =>
      watchTransitions(
        book,
        { find: (id) => findKey(runtime, id), isServed: (id) => hasKeyInService(runtime, id, book, now()) },
        write,
      ),
    reload: (next) => {
      const previous = runtime;
      runtime = assemble(next, book, pools);
      memoryBytes = memoryLimit(next, workerCount(config.workers));
      // Its connections stay for its requests in flight, and close once they are idle.
      return previous;
    },
    refusedFile: () => refusedFile,
    noteRefusal: (refused) => {
      refusedFile = refused && { since: refusedFile?.since ?? now(), ...refused };
    },
    close: async () => {
      endWatch();
      await resources.close();
      await state.close();
      await Promise.all(Array.from(runtime.providers.values(), ({ transport }) => transport.destroy()));
    },
  };
}

function hasKeyInService({ providers }: Runtime, providerId: string, book: KeyBook, now: number): boolean {
  const keys = providers.get(providerId)?.pool.all() ?? [];
  // By the book: a pool may not know of the newest change yet.
  return Iterator.from(keys).some(({ key }) => settle(book.record(key), now).state === 'in-service');
}

/** Builds the runtime of a configuration. Nothing is connected or written. */
function assemble(config: Config, book: KeyBook, pools: PoolUpdates): Runtime {
  const providers = new Map(
    config.providers.map((provider) => [provider.id, openProvider(provider, (key) => book.record(key))]),
  );
  pools.add(Array.from(providers.values(), ({ pool }) => pool));
  const { routes, activeProviderId } = config;
  return {
    config,
    providers,
    route: router(providers, { routes, activeProviderId, random: Math.random }),
    authenticate: authenticator(config.clients),
    csrfGuard:
      config.clients === undefined
        ? dataCsrfGuard(
            config.allowedHosts,
            hostname(),
            routes.flatMap(({ hosts = [] }) => hosts),
          )
        : undefined,
  };
}
