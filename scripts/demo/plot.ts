import { NAMES, WELL, tokenOf, type Name } from './pool.ts';
import type { Behaviour } from '../../src/simulator/behaviour.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';

/** A key falls ill `SPACING_MS` after the last one and is well again after `ILLNESS_MS`: at most three at once. */
const FIRST_MS = 500;
const SPACING_MS = 2_000;
const ILLNESS_MS = 4_000;

interface Mishap {
  readonly tale: string;
  readonly behaviour: Behaviour;
}

/** One for each way to fail. Fewer or more than there are keys, so that each key meets each of them in time. */
const MISHAPS: readonly Mishap[] = [
  { tale: 'is revoked: 401', behaviour: { kind: 'invalid-key' } },
  { tale: 'hangs before its first output', behaviour: { kind: 'hang', after: 'preamble' } },
  { tale: 'sends errors inside a 200', behaviour: { kind: 'error-event' } },
  { tale: 'is rate limited: 429', behaviour: { kind: 'rate-limited', forMs: ILLNESS_MS } },
  { tale: 'is out of credit', behaviour: { kind: 'out-of-credit' } },
  { tale: 'sits behind a proxy that fails: 502 in HTML', behaviour: { kind: 'html-502' } },
  { tale: 'has its connections reset', behaviour: { kind: 'refuse' } },
  { tale: 'opens streams and sends nothing', behaviour: { kind: 'empty-stream' } },
];

/**
 * Makes the provider's keys fail and recover, on and on.
 * @param tell - hears of each turn
 * @returns ends it
 */
export function playPlot(
  simulator: Simulator,
  tell: (key: Name, tale: string, isWell: boolean) => void,
): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const after = (delayMs: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  };

  const strike = (turn: number): void => {
    const name = NAMES[(2 + turn) % NAMES.length];
    const mishap = MISHAPS[turn % MISHAPS.length];
    if (name === undefined || mishap === undefined) throw new RangeError(`there is no turn ${turn}`);
    simulator.script(tokenOf(name), [mishap.behaviour]);
    tell(name, mishap.tale, false);
    after(ILLNESS_MS, () => {
      simulator.script(tokenOf(name), WELL);
      tell(name, 'is well again', true);
    });
    after(SPACING_MS, () => strike(turn + 1));
  };

  after(FIRST_MS, () => strike(0));
  return () => timers.forEach(clearTimeout);
}
