import { hash } from 'node:crypto';
import type { CasResult, ChangePage, Cursor, Lease, Store } from '../contract.ts';
import { StoreError } from '../errors.ts';
import type { RedisAddress } from '../../base/store-address.ts';
import { checkId, checkPageLimit, checkRevision, checkTtl, checkValue, limits } from '../rules.ts';
import { ChangeSignal } from '../signal.ts';
import { inspect, isPermanent, reasonOf } from './inspect.ts';
import { ReconnectingConnection } from './reconnecting-connection.ts';
import { runScript } from './script.ts';
import type { RunScript } from './script.ts';
import { BEGINNING, Shard, decodeCursor, encodeCursor } from './shard.ts';

/**
 * Shards in a cluster. Part of the layout: with another number ids would not be found.
 */
const CLUSTER_SHARDS = 8;
/** How often listeners are signalled in any case, in case a message was lost. Milliseconds. */
const POLL_MS = 1_000;

/**
 * A store on Redis or Valkey, shared by any number of machines.
 *
 * Every verb is one script, which the server runs atomically. Each write is published at once. A lost message costs a
 * second at most: listeners are signalled once a second in any case, and after each reconnect, and then read the changes
 * by revision. The same read shows whether the server still answers; reconnecting-connection.ts says what happens where
 * it does not.
 *
 * Without a cluster the state is one shard. In a cluster each group of ids belongs to one of eight shards, and each
 * shard is in one slot; a reader of the changes has a position in every shard.
 *
 * Not promised: that writes survive the server. How much a failed server loses depends on its configuration
 * (`appendfsync`, replicas); that it lost writes is reported by `changesSince`.
 */
export async function openRedisStore(address: RedisAddress): Promise<Store> {
  const store = new RedisStore(address);
  const error = await store.firstTry;
  if (!isPermanent(error)) return store;
  await store.close();
  if (error instanceof StoreError) throw error;
  throw new StoreError('store_cannot_open', `${address.url} cannot be used: ${reasonOf(error)}`, {
    cause: error,
  });
}

class RedisStore implements Store {
  readonly description: string;
  readonly #shards: readonly Shard[];
  readonly #connection: ReconnectingConnection;
  /** Prefix of the keys of the TTL cache. Without braces: in a cluster they are in any slot. */
  readonly #cachePrefix: string;
  readonly #signal = new ChangeSignal();
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(address: RedisAddress) {
    this.description = address.url;
    this.#cachePrefix = `${address.prefix}:passing:`;
    const channel = `${address.prefix}:changed`;
    const tags =
      address.deployment.kind === 'cluster'
        ? Array.from({ length: CLUSTER_SHARDS }, (_, shard) => `${address.prefix}:${shard}`)
        : [address.prefix];
    this.#connection = new ReconnectingConnection({
      address,
      channel,
      inspect: (connection) => inspect(address.url, tags, connection),
      onChange: () => this.#signal.raise(),
    });
    const run: RunScript = (...call) => this.#connection.run((connection) => runScript(connection, ...call));
    this.#shards = tags.map((tag) => new Shard(tag, channel, run));
  }

  /** The error of the first try to connect; undefined where it succeeded. */
  get firstTry(): Promise<unknown> {
    return this.#connection.firstTry;
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    checkId('id', id);
    checkRevision(expectedRevision);
    checkValue(value);
    const result = await this.#shardOf(groupOf(id)).compareAndSet(id, expectedRevision, value);
    if (result.written) this.#signal.raise();
    return result;
  }

  async changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'> {
    checkPageLimit(limit);
    const positions = decodeCursor(cursor, this.#shards.length);
    const changes = [];
    let complete = true;
    for (const [at, shard] of this.#shards.entries()) {
      const remaining = limit - changes.length;
      if (remaining === 0) return { changes, cursor: encodeCursor(positions), complete: false };
      const page = await shard.changesSince(positions[at] ?? BEGINNING, remaining);
      if (page === undefined) return 'lost';
      changes.push(...page.changes);
      positions[at] = page.position;
      complete &&= page.complete;
    }
    return { changes, cursor: encodeCursor(positions), complete };
  }

  onChange(listener: () => void): () => void {
    this.#checkOpen();
    const unsubscribe = this.#signal.subscribe(listener);
    this.#poll ??= setInterval(() => this.#signal.raise(), POLL_MS).unref();
    return () => {
      unsubscribe();
      if (!this.#signal.listened) this.#stopPolling();
    };
  }

  async acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    checkId('lease name', name);
    checkId('lease holder', holder);
    checkTtl(ttlMs);
    return this.#shardOf(name).acquireLease(name, holder, Math.ceil(ttlMs));
  }

  async releaseLease(lease: Lease): Promise<void> {
    await this.#shardOf(lease.name).releaseLease(lease);
  }

  async set(id: string, value: string, ttlMs: number): Promise<void> {
    checkId('id', id);
    checkValue(value);
    checkTtl(ttlMs, limits.maxTtlMs);
    const expiration = { type: 'PX', value: Math.ceil(ttlMs) } as const;
    await this.#connection.run((connection) => connection.set(this.#cachePrefix + id, value, { expiration }));
  }

  async get(id: string): Promise<string | undefined> {
    checkId('id', id);
    return (await this.#connection.run((connection) => connection.get(this.#cachePrefix + id))) ?? undefined;
  }

  async delete(id: string): Promise<void> {
    checkId('id', id);
    await this.#connection.run((connection) => connection.del(this.#cachePrefix + id));
  }

  /** In a cluster each server has a clock of its own: all nodes use that of the first shard's. */
  async time(): Promise<number> {
    const [shard] = this.#shards;
    if (shard === undefined) throw new RangeError('There is no shard');
    return shard.time();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopPolling();
    this.#signal.close();
    await this.#connection.close();
  }

  #shardOf(group: string): Shard {
    const number = Number.parseInt(hash('sha1', group).slice(0, 8), 16) % this.#shards.length;
    const shard = this.#shards[number];
    if (shard === undefined) throw new RangeError(`There is no shard ${number}`);
    return shard;
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('store_closed', `${this.description} is closed`);
  }

  #stopPolling(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }
}

function groupOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/') + 1);
}
