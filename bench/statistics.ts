/** Several measurements of one thing: their middle and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError where nothing was measured */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  const upper = sorted[Math.floor(sorted.length / 2)];
  const min = sorted.at(0);
  const max = sorted.at(-1);
  if (lower === undefined || upper === undefined || min === undefined || max === undefined) {
    throw new RangeError('no measurements');
  }
  return { median: (lower + upper) / 2, min, max };
}

/**
 * The smallest value that at least this share of all values does not exceed (nearest rank).
 * @param share - above 0, at most 1
 * @throws RangeError where nothing was measured
 */
export function percentile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1];
  if (value === undefined) throw new RangeError('no measurements');
  return value;
}
