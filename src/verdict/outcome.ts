import type { FaultKind } from '../upstream/faults.ts';

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

/** The exchange broke, or there was none. */
export interface Faulted {
  readonly kind: 'faulted';
  readonly fault: FaultKind;
  /** A stable word for logs, such as `connect-timeout`, `reset`, `first-output-timeout`, `cut`. */
  readonly detail: string;
  /** Of the response, where one had begun. */
  readonly status?: number;
}
