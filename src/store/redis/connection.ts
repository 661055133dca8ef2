import { createClient, createCluster } from '@redis/client';
import type { RedisAddress, RedisServer } from '../../base/store-address.ts';
import { clientOptions } from './client-options.ts';
import type { Destroyable } from './client-options.ts';
import { findMaster } from './sentinel.ts';

/** What the store uses of a connection, to one server or to a cluster. */
export interface Connection {
  evalSha(sha1: string, call: ScriptCall): Promise<unknown>;
  eval(text: string, call: ScriptCall): Promise<unknown>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options: { expiration: { type: 'PX'; value: number } }): Promise<unknown>;
  del(key: string): Promise<unknown>;
}

/** `keys` are in one slot. */
export interface ScriptCall {
  readonly keys: string[];
  readonly arguments: string[];
}

/** Events of a connection. */
export interface ConnectionEvents {
  /** A client that has to be destroyed in the end, whether it connects or not. */
  readonly onOpen: (client: Destroyable) => void;
  /** A message on the channel. */
  readonly onMessage: () => void;
  /** It can no longer be used. May be called several times. */
  readonly onLost: (error: unknown) => void;
}

/** Connects and subscribes to `channel`. May wait for ever where a server hangs. */
export async function connect(
  address: RedisAddress,
  channel: string,
  events: ConnectionEvents,
): Promise<Connection> {
  const options = await clientOptions(address);
  // In random order, so that one that hangs does not always come before the others.
  const servers = shuffled(address.servers);
  switch (address.deployment.kind) {
    case 'single':
      return connectTo(servers[0]);
    case 'sentinel':
      return connectTo(await findMaster(servers, address.deployment, options, events));
    case 'cluster':
      return connectToCluster();
  }

  async function connectTo(server: RedisServer | undefined): Promise<Connection> {
    const client = createClient({
      ...options,
      socket: { ...options.socket, ...server },
      database: address.database,
    });
    events.onOpen(client);
    client.on('error', events.onLost);
    await client.connect();
    await client.subscribe(channel, events.onMessage);
    return client;
  }

  async function connectToCluster(): Promise<Connection> {
    const cluster = createCluster({
      rootNodes: servers.map((server) => ({ ...options, socket: { ...options.socket, ...server } })),
      defaults: options,
      // A node that is down affects only the commands that need it.
      minimizeConnections: true,
    });
    events.onOpen(cluster);
    // An error of a node is reported by the commands that need it.
    cluster.on('error', () => {});
    await cluster.connect();
    await cluster.subscribe(channel, events.onMessage);
    return cluster;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
