import type { AttemptEnded } from '../../src/keys/record/event.ts';
import type { KeyPolicy } from '../../src/keys/record/reducer.ts';

/** One key that several processes see fail at once. */
export const contestedKey = { id: 'contested', providerId: 'p' } as const;

/** Does not take it out, so that its failures can be counted. */
export const patientPolicy: KeyPolicy = {
  failureThreshold: Number.MAX_SAFE_INTEGER,
  successThreshold: 1,
  checkIntervalMs: 5_000,
  checkMaxIntervalMs: 300_000,
  cooldownMs: 0,
};

/** An ambiguous failure: it counts, and does no more. */
export const failure: AttemptEnded = {
  type: 'attempt',
  epoch: 0,
  startedAt: 1,
  at: 1,
  model: 'm',
  effect: { kind: 'counts' },
  rule: 'test.failure',
  check: false,
  jitter: 0,
};
