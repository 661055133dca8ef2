import type { Health } from './provider-side.ts';
import { later } from './later.ts';
import { operatorFaults } from './operator-faults.ts';
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
    const { conditions } = world.network;
    world.setConditions({
      delayMs: dice.between(5, 60),
      late: share(),
      lateMs: 3_000,
      lost: share(),
      twice: share(),
    });
    later(world, dice.between(500, 5_000), () => world.setConditions(conditions));
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
  ...operatorFaults,
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
