/** Puts together what has one signature, in the order of the first of each. */
export function grouped<Item>(
  items: Iterable<Item>,
  signature: (item: Item) => unknown,
): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = JSON.stringify(signature(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Weights in the bounds of the configuration (above 0, at most 1000), in their proportions as far as those allow. */
export function boundedWeights(weights: readonly number[]): readonly number[] {
  const most = Math.max(...weights);
  const scale = most > 1000 ? 1000 / most : 1;
  const scaled = weights.map((weight) => Math.max(0.001, Math.round(weight * scale * 1000) / 1000));
  // Equal shares need no words.
  return scaled.every((weight) => weight === scaled[0]) ? scaled.map(() => 1) : scaled;
}
