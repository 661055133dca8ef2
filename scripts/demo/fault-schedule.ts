import { NAMES, HEALTHY, tokenOf, type Name } from './pool.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** A key begins to fail `SPACING_MS` after the last one and recovers after `FAULT_MS`: at most three at once. */
const FIRST_MS = 500;
const SPACING_MS = 2_000;
const FAULT_MS = 4_000;

interface Fault {
  readonly description: string;
  readonly behaviour: Behaviour;
}

/** One for each way to fail. Fewer or more than there are keys, so that each key meets each of them in time. */
const FAULTS: readonly Fault[] = [
  { description: 'is revoked: 401', behaviour: { kind: 'invalid-key' } },
  { description: 'hangs before its first output', behaviour: { kind: 'hang', after: 'preamble' } },
  { description: 'sends errors inside a 200', behaviour: { kind: 'error-event' } },
  { description: 'is rate limited: 429', behaviour: { kind: 'rate-limited', forMs: FAULT_MS } },
  { description: 'is out of credit', behaviour: { kind: 'out-of-credit' } },
  { description: 'sits behind a proxy that fails: 502 in HTML', behaviour: { kind: 'html-502' } },
  { description: 'has its connections reset', behaviour: { kind: 'refuse' } },
  { description: 'opens streams and sends nothing', behaviour: { kind: 'empty-stream' } },
];

/**
 * Makes the provider's keys fail and recover, on and on.
 * @param onChange - hears of each turn
 * @returns ends it
 */
export function startFaults(
  simulator: Simulator,
  onChange: (key: Name, description: string, isHealthy: boolean) => void,
): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const after = (delayMs: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  };

  const beginFault = (turn: number): void => {
    const name = NAMES[(2 + turn) % NAMES.length];
    const fault = FAULTS[turn % FAULTS.length];
    if (name === undefined || fault === undefined) throw new RangeError(`there is no turn ${turn}`);
    simulator.script(tokenOf(name), [fault.behaviour]);
    onChange(name, fault.description, false);
    after(FAULT_MS, () => {
      simulator.script(tokenOf(name), HEALTHY);
      onChange(name, 'is well again', true);
    });
    after(SPACING_MS, () => beginFault(turn + 1));
  };

  after(FIRST_MS, () => beginFault(0));
  return () => timers.forEach(clearTimeout);
}
