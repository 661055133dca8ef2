/** Counts the bytes that are held for one request, in whatever form. */
export interface MemoryMeter {
  /**
   * Counts bytes that are held from now on.
   * @returns false where more is held in the process than should be: to be heeded by whoever can do with less
   */
  hold(bytes: number): boolean;
  /** So many of the counted bytes are not held any more. */
  release(bytes: number): void;
}
