/** Bounds in time and bytes of one exchange. */
export interface ExchangeLimits {
  /** From the last byte of the request to the first output, and anew from each sign of life before it. Milliseconds. */
  readonly firstOutputMs: number;
  /**
   * From the last byte of the request to the first output, whatever signs of life come in between; where it is less
   * than `firstOutputMs`, that counts. Milliseconds.
   */
  readonly aliveMs: number;
  /** Between two pieces of a body after its first output. Milliseconds. */
  readonly idleMs: number;
  /** How long a client may take nothing of an answer before it counts as gone. Milliseconds. */
  readonly stallMs: number;
  /** Bytes held back before the gate opens without a first output. */
  readonly holdBytes: number;
  /**
   * Keeps the gate shut until the answer is complete, so that one which breaks after its first output breaks unseen.
   * Undefined where the first output opens it.
   */
  readonly holdWhole?: WholeHold;
  /**
   * Whether the request may be sent once more, over a new connection, where a kept-alive one was reset before a byte
   * of an answer. Not where it makes something: the provider may have had it.
   */
  readonly resends: boolean;
}

/** How much of an answer is held for the sake of its end. Beyond either bound the gate opens as for any other. */
export interface WholeHold {
  readonly bytes: number;
  /** From dispatch. Milliseconds. */
  readonly ms: number;
}
