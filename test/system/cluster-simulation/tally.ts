import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { recordId } from '../../../src/keys/key.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';

/** A key that only ever fails and never leaves service: its record says how many failures reached the store. */
export const TALLY = { id: 'tally', providerId: 'tally' } as const;
export const TALLY_ID = recordId(TALLY);

const POLICY: KeyPolicy = {
  failureThreshold: 1_000_000,
  successThreshold: 1,
  checkIntervalMs: 1_000,
  checkMaxIntervalMs: 1_000,
  cooldownMs: 0,
};

/** Counts one failure at a process. */
export function tally(process: SimulatedGateway, at: number): void {
  const event: KeyEvent = {
    type: 'attempt',
    epoch: 0,
    startedAt: at,
    at,
    model: 'm',
    effect: { kind: 'counts' },
    rule: 'simulation.tally',
    check: false,
    jitter: 0,
  };
  process.apply(TALLY, event, POLICY);
}

/** How many failures the store may tell of in the end. */
export interface Expected {
  /** All that living processes counted, and what the others are known to have written. */
  readonly atLeast: number;
  /** All that anybody counted, and what may count twice. */
  readonly atMost: number;
}

export function expectedTally(processes: readonly SimulatedGateway[], countedTwice: number): Expected {
  let atLeast = 0;
  let atMost = countedTwice;
  for (const process of processes) {
    atLeast += process.alive ? process.applied(TALLY_ID) : process.written(TALLY_ID);
    atMost += process.applied(TALLY_ID);
  }
  return { atLeast, atMost };
}

export function failuresIn(record: KeyRecord): number {
  return record.state === 'in-service' ? record.failures : 0;
}
