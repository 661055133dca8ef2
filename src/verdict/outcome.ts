/*
 * What one attempt observed, as plain data: the only input of the rules. A cancelled attempt has observed nothing.
 */

/** The provider sent a response. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** Lower-case names; a header sent several times is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The text of an error: the body of a non-2xx answer, or the error found inside a 2xx one. At most
   * 256 KiB of it. Empty where the response was good.
   */
  readonly errorText: string;
  /** Where the error was found: the `body`, or an event of a `stream` whose status was 2xx. */
  readonly where: 'none' | 'body' | 'stream';
}

/**
 * The exchange broke, or there was none. Faults differ in what may be done next:
 * - `key-unusable`: no request could be built with this key, since nothing can be signed or sent with it
 * - `unbuilt`: no request could be built, and not evidently because of the key
 * - `not-sent`: no byte of the request left; always safe to send again
 * - `maybe-sent`: sent in part or whole without a response; the provider may have acted on it
 * - `no-output`: a response began but its first output never came (a hang, an empty stream, a cut before it)
 * - `broken-unseen`: it broke after its first output, and the client saw none of it: it was held until complete
 * - `broken`: it broke after its first output
 * - `too-large`: we ended it, because it holds more than can be translated
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
  /** A stable name for logs, such as `connect-timeout`, `reset`, `first-output-timeout`, `cut`. */
  readonly detail: string;
  /** Of the response, where one had begun. */
  readonly status?: number;
}
