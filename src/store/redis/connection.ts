import { createClient, createCluster } from '@redis/client';
import type { RedisAddress, RedisServer } from '../../base/store-address.ts';
import { clientOptions } from './client-options.ts';
import type { Destroyable } from './client-options.ts';
import { findMaster } from './sentinel.ts';

/** What is asked of a connection, be it to one server or to a cluster. */
export interface Connection {
  evalSha(sha1: string, call: ScriptCall): Promise<unknown>;
  eval(text: string, call: ScriptCall): Promise<unknown>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options: { expiration: { type: 'PX'; value: number } }): Promise<unknown>;
  del(key: string): Promise<unknown>;
}

/** `keys` stand in one slot. */
export interface ScriptCall {
  readonly keys: string[];
  readonly arguments: string[];
}

/** What a connection tells by itself. */
export interface ConnectionEvents {
  /** Before anything is waited for: what has to be dropped to be rid of it, whatever became of it. */
  readonly onOpen: (part: Destroyable) => void;
  /** Somebody published something on the channel. */
  readonly onMessage: () => void;
  /** It is of no use any more; may be told several times. */
  readonly onLost: (error: unknown) => void;
}

/** Connects, listens to `channel`, and gives what is ready for use. May wait for ever where a server hangs. */
export async function connect(
  address: RedisAddress,
  channel: string,
  events: ConnectionEvents,
): Promise<Connection> {
  const options = await clientOptions(address);
  // In another order each time, so that one that hangs is not always in the way of the others.
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
      // A node that is down is in nobody's way but of those who need it.
      minimizeConnections: true,
    });
    events.onOpen(cluster);
    // What is wrong with a node comes to light in the commands that meet it.
    cluster.on('error', () => {});
    await cluster.connect();
    await cluster.subscribe(channel, events.onMessage);
    return cluster;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
