/** Counts the bytes that one request has held somewhere, in whatever form. */
export interface MemoryMeter {
  /**
   * Counts bytes that are held from now on.
   * @returns false where more is held in the process than should be: whoever can go on with less does
   */
  hold(bytes: number): boolean;
  /** Of what was counted, so many bytes are not held any more. */
  release(bytes: number): void;
}
