import type { Exchange, UpstreamResult } from './exchange.ts';
import { CANCELLED } from './upstream-result.ts';

/** What there is to an exchange for whoever reads its answer. */
export type ExchangeHandle = Pick<
  Exchange,
  'result' | 'firstOutputMs' | 'held' | 'isMidFrame' | 'relay' | 'cancel'
>;

/** An exchange that came to nothing before it began: there is an opening, and no more. */
export function settledExchange(opening: UpstreamResult): ExchangeHandle {
  return {
    result: Promise.resolve(opening),
    firstOutputMs: undefined,
    held: Buffer.alloc(0),
    isMidFrame: false,
    relay: () => Promise.resolve(CANCELLED),
    cancel: () => undefined,
  };
}

/** No request was sent, and none will be. */
export const NOTHING_SENT = settledExchange(CANCELLED);
