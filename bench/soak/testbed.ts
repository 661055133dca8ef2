import { startSimulator } from '../../simulator/simulator.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Node } from './node.ts';
import { configuration, SCRIPT, STEADY } from './pools.ts';
import { startRawProvider } from './raw-provider.ts';
import type { RawProvider } from './raw-provider.ts';
import { startRealtimeProvider } from './realtime.ts';
import { Samples } from './samples.ts';
import { Stalls } from './stalls.ts';
import { redisStore, sqliteStore } from './store.ts';
import type { SoakedStore } from './store.ts';

/** Everything that runs beside the clients, until it is disposed of. */
export interface Testbed extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly raw: RawProvider;
  readonly store: SoakedStore;
  /** Two. The second has a clock of its own. */
  readonly nodes: readonly Node[];
  readonly clock: FakeClock;
  readonly samples: Samples;
  readonly stalls: Stalls;
  /** Has all nodes take over the configuration with the guests, or without. */
  readonly reload: (hasGuests: boolean) => Promise<void>;
}

/** Starts providers, store and nodes, in a folder of their own. */
export async function startTestbed(
  folder: string,
  kind: 'redis' | 'sqlite',
  random: () => number,
): Promise<Testbed> {
  await using starting = new AsyncDisposableStack();
  const simulator = await startSimulator({ script: SCRIPT });
  starting.defer(() => simulator.close());
  const stalls = starting.use(new Stalls(new URL(simulator.url).origin, STEADY));
  const raw = starting.use(await startRawProvider(SCRIPT, random));
  const realtime = starting.use(await startRealtimeProvider());
  const store = starting.use(kind === 'redis' ? await redisStore() : sqliteStore(folder));
  const upstreams = {
    simulator: new URL(simulator.url).origin,
    raw: raw.origin,
    realtime: realtime.origin,
  };
  const samples = await Samples.open(folder);
  // Once a second its processes look at how it is set.
  const clock = new FakeClock(folder, 0, 1);
  const nodes: Node[] = [];
  for (const [index, env] of [samples.env, { ...samples.env, ...clock.env }].entries()) {
    const config = configuration(upstreams, store.state, true);
    nodes.push(starting.use(await Node.start({ name: `node ${index + 1}`, folder, config, env, stalls })));
  }
  const running = starting.move();
  return {
    simulator,
    raw,
    store,
    nodes,
    clock,
    samples,
    stalls,
    reload: async (hasGuests) => {
      for (const node of nodes) await node.save(configuration(upstreams, store.state, hasGuests));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
