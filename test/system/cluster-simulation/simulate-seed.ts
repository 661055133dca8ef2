import { runWorld } from './run.ts';
import type { Outcome } from './run.ts';
import { installVirtualGlobals } from './virtual-globals.ts';
import { World } from './world.ts';

let present: World | undefined;

installVirtualGlobals(() => {
  if (present === undefined) throw new RangeError('no world is simulated at present');
  return { time: present.time, random: present.dice.random };
});

process.on('unhandledRejection', (error) => {
  present?.invariants.violate(
    'no-defect',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
});

/** Simulates one seed in this thread, which can do nothing else from then on. */
export async function simulate(seed: number, isTraced: boolean): Promise<Outcome> {
  const world = new World(seed, isTraced);
  present = world;
  return runWorld(world);
}
