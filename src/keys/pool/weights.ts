/** Weights of numbered places, and a draw in proportion to them: a segment tree of sums, O(log n) for both. */
export class Weights {
  /** The number of places, rounded up to a power of two. */
  readonly #width: number;
  /** The sum of all at 1; under the sum at n its two halves at 2n and 2n + 1; the places from `#width` on. */
  readonly #sums: Float64Array;

  constructor(size: number) {
    this.#width = 2 ** Math.ceil(Math.log2(Math.max(size, 1)));
    this.#sums = new Float64Array(2 * this.#width);
  }

  set(index: number, weight: number): void {
    let at = this.#width + index;
    this.#sums[at] = weight;
    // Sums are recomputed rather than adjusted, so that rounding errors do not accumulate.
    for (at >>= 1; at >= 1; at >>= 1) this.#sums[at] = this.#sum(2 * at) + this.#sum(2 * at + 1);
  }

  /**
   * @param chance - in [0, 1)
   * @returns a place that has weight, where any has
   */
  draw(chance: number): number {
    let at = 1;
    let rest = chance * this.#sum(1);
    while (at < this.#width) {
      at *= 2;
      const left = this.#sum(at);
      if (rest < left || this.#sum(at + 1) === 0) continue;
      rest -= left;
      at++;
    }
    return at - this.#width;
  }

  #sum(at: number): number {
    return this.#sums[at] ?? 0;
  }
}
