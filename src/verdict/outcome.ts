/*
 * What one attempt observed, as plain data: the only thing the verdict rules may look at. One that was cancelled
 * has observed nothing.
 */

/** The provider answered. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** Lower-case names; a header sent several times is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The text of an error: the body of a non-2xx answer, or the error found inside a 2xx one. At most
   * 256 KiB of it. Empty where the answer was good.
   */
  readonly errorText: string;
  /** Where the error stood: `body` of the answer itself, or an event in a stream that began as a success. */
  readonly where: 'none' | 'body' | 'stream';
}

/**
 * The exchange broke, or there was none. The faults differ in what may be done next:
 * - `key-unusable`: no request could be made with this key: nothing can be signed or sent with it as it is
 * - `unbuilt`: no request could be made, and nobody can say that it is the key
 * - `not-sent`: no byte of the request left; always safe to send again
 * - `maybe-sent`: sent in part or whole, and no answer came; the provider may have acted on it
 * - `no-output`: an answer began but its first output never came (a hang, an empty stream, a cut before it)
 * - `broken-unseen`: it broke after its first output, of which nobody saw any: it was held until it is whole
 * - `broken`: it broke after its first output
 * - `too-large`: it was ended by us, because it held more than can be translated
 */
export interface Faulted {
  readonly kind: 'faulted';
  readonly fault:
    | 'key-unusable'
    | 'unbuilt'
    | 'not-sent'
    | 'maybe-sent'
    | 'no-output'
    | 'broken-unseen'
    | 'broken'
    | 'too-large';
  /** A stable word for logs, such as `connect-timeout`, `reset`, `first-output-timeout`, `cut`. */
  readonly detail: string;
  /** Of the answer that had begun, where one had. */
  readonly status?: number;
}
