import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config/schema/schema.ts';
import type { RouteOptions } from '../routing/route.ts';
import type { ServeLimits } from '../failover/serve-context.ts';
import type { KeyQueues } from '../failover/queue/key-queues.ts';

/** How long a client may read nothing of its answer before it counts as gone. Milliseconds. */
export const CLIENT_STALL_MS = 300_000;

/** What a request and its route ask for. */
interface RequestedLimits {
  readonly options: RouteOptions | undefined;
  /** The client wants its answer held until it is complete. */
  readonly isHeldWhole: boolean;
  /** See `ServeLimits`. */
  readonly resource: string | undefined;
}

/** The bounds of a request by the configuration, its route and its client. */
export function serveLimits(
  { hold, holdWhole, holdWholeTime, waitForKey, waiting }: Config['limits'],
  queues: KeyQueues,
  { options, isHeldWhole, resource }: RequestedLimits,
): ServeLimits {
  const bounds: ServeLimits = { holdBytes: hold, stallMs: CLIENT_STALL_MS };
  const triesNext = options?.onContextLength === 'next';
  const holdsWhole = isHeldWhole || options?.holdWhole === true;
  if (!triesNext && !holdsWhole && waitForKey === 0 && resource === undefined) return bounds;
  return {
    ...bounds,
    ...(resource !== undefined && { resource }),
    ...(triesNext && { onContextLength: 'next' }),
    // Never less than is held of any answer.
    ...(holdsWhole && { holdWhole: { bytes: Math.max(holdWhole, hold), ms: holdWholeTime } }),
    ...(waitForKey > 0 && { waiting: { queues, maxWaitMs: waitForKey, maxWaiting: waiting } }),
  };
}

/** Whether a request asks for an answer that is held until it is complete. */
export function asksToHoldWhole(headers: IncomingHttpHeaders): boolean {
  return headers['x-sparekey-hold'] === 'whole';
}
