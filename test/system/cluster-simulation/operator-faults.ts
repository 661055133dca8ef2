import { later } from './later.ts';
import { KEYS } from './providers.ts';
import type { NamedKey } from './providers.ts';
import type { Node, World } from './world.ts';

/**
 * What can go wrong with what the operator does: it is said at two nodes that know nothing of each other, the store
 * loses it, or not all nodes have the same configuration.
 */
export const operatorFaults: readonly ((world: World) => void)[] = [
  operatorLifts,
  twoOperators,
  twoOperators,
  actIsLost,
  actIsLost,
  keyLeaves,
  keyLeaves,
];

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

/** One node is cut off, and the operator says one thing there and another one elsewhere. */
function twoOperators(world: World): void {
  const { dice } = world;
  const [key, node] = [dice.pick(KEYS), dice.pick(world.nodes)];
  const other = dice.pick(othersThan(world, node));
  const word = (): 'disabled' | 'enabled' => dice.pick(['disabled', 'enabled']);
  if (dice.chance(0.5)) world.sayWord('disabled', key);
  later(world, dice.between(300, 1_000), () => {
    world.cut(node, true);
    later(world, dice.between(100, 1_500), () => world.sayWord(word(), key, node));
    later(world, dice.between(100, 1_500), () => world.sayWord(word(), key, other));
    later(world, dice.between(2_000, 4_000), () => world.cut(node, false));
  });
}

/**
 * The store loses what the operator has said, while the one node that knows is cut off. The others begin anew and go on
 * with what the store has.
 */
function actIsLost(world: World): void {
  const { dice } = world;
  const [key, node] = [dice.pick(KEYS), dice.pick(world.nodes)];
  const type = dice.pick(['disabled', 'enabled', 'lifted', 'lifted'] as const);
  if (type === 'lifted') world.setHealth(key, 'throttled');
  if (type === 'enabled') world.sayWord('disabled', key);
  // What came before is saved by then.
  const saidAfterMs = dice.between(1_100, 2_000);
  later(world, saidAfterMs, () => {
    world.setHealth(key, 'well');
    world.sayWord(type, key, node);
  });
  later(world, saidAfterMs + dice.between(50, 500), () => {
    storeLoses(world, node);
    later(world, dice.between(600, 1_500), () => {
      if (dice.chance(0.5)) world.setHealth(key, dice.pick(['dead', 'flaky', 'throttled']));
      if (dice.chance(0.3)) world.sayWord(dice.pick(['disabled', 'enabled']), key);
    });
  });
}

/** A node is cut off; the others begin anew with a store that has lost its newest writes, or everything. */
function storeLoses(world: World, cutOff: Node): void {
  const { dice } = world;
  world.cut(cutOff, true);
  world.stopStore();
  const others = othersThan(world, cutOff);
  for (const other of others) world.kill(other);
  later(world, dice.between(0, 400), () => {
    world.startStore(dice.pick(['newest', 'newest', 'all']));
    for (const other of others) world.boot(other);
  });
  later(world, dice.between(2_000, 4_000), () => world.cut(cutOff, false));
}

/** A key leaves one configuration after another, or only some, and may come back into them. */
function keyLeaves(world: World): void {
  const { dice } = world;
  if (world.leaver !== undefined) return;
  const key = (world.leaver = dice.pick(KEYS));
  if (dice.chance(0.5)) world.sayWord('disabled', key);
  // What is said has come to all nodes, as a rule.
  later(world, dice.between(300, 2_000), () => {
    dice.pick([leavesAll, leavesAllAndIsLost, leavesAllButOne, leavesSome])(world, key);
  });
}

function leavesAll(world: World, key: NamedKey): void {
  const { dice } = world;
  world.leaves = true;
  for (const node of world.nodes)
    later(world, dice.between(0, 3_000), () => world.configure(node, key, true));
}

/** Its record is deleted, and the store loses that. */
function leavesAllAndIsLost(world: World, key: NamedKey): void {
  const { dice } = world;
  world.leaves = true;
  for (const node of world.nodes) later(world, dice.between(0, 300), () => world.configure(node, key, true));
  later(world, dice.between(350, 900), () => {
    world.stopStore();
    later(world, dice.between(0, 300), () => world.startStore('newest'));
  });
}

/** A node that never had it, but has read its record, does not hear that it was deleted before the store loses everything. */
function leavesAllButOne(world: World, key: NamedKey): void {
  const { dice } = world;
  world.leaves = true;
  const node = dice.pick(world.nodes);
  world.kill(node);
  world.configure(node, key, true);
  world.boot(node);
  later(world, 1_000, () => {
    world.cut(node, true);
    for (const other of othersThan(world, node)) {
      later(world, dice.between(0, 500), () => world.configure(other, key, true));
    }
    later(world, dice.between(700, 1_500), () => {
      world.stopStore();
      later(world, dice.between(0, 300), () => world.startStore('all'));
    });
    later(world, dice.between(2_000, 4_000), () => world.cut(node, false));
  });
}

/** Some nodes do not have it for a while. */
function leavesSome(world: World, key: NamedKey): void {
  const { dice } = world;
  const backAfterMs = dice.between(2_000, 5_000);
  for (const node of othersThan(world, dice.pick(world.nodes))) {
    later(world, dice.between(0, 1_000), () => world.configure(node, key, true));
    later(world, backAfterMs + dice.between(0, 2_000), () => world.configure(node, key, false));
  }
}

function othersThan({ nodes }: World, node: Node): readonly Node[] {
  return nodes.filter((other) => other !== node);
}
