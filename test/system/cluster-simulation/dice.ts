import { seededRandom } from '../../../simulator/random.ts';

/** All chance of one simulated world, from one seed. */
export class Dice {
  /** In [0, 1). */
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(Math.imul(seed, 0x9e3779b1));
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.random() < share;
  }

  /** A number in [from, to). */
  between(from: number, to: number): number {
    return from + this.random() * (to - from);
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  /** A wait as between things that happen by themselves, `meanMs` apart. Milliseconds. */
  gap(meanMs: number): number {
    return -Math.log(1 - this.random()) * meanMs;
  }

  /** One of several. */
  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}
