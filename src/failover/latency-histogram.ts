/** A bucket is this part of an octave: what is read off it is too long by at most 41 %. */
const BUCKETS_PER_OCTAVE = 2;
/** What is faster is all the same. Milliseconds. */
const FASTEST_MS = 64;
/** Up to 70 minutes; what takes longer is in one more. */
const BUCKETS = 33;
/** Answers that count; with more all of them fade, so that what is new counts for more than what is old. */
const MAX_WEIGHT = 512;
/** Fewer tell of nothing. */
const MIN_WEIGHT = 16;
/** In this time what is known loses half its weight. Milliseconds. */
const HALF_LIFE_MS = 15 * 60 * 1000;
/** All but so many answers come within the wait: a high percentile... */
const TAIL_SHARE = 0.01;
/** ...times this. */
const PERCENTILE_FACTOR = 3;
/** One that was given up would have taken longer; the next is waited for this many times as long. */
const TIMEOUT_GROWTH = 2;

/**
 * How long first outputs of one kind have lately taken: a histogram on a logarithmic scale that fades, by number and
 * by age. Noting one costs the same whatever was noted before, and allocates nothing.
 *
 * A try that was given up says only that it would have taken longer. Each makes the wait twice as long as it was, until
 * an answer comes, so that one that has become slow is reached after log2(slow / wait) tries; those few pay. Answers
 * then take that back by half each, and of a run of given up tries one counts among the answers: an outage teaches
 * little, and what is slow only now and then is known after a few.
 *
 * Times are milliseconds, `now` of any clock.
 */
export class LatencyHistogram {
  readonly #weights = new Float32Array(BUCKETS + 1);
  #weight = 0;
  #agedAt: number;
  /** The longest that was waited in vain, less what answers since have taken back. */
  #cutMs = 0;
  #isCutCounted = false;

  constructor(now: number) {
    this.#agedAt = now;
  }

  /** A first output came after this time. */
  record(ms: number, now: number): void {
    this.#age(now);
    if (this.#cutMs > 0) {
      if (!this.#isCutCounted) this.#add(this.#cutMs);
      this.#isCutCounted = true;
      this.#cutMs = Math.max(this.#cutMs / TIMEOUT_GROWTH, ms);
      if (this.#cutMs < FASTEST_MS) this.#cutMs = 0;
    }
    this.#add(ms);
  }

  /** It was waited for so long, and given up. */
  recordTimeout(ms: number, now: number): void {
    this.#age(now);
    this.#isCutCounted = false;
    this.#cutMs = Math.max(this.#cutMs, ms);
  }

  /** How long the next one is worth waiting for. @param unknownMs - as long as too little is known */
  timeoutMs(unknownMs: number, now: number): number {
    const usualMs = this.hasEnoughSamples(now) ? PERCENTILE_FACTOR * this.#slowestMs() : unknownMs;
    return Math.max(usualMs, TIMEOUT_GROWTH * this.#cutMs);
  }

  /** Whether enough of them came lately to tell of the next. */
  hasEnoughSamples(now: number): boolean {
    this.#age(now);
    return this.#weight >= MIN_WEIGHT;
  }

  #add(ms: number): void {
    const octaves = Math.log2(Math.max(ms, FASTEST_MS) / FASTEST_MS);
    const bucket = Math.min(Math.ceil(octaves * BUCKETS_PER_OCTAVE), BUCKETS);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + 1;
    this.#weight++;
    if (this.#weight > MAX_WEIGHT) this.#fade(1 / 2);
  }

  /** The end of the bucket that the slowest hundredth begins in. */
  #slowestMs(): number {
    let slower = 0;
    for (let bucket = BUCKETS; bucket > 0; bucket--) {
      slower += this.#weights[bucket] ?? 0;
      if (slower > TAIL_SHARE * this.#weight)
        return bucket === BUCKETS ? Infinity : FASTEST_MS * 2 ** (bucket / BUCKETS_PER_OCTAVE);
    }
    return FASTEST_MS;
  }

  #age(now: number): void {
    const halves = Math.floor((now - this.#agedAt) / HALF_LIFE_MS);
    if (halves < 1) return;
    this.#agedAt += halves * HALF_LIFE_MS;
    this.#fade(2 ** -halves);
    this.#cutMs *= 2 ** -halves;
  }

  #fade(factor: number): void {
    this.#weight = 0;
    for (let bucket = 0; bucket <= BUCKETS; bucket++) {
      const weight = (this.#weights[bucket] ?? 0) * factor;
      this.#weights[bucket] = weight;
      this.#weight += weight;
    }
  }
}
