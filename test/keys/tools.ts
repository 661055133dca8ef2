import type { AttemptEnded, Effect } from '../../src/keys/record/event.ts';
import { keyId } from '../../src/keys/key.ts';
import type { Key } from '../../src/keys/key.ts';
import type { KeyRecord } from '../../src/keys/record/record.ts';
import type { KeyPolicy } from '../../src/keys/record/reducer.ts';
import { Secret } from '../../src/base/secret.ts';

/** The defaults of the configuration. */
export const POLICY: KeyPolicy = {
  failureThreshold: 3,
  successThreshold: 1,
  checkIntervalMs: 5_000,
  checkMaxIntervalMs: 300_000,
  cooldownMs: 0,
};

export const succeeds: Effect = { kind: 'succeeds' };
export const counts: Effect = { kind: 'counts' };
export const revoked: Effect = { kind: 'condemns', cause: 'key_dead' };
export const outOfCredit: Effect = { kind: 'condemns', cause: 'billing' };
export const throttles: Effect = { kind: 'throttles' };
export const denies: Effect = { kind: 'denies' };
export const none: Effect = { kind: 'none' };

/** A request of a client that was over at once, unless `more` says otherwise. */
export function attempt(effect: Effect, at: number, more: Partial<AttemptEnded> = {}): AttemptEnded {
  return {
    type: 'attempt',
    epoch: 0,
    startedAt: at,
    at,
    model: 'm',
    effect,
    rule: `rule.${effect.kind}`,
    check: false,
    jitter: 0,
    ...more,
  };
}

export function makeKey(providerId: string, secretText: string, more: Partial<Key> = {}): Key {
  const secret = new Secret(secretText);
  const id = keyId(providerId, secret);
  return { id, providerId, secret, name: '', weight: 1, quotaDomain: id, serves: () => true, ...more };
}

/** Refuses later changes, to show that nobody makes any. */
export function frozen<R extends KeyRecord>(record: R): R {
  if (record.state === 'in-service') {
    Object.freeze(record.holds);
    Object.freeze(record.scarce);
    record.holds.forEach((hold) => Object.freeze(hold));
  }
  Object.freeze(record.decisions);
  return Object.freeze(record);
}

/** The same numbers in [0, 1) in every run, evenly spread (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
