import type { FaultKind } from '../upstream/faults.ts';

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

/** The exchange broke, or there was none. */
export interface Faulted {
  readonly kind: 'faulted';
  readonly fault: FaultKind;
  /** A stable word for logs, such as `connect-timeout`, `reset`, `first-output-timeout`, `cut`. */
  readonly detail: string;
  /** Of the answer that had begun, where one had. */
  readonly status?: number;
}
