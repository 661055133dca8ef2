import type { World } from './world.ts';

/** What is due after the end of all faults is done then: nothing begins or ends later. */
export function later(world: World, delayMs: number, run: () => void): void {
  world.time.after(delayMs, undefined, () => {
    if (world.invariants.calmSince === undefined) run();
  });
}
