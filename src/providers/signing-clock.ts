/** How far a signature's time may be from the vendor's clock, and what corrections are believed. Milliseconds. */
const PRECISION_MS = 2_000;
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/**
 * The time that requests to a vendor are signed by: this machine's, until the vendor refuses a signature and the `Date` of
 * its answer shows that their clocks differ by more than it tolerates. Only what is signed depends on it: a time from
 * outside moves no other clock of the gateway.
 *
 * A correction is believed up to a day, since a signature of another day is good on that day for whoever has seen it. It is
 * replaced as soon as the clock of either side is set, and forgotten where it does not help. A process keeps one for
 * each provider, in memory.
 *
 * Who pays: the request that finds out, one round trip; it was refused before anything was done.
 */
export class SigningClock {
  readonly #toleranceMs: number;
  readonly #machineNow: () => number;
  #aheadMs = 0;
  #confirmedMs = 0;

  /**
   * @param toleranceMs - by how much the vendor lets a signature's time differ, by its documentation
   * @param machineNow - milliseconds since the epoch
   */
  constructor(toleranceMs: number, machineNow: () => number = Date.now) {
    this.#toleranceMs = toleranceMs;
    this.#machineNow = machineNow;
  }

  /** Milliseconds since the epoch, as the vendor counts them. Needs no `this`. */
  readonly now = (): number => this.#machineNow() + this.#aheadMs;

  /**
   * Learns from the refusal of a signed request.
   * @param date - its `Date` header (RFC 9110, 6.6.1), in whole seconds
   * @param signedAt - the time that was signed, by this clock as it was then: another request may have corrected it since
   * @returns true where the time was wrong, so that the same key may sign anew
   */
  learn(date: string | undefined, signedAt: number): boolean {
    const vendorNow = date === undefined ? NaN : Date.parse(date);
    const aheadMs = vendorNow - this.#machineNow();
    // A header of whole seconds, written some time after the signature was looked at.
    const isOff = Math.abs(vendorNow - signedAt) > this.#toleranceMs - PRECISION_MS;
    if (!isOff || Math.abs(aheadMs) > MAX_AHEAD_MS) return false;
    this.#aheadMs = aheadMs;
    return true;
  }

  /**
   * What was signed by what was learned was accepted.
   * @returns how far the vendor's clock is ahead of this machine's, where that is news. Milliseconds
   */
  confirm(): number | undefined {
    if (Math.abs(this.#aheadMs - this.#confirmedMs) <= PRECISION_MS) return undefined;
    this.#confirmedMs = this.#aheadMs;
    return this.#aheadMs;
  }

  /** What was signed by the vendor's own time was refused as well: the time was not the reason, or not its clock's. */
  forget(): void {
    this.#aheadMs = 0;
  }
}
