import type { Duplex } from 'node:stream';
import type { Fault } from './faults.ts';
import type { ResponseWatch } from './response-watch.ts';

/** One request to a provider and its response, as whoever reads the response sees it. */
export interface Exchange {
  /** Settles at the commit gate. Never rejects. */
  readonly result: Promise<UpstreamResult>;
  /** From dispatch to the first output, or to the end where there was none; undefined before. Milliseconds. */
  readonly firstOutputMs: number | undefined;
  /** The beginning of an open response that is not relayed yet. */
  readonly held: Buffer;
  /** What looks at the response; undefined before one began. */
  readonly watch: ResponseWatch | undefined;
  /** Whether what was relayed ends inside a frame: one that was longer than the hold. */
  readonly isMidFrame: boolean;
  /** Passes the held bytes and all that follow to `sink`, as fast as it takes them. To be called once, on `open`. */
  relay(sink: Sink): Promise<RelayEnd>;
  /** Ends the exchange. @param end - how it counts: by default as cancelled, which blames nobody */
  cancel(end?: RelayEnd): void;
}

/** By their names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The text of a header that may have been sent several times; empty where it was not sent. */
export function headerText(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

/** What the commit gate has to decide on: the exchange has come as far as it can without a reader. */
export type UpstreamResult =
  /** The response ended within the hold, or showed an error before any output: all of it is here. */
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
  /** The connection speaks the requested protocol now. Whoever gets the socket has to end it. */
  | {
      readonly kind: 'upgraded';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly socket: Duplex;
    }
  | Fault
  | { readonly kind: 'cancelled' };

/** The client has gone: there is nothing to judge. */
export const CANCELLED = Object.freeze({ kind: 'cancelled' });

/** How a relayed response ended. */
export type RelayEnd = { readonly kind: 'ended' } | Fault | { readonly kind: 'cancelled' };

/** Where relayed bytes go. */
export interface Sink {
  /** @returns false where the reader is behind: nothing more is read until `onDrain` calls back */
  write(chunk: Buffer): boolean;
  /** Calls back once, when the reader has caught up. */
  onDrain(resume: () => void): void;
}

/** Bounds in time and bytes of one exchange. */
export interface ExchangeLimits {
  /** From the last byte of the request to the first output, and anew from each sign of life before it. Milliseconds. */
  readonly firstOutputMs: number;
  /**
   * From the last byte of the request to the first output, whatever signs of life come in between; where it is less
   * than `firstOutputMs`, that counts. Milliseconds.
   */
  readonly aliveMs: number;
  /** Between two chunks of a body after its first output. Milliseconds. */
  readonly idleMs: number;
  /** How long a client may read nothing of a response before it counts as gone. Milliseconds. */
  readonly stallMs: number;
  /** Bytes held back before the gate opens without a first output. */
  readonly holdBytes: number;
  /**
   * Keeps the gate shut until the response is complete, so that one which breaks after its first output can still be
   * tried again. Undefined where the first output opens the gate.
   */
  readonly holdWhole?: WholeHold;
  /**
   * Whether the request may be sent once more, over a new connection, where a kept-alive one was reset before a byte
   * of a response. Not where it creates something: the provider may have received it.
   */
  readonly resends: boolean;
}

/** How much of a response is held until it is complete. Beyond either bound the gate opens as for any other. */
export interface WholeHold {
  readonly bytes: number;
  /** From dispatch. Milliseconds. */
  readonly ms: number;
}

/** An exchange that was over before it began. */
export function settledExchange(result: UpstreamResult): Exchange {
  return {
    result: Promise.resolve(result),
    firstOutputMs: undefined,
    held: Buffer.alloc(0),
    watch: undefined,
    isMidFrame: false,
    relay: () => Promise.resolve(CANCELLED),
    cancel: () => undefined,
  };
}

/** No request was sent, and none will be. */
export const NOTHING_SENT = settledExchange(CANCELLED);
