import type { PooledKey } from '../../src/keys/pool/pool.ts';

/** Has so many attempts with a key be in flight. */
export function setInFlight(pooled: PooledKey, count: number): void {
  while (pooled.inFlight < count) pooled.attemptBegan();
  while (pooled.inFlight > count) pooled.attemptEnded();
}
