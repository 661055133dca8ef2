/** Buckets per factor of two: a percentile read from them is too long by at most 41 %. */
const BUCKETS_PER_OCTAVE = 2;
/** Everything faster is in one bucket. Milliseconds. */
const FASTEST_MS = 64;
/** Up to 70 minutes; one more holds what is longer. */
const BUCKETS = 33;
/** With more samples all weights are halved, so that newer ones count for more. */
const MAX_WEIGHT = 512;
/** Fewer samples are not enough. */
const MIN_WEIGHT = 16;
/** Samples lose half their weight in this time. Milliseconds. */
const HALF_LIFE_MS = 15 * 60 * 1000;
/** The timeout is the 99th percentile... */
const TAIL_SHARE = 0.01;
/** ...times this. */
const PERCENTILE_FACTOR = 3;
/** After a timeout the next one is at least this many times as long. */
const TIMEOUT_GROWTH = 2;

/**
 * Recent times to first output of one kind of request: a histogram on a logarithmic scale whose weights decay by number
 * and by age. A sample costs constant time and allocates nothing.
 *
 * A timeout says only that the output would have taken longer. Each one doubles the next timeout until an answer comes,
 * so that a model that has become slow is reached after log2(slow / timeout) attempts; those pay. Answers then halve the
 * extension again. Of several timeouts in a row one counts as a sample, so that an outage hardly shifts the percentile,
 * and occasional slowness is learned after a few.
 *
 * Times are milliseconds, `now` of any clock.
 */
export class LatencyHistogram {
  readonly #weights = new Float32Array(BUCKETS + 1);
  #weight = 0;
  #agedAt: number;
  /** The longest timeout, halved by each answer since. */
  #timedOutMs = 0;
  #isTimeoutCounted = false;

  constructor(now: number) {
    this.#agedAt = now;
  }

  /** Adds a sample. */
  record(ms: number, now: number): void {
    this.#decayByAge(now);
    if (this.#timedOutMs > 0) {
      if (!this.#isTimeoutCounted) this.#add(this.#timedOutMs);
      this.#isTimeoutCounted = true;
      this.#timedOutMs = Math.max(this.#timedOutMs / TIMEOUT_GROWTH, ms);
      if (this.#timedOutMs < FASTEST_MS) this.#timedOutMs = 0;
    }
    this.#add(ms);
  }

  /** Records an attempt that timed out after this time. */
  recordTimeout(ms: number, now: number): void {
    this.#decayByAge(now);
    this.#isTimeoutCounted = false;
    this.#timedOutMs = Math.max(this.#timedOutMs, ms);
  }

  /** How long to wait for the next one. @param unknownMs - the result while there are too few samples */
  timeoutMs(unknownMs: number, now: number): number {
    const usualMs = this.hasEnoughSamples(now) ? PERCENTILE_FACTOR * this.#percentileMs() : unknownMs;
    return Math.max(usualMs, TIMEOUT_GROWTH * this.#timedOutMs);
  }

  /** Whether there are enough recent samples. */
  hasEnoughSamples(now: number): boolean {
    this.#decayByAge(now);
    return this.#weight >= MIN_WEIGHT;
  }

  #add(ms: number): void {
    const octaves = Math.log2(Math.max(ms, FASTEST_MS) / FASTEST_MS);
    const bucket = Math.min(Math.ceil(octaves * BUCKETS_PER_OCTAVE), BUCKETS);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + 1;
    this.#weight++;
    if (this.#weight > MAX_WEIGHT) this.#decay(1 / 2);
  }

  /** The end of the bucket that the slowest hundredth begins in. */
  #percentileMs(): number {
    let slower = 0;
    for (let bucket = BUCKETS; bucket > 0; bucket--) {
      slower += this.#weights[bucket] ?? 0;
      if (slower > TAIL_SHARE * this.#weight)
        return bucket === BUCKETS ? Infinity : FASTEST_MS * 2 ** (bucket / BUCKETS_PER_OCTAVE);
    }
    return FASTEST_MS;
  }

  #decayByAge(now: number): void {
    const halves = Math.floor((now - this.#agedAt) / HALF_LIFE_MS);
    if (halves < 1) return;
    this.#agedAt += halves * HALF_LIFE_MS;
    this.#decay(2 ** -halves);
    this.#timedOutMs *= 2 ** -halves;
  }

  #decay(factor: number): void {
    this.#weight = 0;
    for (let bucket = 0; bucket <= BUCKETS; bucket++) {
      const weight = (this.#weights[bucket] ?? 0) * factor;
      this.#weights[bucket] = weight;
      this.#weight += weight;
    }
  }
}
