import type { Cursor } from '../contract.ts';
import { revisionOf } from '../rules.ts';
import { BEGINNING } from './shard.ts';
import type { Position } from './shard.ts';

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
