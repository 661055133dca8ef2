import { setTimeout as sleep } from 'node:timers/promises';
import { keyId } from '../../src/keys/key.ts';
import { Secret } from '../../src/base/secret.ts';
import { adminKeysAt } from '../../test/support/gateway.ts';
import type { Node } from './node.ts';
import { KEYS } from './pools.ts';

/** Longer than the longest wait between two checks, and than all backing off that a fault has left. Milliseconds. */
const SETTLE_MS = 60_000;
const LOOK_MS = 500;

/** What is not as it should be when nothing fails any more. */
export interface Settled {
  readonly tookMs: number;
  /** Keys that answer, and are not used. */
  readonly benched: readonly string[];
  /** Keys that are revoked, and are in service. */
  readonly trusted: readonly string[];
}

/** Waits until all nodes hold of every key what is true of it, or for as long as that may take. */
export async function settle(nodes: readonly Node[]): Promise<Settled> {
  const startedAt = performance.now();
  for (;;) {
    const wrong = await lookAt(nodes);
    const tookMs = performance.now() - startedAt;
    const isRight = wrong.benched.length === 0 && wrong.trusted.length === 0;
    if (isRight || tookMs >= SETTLE_MS) return { tookMs, ...wrong };
    await sleep(LOOK_MS);
  }
}

async function lookAt(nodes: readonly Node[]): Promise<Omit<Settled, 'tookMs'>> {
  const [benched, trusted]: [string[], string[]] = [[], []];
  for (const { name, adminUrl } of nodes) {
    const byId = new Map((await adminKeysAt(adminUrl)).map((key) => [key.id, key]));
    for (const { provider, secret, role } of KEYS) {
      const key = byId.get(keyId(provider, new Secret(secret)));
      const isUsed = key?.state === 'in-service' && Object.keys(key.models ?? {}).length === 0;
      const description = `${secret} at ${name}: ${JSON.stringify(key)}`;
      if (role === 'dead' && key?.state === 'in-service') trusted.push(description);
      if (role !== 'dead' && !isUsed) benched.push(description);
    }
  }
  return { benched, trusted };
}
