import { hash } from 'node:crypto';
import type { CasResult, ChangePage, Cursor, Lease, Store } from '../contract.ts';
import { StoreError } from '../errors.ts';
import type { RedisAddress } from '../../base/store-address.ts';
import { checkId, checkPageLimit, checkRevision, checkTtl, checkValue, limits } from '../rules.ts';
import { ChangeSignal } from '../signal.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { inspect, isPermanent } from './inspect.ts';
import { ReconnectingConnection } from './reconnecting-connection.ts';
import { runScript } from './script.ts';
import type { RunScript } from './script.ts';
import { BEGINNING, Shard } from './shard.ts';

/**
 * Parts of the state in a cluster. Part of the layout: with another number, ids would be looked for where they
 * are not.
 */
const CLUSTER_SHARDS = 8;
/** Changes are looked for at least so often while somebody listens, whether a message came or not. Milliseconds. */
const POLL_MS = 1_000;

/**
 * A store on Redis or Valkey, shared by any number of machines.
 *
 * Every verb is one script, which the server runs as a whole. Each write is published at once. A message that is
 * lost costs a second at most: listeners are signalled once a second in any case, and whenever a connection was
 * made anew, and what they then ask for is answered from the revisions. The same question shows whether the
 * server is still there; link.ts says what happens where it is not.
 *
 * Without a cluster the state is one shard. In a cluster each group of ids belongs to one of eight, and each shard
 * stands in one slot; a reader of the changes has a position in every shard.
 *
 * Not promised: that what was written survives the server. How much a failed server forgets is its own
 * configuration (`appendfsync`, replicas); that it forgot is told to whoever asks for changes.
 */
export async function openRedisStore(place: RedisAddress): Promise<Store> {
  const store = new RedisStore(place);
  const error = await store.firstTry;
  if (!isPermanent(error)) return store;
  await store.close();
  if (error instanceof StoreError) throw error;
  throw new StoreError('store_cannot_open', `${place.url} cannot be used: ${String(error)}`, {
    cause: error,
  });
}

class RedisStore implements Store {
  readonly description: string;
  readonly #shards: readonly Shard[];
  readonly #link: ReconnectingConnection;
  /** What the names of things that pass by begin with. Without braces: in a cluster they stand anywhere. */
  readonly #passing: string;
  readonly #signal = new ChangeSignal();
  #beat: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(place: RedisAddress) {
    this.description = place.url;
    this.#passing = `${place.prefix}:passing:`;
    const channel = `${place.prefix}:changed`;
    const tags =
      place.deployment.kind === 'cluster'
        ? Array.from({ length: CLUSTER_SHARDS }, (_, shard) => `${place.prefix}:${shard}`)
        : [place.prefix];
    this.#link = new ReconnectingConnection({
      place,
      channel,
      inspect: (connection) => inspect(place.url, tags, connection),
      onChange: () => this.#signal.raise(),
    });
    const run: RunScript = (...call) => this.#link.run((connection) => runScript(connection, ...call));
    this.#shards = tags.map((tag) => new Shard(tag, channel, run));
  }

  /** What the first try to connect came to: an error, or undefined. */
  get firstTry(): Promise<unknown> {
    return this.#link.firstTry;
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
    this.#beat ??= setInterval(() => this.#signal.raise(), POLL_MS).unref();
    return () => {
      unsubscribe();
      if (!this.#signal.listened) this.#stopBeating();
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
    await this.#link.run((connection) => connection.set(this.#passing + id, value, { expiration }));
  }

  async get(id: string): Promise<string | undefined> {
    checkId('id', id);
    return (await this.#link.run((connection) => connection.get(this.#passing + id))) ?? undefined;
  }

  async delete(id: string): Promise<void> {
    checkId('id', id);
    await this.#link.run((connection) => connection.del(this.#passing + id));
  }

  /** In a cluster each shard has a clock of its own: all nodes ask the one that has the first. */
  async time(): Promise<number> {
    const [shard] = this.#shards;
    if (shard === undefined) throw new RangeError('There is no shard');
    return shard.time();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopBeating();
    this.#signal.close();
    await this.#link.close();
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

  #stopBeating(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
  }
}

function groupOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/') + 1);
}
