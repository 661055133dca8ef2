import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import { fnv1a, spread } from './hash.ts';

/** Larger pools have several keys in a group. */
const GROUPS = 1024;

interface Member {
  readonly pooled: PooledKey;
  readonly seed: number;
}

interface Group {
  readonly seed: number;
  readonly members: Member[];
  /** Sum of its members'. */
  weight: number;
}

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar, 1998) of sessions over a pool's keys. It spreads sessions by weight,
 * and moves only those of a key that leaves, or the share of one that joins. It depends on key ids and weights alone, so
 * every process finds the same key, and a session returns to its key when the key does.
 *
 * Keys are in 1,024 groups by a hash of their id. A group is picked by the weight of its members, then a member: one step
 * for each group and one for each member of the group, about 2,000 for 100,000 keys. In pools of up to some hundred keys
 * nearly every group has one member. Where it has several, a key that joins or leaves the configuration moves up to twice
 * its share of the sessions. Only the first key of each group is considered, so that the sessions of an unusable one
 * spread over all others.
 */
export class RendezvousHash {
  readonly #groups: readonly Group[];

  constructor(keys: Iterable<PooledKey>) {
    const groups = new Map<number, Group>();
    for (const pooled of keys) {
      const seed = spread(fnv1a(pooled.key.id));
      const number = seed % GROUPS;
      let group = groups.get(number);
      if (group === undefined)
        groups.set(number, (group = { seed: spread(~number), members: [], weight: 0 }));
      group.members.push({ pooled, seed });
      group.weight += pooled.key.weight;
    }
    this.#groups = [...groups.values()];
  }

  /** The usable key of the highest rank for a session; undefined where the first one of no group is usable. */
  pick(session: number, isUsable: (pooled: PooledKey) => boolean): PooledKey | undefined {
    let best: PooledKey | undefined;
    let bestRank = 0;
    for (const group of this.#groups) {
      const rank = rankOf(session, group.seed, group.weight);
      if (rank <= bestRank) continue;
      const first = firstOf(group, session);
      if (first === undefined || !isUsable(first)) continue;
      best = first;
      bestRank = rank;
    }
    return best;
  }
}

const hashes = new WeakMap<Pool, RendezvousHash>();

/** The hash of a pool, built at its first use. */
export function rendezvousHashOf(pool: Pool): RendezvousHash {
  let hash = hashes.get(pool);
  if (hash === undefined) hashes.set(pool, (hash = new RendezvousHash(pool.all())));
  return hash;
}

function firstOf({ members }: Group, session: number): PooledKey | undefined {
  let first: PooledKey | undefined;
  let firstRank = 0;
  for (const { pooled, seed } of members) {
    const rank = rankOf(session, seed, pooled.key.weight);
    if (rank <= firstRank) continue;
    first = pooled;
    firstRank = rank;
  }
  return first;
}

/** Above 0. Each has the highest rank with a chance of its weight in all weights. */
function rankOf(session: number, seed: number, weight: number): number {
  const chance = (spread(session ^ seed) + 0.5) / 2 ** 32;
  return -weight / Math.log(chance);
}
