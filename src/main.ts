import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { startAdmin } from './admin/admin.ts';
import type { WorkerStatus } from './admin/worker-view.ts';
import { ResourceBook } from './affinity/resource-book.ts';
import { ConfigurationWatch } from './cluster/configuration-watch.ts';
import type { Config } from './config/schema.ts';
import type { ConfigSource } from './config/source.ts';
import type { AttemptTools } from './failover/attempt.ts';
import { Recorder } from './failover/recorder.ts';
import { router } from './failover/route.ts';
import { WaitingRoom } from './failover/queue/waiting-room.ts';
import { admission } from './gateway/clients.ts';
import { Gateway } from './gateway/gateway.ts';
import { MemoryBudget } from './gateway/memory-budget.ts';
import type { MemoryUse } from './gateway/memory-budget.ts';
import { memoryLimit } from './gateway/memory-limit.ts';
import { requestIds } from './gateway/request-ids.ts';
import { findKey, forgetKeysThatLeft } from './gateway/runtime.ts';
import type { Runtime } from './gateway/runtime.ts';
import { openDataServer, serveConnections } from './gateway/server.ts';
import type { Address, ConnectionOptions, ConnectionServer } from './gateway/server.ts';
import type { KeyBook } from './keys/book.ts';
import type { KnownRecord } from './keys/known-records.ts';
import { isDueSooner } from './keys/doubt.ts';
import { connectionCaps, descriptorLimit, watchDescriptors } from './listener/descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from './listener/descriptors.ts';
import { dataPageGuard } from './listener/page-guard.ts';
import { PoolUpdates } from './keys/pool-updates.ts';
import { CircuitChecks } from './probe/circuit-checks.ts';
import { Prober } from './probe/prober.ts';
import { openState } from './open-state.ts';
import type { OpenState } from './open-state.ts';
import { openProvider } from './providers/provider.ts';
import { stateStatus } from './state-status.ts';
import { logConfigurations } from './telemetry/configuration-lines.ts';
import { checkLines } from './telemetry/check-lines.ts';
import { whenExhausted, whenFull } from './telemetry/descriptor-lines.ts';
import { watchTransitions } from './telemetry/key-transitions.ts';
import type { TellTransition } from './telemetry/key-transitions.ts';
import type { Log } from './telemetry/log.ts';
import { logOutage } from './telemetry/outages.ts';
import { workerCount } from './workers/count.ts';

/** A running gateway, in however many processes. */
export interface Running {
  readonly address: Address;
  readonly adminAddress: Address;
  /** Where key records are kept, for people. */
  readonly stateDescription: string;
  readonly runtime: () => Runtime;
  /**
   * Goes over to another configuration: keys that stay keep their records, those that left lose them, and
   * requests under way finish as they began. Listeners and the store stay as they are until a restart.
   * @param source - what `config` was made from, for the other processes to make the same
   */
  reload(config: Config, source: ConfigSource): Promise<void>;
  /** Stops in order: lets requests under way finish up to `limits.drain`, gives leases back, writes what is unwritten. */
  drain(): Promise<void>;
  /** Ends at once the processes that this one started. */
  kill(): void;
}

/** A gateway in one process, which answers applications and looks after the keys. */
export interface Sparekey extends Running {
  reload(config: Config): Promise<void>;
}

/** What every process of a gateway has: the store, what is known of the keys, the configuration as it runs. */
export interface GatewayNode extends Pick<OpenState, 'store' | 'stateKind' | 'health' | 'clocks' | 'now'> {
  readonly log: Log;
  readonly tools: AttemptTools;
  readonly resources: ResourceBook;
  /** What the requests of this process hold together. */
  readonly memory: MemoryBudget;
  readonly runtime: () => Runtime;
  /** Has `tell` hear of every key that leaves service or comes back, until the node closes. */
  tellTransitions(tell: TellTransition): void;
  /** @returns the runtime that was, which finishes what it began */
  reload(config: Config): Runtime;
  /** Writes what is unwritten and closes what is open. The planes close before it. */
  close(): Promise<void>;
}

/** Answers applications. */
export interface DataPlane {
  readonly address: Address;
  connections(): ConnectionCounts;
  /** Lets requests under way finish, up to `limits.drain`. */
  close(): Promise<void>;
}

/** Answers applications on connections that another process accepts. */
export interface WorkerPlane {
  take(socket: Socket): void;
  connections(): ConnectionCounts;
  /** Lets requests under way finish, up to `limits.drain`. */
  close(): Promise<void>;
}

/** Looks after the keys: the operator's API and the health checks. */
export interface ControlPlane {
  readonly adminAddress: Address;
  /** Follows the node to its new runtime, and forgets the keys that left. */
  reloaded(previous: Runtime): Promise<void>;
  /** Gives leases back, so that another node can take over at once. */
  close(): Promise<void>;
}

/** Wires a whole gateway into this process and opens its listeners. */
export async function startSparekey(config: Config, { log }: { readonly log: Log }): Promise<Sparekey> {
  // Closed again where the next one cannot be opened.
  await using opened = new AsyncDisposableStack();
  const node = opened.adopt(await openNode(config, log), (it) => it.close());
  const data = opened.adopt(await openDataPlane(node, config.listen), (it) => it.close());
  const self = { number: 1, pid: process.pid, state: 'ready', since: node.tools.now(), restarts: 0 } as const;
  const control = await openControlPlane(
    node,
    () => [{ ...self, connections: data.connections() }],
    () => node.memory.use,
  );
  opened.move();
  return {
    address: data.address,
    adminAddress: control.adminAddress,
    stateDescription: node.store.description,
    runtime: node.runtime,
    reload: (next) => control.reloaded(node.reload(next)),
    drain: async () => {
      await Promise.all([data.close(), control.close()]);
      await node.close();
    },
    kill: () => undefined,
  };
}

/**
 * Opens the store and reads what is known of the keys.
 * @param known - what the control process knows of them, for a worker
 */
export async function openNode(
  config: Config,
  log: Log,
  known?: readonly KnownRecord[],
): Promise<GatewayNode> {
  // While there is no runtime, every key may be one of its.
  const begun: { runtime?: () => Runtime } = {};
  const state = await openState(config.state, log, {
    isConfigured: (keyId) => begun.runtime === undefined || findKey(begun.runtime(), keyId) !== undefined,
    ...(known !== undefined && { known }),
  });
  const { store, book, now } = state;
  const recorder = new Recorder(book, (notice) => logOutage(notice, log));
  state.onClockBack(() => recorder.beginAnew());
  const resources = new ResourceBook({
    store,
    now,
    onStoreFailure: (error) => log.warn('the store does not tell who made what', { error }),
  });
  const endWatch = watchDescriptors(whenExhausted(log, () => performance.now()));
  const pools = new PoolUpdates(book);
  let runtime = assemble(config, book, pools);
  begun.runtime = () => runtime;
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
    memory: new MemoryBudget(() => memoryLimit(runtime.config, workerCount(config.workers))),
    runtime: () => runtime,
    tellTransitions: (tell) => watchTransitions(book, (keyId) => findKey(runtime, keyId), tell),
    reload: (next) => {
      const previous = runtime;
      runtime = assemble(next, book, pools);
      // Its connections stay for the requests that began with it, and close by themselves once they are idle.
      return previous;
    },
    close: async () => {
      endWatch();
      await resources.close();
      await state.close();
      await Promise.all(Array.from(runtime.providers.values(), ({ transport }) => transport.destroy()));
    },
  };
}

/** Opens the listener that applications call. */
export async function openDataPlane(node: GatewayNode, place: Address): Promise<DataPlane> {
  const gateway = gatewayOf(node);
  const server = await openDataServer(place, (...asked) => gateway.handle(...asked), {}, boundsOf(node));
  return { ...server, close: () => closePlane(node, gateway, server) };
}

/**
 * The same without a listener, for a process that is handed its connections by another.
 * @param neighbours - what `GET /ready` says of the other processes
 */
export function openWorkerPlane(node: GatewayNode, neighbours: () => object): WorkerPlane {
  const gateway = gatewayOf(node, neighbours);
  const server = serveConnections((...asked) => gateway.handle(...asked), {}, boundsOf(node));
  return { ...server, close: () => closePlane(node, gateway, server) };
}

function boundsOf({ log, runtime }: GatewayNode): ConnectionOptions {
  const descriptors = descriptorLimit();
  const caps = (): ConnectionCaps => connectionCaps(descriptors, runtime().config.limits);
  return { caps, onFull: whenFull(log, () => performance.now()) };
}

function gatewayOf(node: GatewayNode, neighbours?: () => object): Gateway {
  const { log, health, tools, resources, memory, runtime } = node;
  const waiting = new WaitingRoom(tools.now);
  tools.recorder.book.subscribe((keyId) => waiting.heard(keyId));
  return new Gateway({
    runtime,
    tools,
    resources,
    waiting,
    memory,
    newId: requestIds(),
    readiness: () => ({ ready: true, details: { status: 'ready', ...health.view(), ...neighbours?.() } }),
    onRequest: (entry) => log.request(entry),
    onUnreadable: (requestId, error) => log.warn('a request could not be read', { requestId, error }),
    onDefect: (requestId, error) => log.error('a request met a defect', { requestId, error }),
  });
}

async function closePlane(
  { runtime }: GatewayNode,
  gateway: Gateway,
  server: ConnectionServer,
): Promise<void> {
  const idle = gateway.drain();
  await server.close(runtime().config.limits.drain);
  await idle;
}

/** Opens the admin listener and begins to test keys that are out of service. */
export async function openControlPlane(
  node: GatewayNode,
  workers: () => readonly WorkerStatus[],
  memory?: () => MemoryUse,
): Promise<ControlPlane> {
  const { log, store, tools, runtime } = node;
  const { recorder } = tools;
  const { book } = recorder;
  const lines = checkLines(log);
  const prober = new Prober({
    store,
    tools,
    holder: `${tools.node}-${randomBytes(3).toString('hex')}`,
    ...lines,
  });
  const circuitChecks = new CircuitChecks({
    tools,
    budgetOf: (providerId) => prober.budgetOf(providerId),
    onCheck: lines.onCircuitCheck,
    onDefect: lines.onDefect,
  });
  const { node: name, now } = tools;
  const configurations = new ConfigurationWatch({ store, node: name, now, onNotice: logConfigurations(log) });
  const admin = await startAdmin({
    ...runtime().config.admin,
    ...tools,
    workers,
    state: () => stateStatus({ ...node, book, prober, configurations, memory: memory?.() }),
    runtime,
    book,
    prober,
    onDefect: (error) => log.error('the admin API met a defect', { error }),
  });
  const endHurry = book.subscribe((keyId, record, before) => {
    if (!isDueSooner(record, before)) return;
    const key = findKey(runtime(), keyId);
    if (key !== undefined) prober.hurry(key.providerId);
  });
  node.tellTransitions((message, fields) => log.info(message, fields));
  await prober.watch(runtime().providers.values());
  await circuitChecks.watch(runtime().providers.values());
  configurations.watch(runtime().providers.values());
  const follow = async (previous: Runtime): Promise<void> => {
    await prober.watch(runtime().providers.values());
    await circuitChecks.watch(runtime().providers.values());
    configurations.watch(runtime().providers.values());
    await forgetKeysThatLeft(previous, runtime(), book);
  };
  // One reload after another: the last one is what is watched in the end. Each tells its own caller how it went.
  let reloading: Promise<void> = Promise.resolve();
  return {
    adminAddress: admin.address,
    reloaded: (previous) => {
      reloading = Promise.allSettled([reloading]).then(() => follow(previous));
      return reloading;
    },
    close: async () => {
      await Promise.allSettled([reloading]);
      endHurry();
      await Promise.all([circuitChecks.stop(), prober.stop(), configurations.close(), admin.close()]);
    },
  };
}

/** Makes what a configuration describes. Nothing is connected or written. */
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
    admit: admission(config.clients),
    pageGuard: config.clients === undefined ? dataPageGuard(config.allowedHosts, hostname()) : undefined,
  };
}
