/**
 * The tokens of a request, as its provider told them: counts from 0 to `Number.MAX_SAFE_INTEGER`, where larger ones end. What
 * is absent was not told. The counts of parts are above zero, and never more than the whole that they are a part of.
 */
export interface TokenUsage {
  /** All that was read, whatever of it was cached: what the vendor counts beside its input is added. */
  readonly input?: number;
  /** Of the input, what was read from a cache. */
  readonly cachedInput?: number;
  /** Of the input, what was written to a cache. */
  readonly cacheWrite?: number;
  /** Of the input. */
  readonly audioInput?: number;
  /** Of the input. */
  readonly imageInput?: number;
  /** All that was generated, reasoning included: what the vendor counts beside its output is added. */
  readonly output?: number;
  /** Of the output. */
  readonly reasoning?: number;
  /** Of the output. */
  readonly audioOutput?: number;
  /** Of the output. */
  readonly imageOutput?: number;
}
