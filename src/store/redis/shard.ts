import type { CasResult, Change, Cursor, Lease } from '../contract.ts';
import { revisionOf } from '../rules.ts';
import { scripts } from './script.ts';
import type { RunScript } from './script.ts';

/** A position in the changes of one shard: a revision, and the life of the state in which it was read (changes.lua). */
export interface Position {
  readonly life: string;
  readonly revision: number;
}

/** Before the first change. */
export const BEGINNING: Position = { life: '', revision: 0 };

/** A cursor over all shards: a position in each of them. */
export function encodeCursor(positions: readonly Position[]): Cursor {
  return positions.map(({ life, revision }) => `${life}@${revision}`).join(' ');
}

/**
 * @param shards - how many there are
 * @throws StoreError where it is no cursor for so many
 */
export function decodeCursor(cursor: Cursor | undefined, shards: number): Position[] {
  if (cursor === undefined) return Array.from({ length: shards }, () => BEGINNING);
  const parts = cursor.split(' ');
  return Array.from({ length: shards }, (_, shard) => {
    const [life = '', revision = ''] = parts[shard]?.split('@') ?? [];
    return { life, revision: revisionOf(revision) };
  });
}

/** Some changes of one shard. */
export interface ShardPage {
  readonly changes: readonly Change[];
  readonly position: Position;
  readonly complete: boolean;
}

/** Bytes of values in a page, give or take one value. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * The ids that share one slot of a cluster, with revisions of their own. Without a cluster there is one shard.
 */
export class Shard {
  readonly #run: RunScript;
  readonly #channel: string;
  readonly #state: string[];
  readonly #lease: string;

  /**
   * @param tag - the hash tag of all its keys, which puts them in one slot of a cluster
   * @param channel - where its changes are published
   */
  constructor(tag: string, channel: string, run: RunScript) {
    this.#run = run;
    this.#channel = channel;
    this.#state = [headOf(tag), `{${tag}}:values`, `{${tag}}:index`];
    this.#lease = `{${tag}}:lease:`;
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    const args = [id, String(expectedRevision), this.#channel, ...(value === undefined ? [] : [value])];
    const reply = await this.#run(scripts.compareAndSet, this.#state, args);
    const [written, revision, standing] = list(reply);
    return { written: written === 1, current: change(id, revision, standing) };
  }

  /** @returns undefined where the state is no longer the one in which `position` was read */
  async changesSince(position: Position, limit: number): Promise<ShardPage | undefined> {
    const args = [position.life, String(position.revision), String(limit), String(PAGE_BYTES)];
    const [life, complete, found] = list(await this.#run(scripts.changes, this.#state, args));
    if (found === undefined) return undefined;
    const changes = list(found).map((item) => {
      const [id, revision, value] = list(item);
      return change(text(id), revision, value);
    });
    return {
      changes,
      position: { life: text(life), revision: changes.at(-1)?.revision ?? position.revision },
      complete: complete === 1,
    };
  }

  async acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    const token = await this.#run(scripts.acquireLease, [this.#lease + name], [holder, String(ttlMs)]);
    return token === null ? undefined : { name, holder, token: integer(token) };
  }

  async releaseLease({ name, holder, token }: Lease): Promise<void> {
    // Renewed for 0 ms it ends.
    await this.#run(scripts.renewLease, [this.#lease + name], [holder, String(token), '0']);
  }

  /** By its server's clock. Milliseconds since the epoch. */
  async time(): Promise<number> {
    return integer(await this.#run(scripts.time, this.#state.slice(0, 1), []));
  }
}

/** The key of the hash that describes the state of a shard. */
export function headOf(tag: string): string {
  return `{${tag}}:head`;
}

function change(id: string, revision: unknown, value: unknown): Change {
  return { id, value: value === null ? undefined : text(value), revision: integer(revision) };
}

function list(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw unexpected(reply);
  return reply;
}

function text(reply: unknown): string {
  if (typeof reply !== 'string') throw unexpected(reply);
  return reply;
}

function integer(reply: unknown): number {
  if (!Number.isSafeInteger(reply) || typeof reply !== 'number') throw unexpected(reply);
  return reply;
}

function unexpected(reply: unknown): TypeError {
  return new TypeError(`A script gave a reply of the wrong type: ${typeof reply}`);
}
