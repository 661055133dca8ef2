import type { Health } from './provider-side.ts';
import { KEYS } from './providers.ts';
import { PROVIDERS } from './settings.ts';
import type { World } from './world.ts';

/** What can go wrong. Each begins at once, draws its own details, and sees to its own end. */
const faults: readonly ((world: World) => void)[] = [
  function cutOff(world) {
    const node = world.dice.pick(world.nodes);
    world.cut(node, true);
    later(world, world.dice.between(200, 6_000), () => world.cut(node, false));
  },
  function storm(world) {
    const { dice } = world;
    const share = (): number => dice.pick([0, 0.02, 0.1]);
    const { weather } = world.network;
    world.setWeather({
      delayMs: dice.between(5, 60),
      late: share(),
      lateMs: 3_000,
      lost: share(),
      twice: share(),
    });
    later(world, dice.between(500, 5_000), () => world.setWeather(weather));
  },
  function crash(world) {
    const node = world.dice.pick(world.nodes);
    world.kill(node);
    later(world, world.dice.between(100, 4_000), () => world.boot(node));
  },
  function restart(world) {
    const node = world.dice.pick(world.nodes);
    world.stop(node);
    later(world, world.dice.between(500, 4_000), () => world.boot(node));
  },
  function storeRestart(world) {
    const { dice } = world;
    world.stopStore();
    const loss = dice.pick(['none', 'none', 'newest', 'all'] as const);
    later(world, dice.between(0, 3_000), () => world.startStore(loss));
  },
  keyTrouble,
  keyTrouble,
  keyTrouble,
  function outage(world) {
    const provider = world.dice.pick(PROVIDERS);
    world.setOutage(provider, true);
    later(world, world.dice.between(500, 4_000), () => world.setOutage(provider, false));
  },
  function slowness(world) {
    world.providerSide.trouble = world.dice.pick([0.1, 0.3]);
    later(world, world.dice.between(500, 4_000), () => (world.providerSide.trouble = 0));
  },
  operatorActs,
  operatorActs,
  operatorLifts,
  operatorIsForgotten,
  keyLeaves,
];

/** Faults happen for so long. Milliseconds. */
export const FAULTS_MS = 15_000;

/** Plans the faults of a world. */
export function planFaults(world: World): void {
  const count = world.dice.whole(4, 14);
  for (let i = 0; i < count; i++) {
    const fault = world.dice.pick(faults);
    later(world, world.dice.between(500, FAULTS_MS), () => fault(world));
  }
}

/** Something happens to a key at its provider, and is mended some time later, or never. */
function keyTrouble(world: World): void {
  const { dice } = world;
  const key = dice.pick(KEYS);
  const health = dice.pick<Health>(['dead', 'dead', 'broke', 'throttled', 'flaky', 'silent']);
  world.setHealth(key, health);
  if (dice.chance(0.7)) later(world, dice.between(500, 5_000), () => world.setHealth(key, 'well'));
}

function operatorActs(world: World): void {
  const { dice } = world;
  const key = dice.pick(KEYS);
  world.sayWord('disabled', key);
  if (dice.chance(0.6)) later(world, dice.between(200, 5_000), () => world.sayWord('enabled', key));
}

/** A key is throttled, and the operator thinks that it need not be. */
function operatorLifts(world: World): void {
  const { dice } = world;
  const key = dice.pick(KEYS);
  world.setHealth(key, 'throttled');
  later(world, dice.between(500, 2_000), () => {
    world.setHealth(key, 'well');
    world.sayWord('lifted', key);
  });
}

/**
 * The store loses what the operator has said, while the one node that knows is cut off. The others begin anew and go on
 * with what the store has.
 */
function operatorIsForgotten(world: World): void {
  const { dice } = world;
  const [key, node, type] = [
    dice.pick(KEYS),
    dice.pick(world.nodes),
    dice.pick(['disabled', 'enabled', 'lifted'] as const),
  ];
  if (type === 'lifted') world.setHealth(key, 'throttled');
  if (type === 'enabled') world.sayWord('disabled', key);
  // What came before is saved by then.
  const saidAfterMs = dice.between(1_000, 2_000);
  later(world, saidAfterMs, () => {
    world.setHealth(key, 'well');
    world.sayWord(type, key, node);
  });
  later(world, saidAfterMs + dice.between(100, 800), () => {
    world.cut(node, true);
    world.stopStore();
    const others = world.nodes.filter((other) => other !== node);
    for (const other of others) world.kill(other);
    later(world, dice.between(0, 500), () => {
      world.startStore(dice.pick(['newest', 'all']));
      for (const other of others) world.boot(other);
      if (dice.chance(0.5)) world.setHealth(key, dice.pick(['dead', 'flaky', 'throttled']));
      if (dice.chance(0.2)) world.sayWord(dice.pick(['disabled', 'enabled']), key);
    });
    later(world, dice.between(1_500, 4_000), () => world.cut(node, false));
  });
}

/** A key leaves one configuration after another, or only some, and may come back into them. */
function keyLeaves(world: World): void {
  const { dice } = world;
  if (world.leaver !== undefined) return;
  const key = (world.leaver = dice.pick(KEYS));
  const isForAll = dice.chance(0.8);
  for (const node of world.nodes) {
    if (!isForAll && dice.chance(0.5)) continue;
    later(world, dice.between(0, 3_000), () => world.configure(node, key, true));
  }
  if (isForAll && dice.chance(0.6)) return;
  const backAfterMs = dice.between(2_000, 5_000);
  for (const node of world.nodes) {
    later(world, backAfterMs + dice.between(0, 2_000), () => world.configure(node, key, false));
  }
}

/** What is due after the end of all faults is done then: nothing begins or ends later. */
function later(world: World, delayMs: number, run: () => void): void {
  world.time.after(delayMs, undefined, () => {
    if (world.invariants.calmSince === undefined) run();
  });
}
