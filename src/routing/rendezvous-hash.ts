import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import { fnv1a, spread } from './hash.ts';

/** Above as many keys, several share a group. */
const GROUPS = 1024;

interface Member {
  readonly pooled: PooledKey;
  readonly seed: number;
}

interface Group {
  readonly seed: number;
  readonly members: Member[];
  /** Of all its members. */
  weight: number;
}

/**
 * The order in which each session would have a pool's keys: weighted rendezvous hashing (Thaler and
 * Ravishankar, 1998), which spreads sessions by weight, and moves only those of the key that left, or as many
 * as the one that came takes over. It depends on key ids and weights alone, so every process finds the same
 * order, and a session comes back to its key when the key does.
 *
 * Keys stand in 1,024 groups by a hash of their id. The hashing picks a group by the weight of its members, and
 * then a member: one step for each group and one for each member of the group, about 2,000 for 100,000 keys.
 * In pools of up to some hundred keys nearly every group has one member. Where it has several, a key that joins
 * or leaves the configuration moves up to twice its share of the sessions. Only the key that stands first in
 * each group is offered, so that the sessions of one that cannot be used spread over all others.
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

  /** The first key in the session's order that is usable; undefined where no group's first one is. */
  pick(session: number, isUsable: (pooled: PooledKey) => boolean): PooledKey | undefined {
    let pick: PooledKey | undefined;
    let bestRank = 0;
    for (const group of this.#groups) {
      const rank = rankOf(session, group.seed, group.weight);
      if (rank <= bestRank) continue;
      const first = firstOf(group, session);
      if (first === undefined || !isUsable(first)) continue;
      pick = first;
      bestRank = rank;
    }
    return pick;
  }
}

const hashes = new WeakMap<Pool, RendezvousHash>();

/** The order of a pool, made when it is first asked for. */
export function rendezvousHashOf(pool: Pool): RendezvousHash {
  let rendezvous = hashes.get(pool);
  if (rendezvous === undefined) hashes.set(pool, (rendezvous = new RendezvousHash(pool.all())));
  return rendezvous;
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

/** Above 0. The highest rank is each one's with a chance of its weight in all weights. */
function rankOf(session: number, seed: number, weight: number): number {
  const chance = (spread(session ^ seed) + 0.5) / 2 ** 32;
  return -weight / Math.log(chance);
}
