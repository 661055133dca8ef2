import type { Socket } from 'node:net';
import { formatWallTime } from '../clock/wall-time.ts';
import { KeyQueues } from '../failover/queue/key-queues.ts';
import { Gateway } from '../gateway/gateway.ts';
import { requestIdGenerator } from '../gateway/request/read-call.ts';
import { openDataServer, serveConnections } from '../gateway/connections/server.ts';
import type { ConnectionOptions, ConnectionServer } from '../gateway/connections/server.ts';
import { connectionCaps, descriptorLimit } from '../listener/file-descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../listener/file-descriptors.ts';
import type { ListenAddress } from '../listener/listen.ts';
import { tlsOn } from '../listener/tls.ts';
import { logFull } from '../telemetry/descriptor-lines.ts';
import type { GatewayNode } from './gateway-node.ts';

/** Answers applications. */
export interface DataPlane {
  readonly address: ListenAddress;
  connections(): ConnectionCounts;
  /** Lets requests in flight finish, up to `limits.drain`. */
  close(): Promise<void>;
}

/** Answers applications on connections that another process accepts. */
export interface WorkerPlane {
  accept(socket: Socket): void;
  connections(): ConnectionCounts;
  /** Lets requests in flight finish, up to `limits.drain`. */
  close(): Promise<void>;
}

/** Opens the listener that applications call. */
export async function openDataPlane(node: GatewayNode, address: ListenAddress): Promise<DataPlane> {
  const gateway = createGateway(node);
  const server = await openDataServer(
    address,
    (...exchange) => gateway.handle(...exchange),
    {},
    connectionOptions(node),
  );
  return { ...server, close: () => closePlane(node, gateway, server) };
}

/**
 * The same without a listener, for a process that is handed its connections by another.
 * @param siblings - what `GET /ready` shows of the other processes
 */
export function openWorkerPlane(node: GatewayNode, siblings: () => object): WorkerPlane {
  const gateway = createGateway(node, siblings);
  const server = serveConnections((...exchange) => gateway.handle(...exchange), {}, connectionOptions(node));
  return { ...server, close: () => closePlane(node, gateway, server) };
}

function connectionOptions({ log, runtime }: GatewayNode): ConnectionOptions {
  const descriptors = descriptorLimit();
  const caps = (): ConnectionCaps => connectionCaps(descriptors, runtime().config.limits);
  const onFull = logFull(log, () => performance.now());
  return { caps, onFull, secure: tlsOn(() => runtime().config.tls) };
}

function createGateway(node: GatewayNode, siblings?: () => object): Gateway {
  const { log, health, tools, resources, memory, runtime } = node;
  const details = (): object => ({
    status: 'ready',
    ...health.view(),
    ...configurationView(node.refusedFile()),
    ...siblings?.(),
  });
  const waiting = new KeyQueues(tools.now);
  tools.recorder.book.subscribe((keyId) => waiting.recordChanged(keyId));
  return new Gateway({
    runtime,
    tools,
    resources,
    waiting,
    memory,
    newId: requestIdGenerator(),
    readiness: () => ({ ready: true, details: details() }),
    onRequest: (entry) => log.request(entry),
    onUnreadable: (requestId, error) => log.warn('a request could not be read', { requestId, error }),
    onDefect: (requestId, error) => log.error('a request met a defect', { requestId, error }),
  });
}

/** What anybody may know of a file that is refused: the admin listener says why. */
function configurationView(refused: ReturnType<GatewayNode['refusedFile']>): object {
  if (refused === undefined) return {};
  return { configuration: 'refused', configurationRefusedSince: formatWallTime(refused.since) };
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
