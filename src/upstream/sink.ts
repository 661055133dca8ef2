/** Where relayed bytes go. */
export interface Sink {
  /** @returns false where the reader is behind: nothing more is read until `onDrain` calls back */
  write(chunk: Buffer): boolean;
  /** Calls back once, when the reader has caught up. */
  onDrain(resume: () => void): void;
}
