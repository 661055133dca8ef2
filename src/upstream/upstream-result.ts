import type { Duplex } from 'node:stream';
import type { Fault } from './faults.ts';
import type { ResponseWatch } from './response-watch.ts';

/** By their names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What there is to judge: the exchange has come as far as it can without a reader. */
export type UpstreamResult =
  /** The answer ended within the hold, or showed an error before any output: all there is of it is here. */
  | {
      readonly kind: 'whole';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly body: Buffer;
      readonly watch: ResponseWatch;
    }
  /** First output, or more than the hold: `relay` passes it on. */
  | {
      readonly kind: 'open';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly watch: ResponseWatch;
    }
  /** The connection now speaks what was asked for: whoever takes this sees to its end. */
  | {
      readonly kind: 'upgraded';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly socket: Duplex;
    }
  | Fault
  | { readonly kind: 'cancelled' };

/** Nobody wanted it any more: there is nothing to judge. */
export const CANCELLED = Object.freeze({ kind: 'cancelled' });

/** How a relayed answer ended. */
export type RelayEnd = { readonly kind: 'ended' } | Fault | { readonly kind: 'cancelled' };
