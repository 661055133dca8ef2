import type { Socket } from 'node:net';
import { WaitingRoom } from '../failover/queue/waiting-room.ts';
import { Gateway } from '../gateway/gateway.ts';
import { requestIds } from '../gateway/request-ids.ts';
import { openDataServer, serveConnections } from '../gateway/server.ts';
import type { Address, ConnectionOptions, ConnectionServer } from '../gateway/server.ts';
import { connectionCaps, descriptorLimit } from '../listener/descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../listener/descriptors.ts';
import { whenFull } from '../telemetry/descriptor-lines.ts';
import type { GatewayNode } from './gateway-node.ts';

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
