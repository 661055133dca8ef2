import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { Readable } from 'node:stream';

/** A request as it leaves for a provider. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query, the provider's base path included. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: string[];
  readonly body: Buffer | Readable | null;
  /** Where it goes, if not to the transport's own origin: one of a few that the provider has. */
  readonly origin?: string;
  /** The protocol that the connection is to speak from then on. */
  readonly upgrade?: 'websocket';
}

/** The way to one provider: its connections, and nothing that another provider shares. */
export interface Transport {
  dispatch(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void;
  /** Lets requests under way finish. */
  close(): Promise<void>;
  /** Ends requests under way. */
  destroy(): Promise<void>;
}

/** Where a transport leads. */
export interface TransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Bounds name look-up, TCP and TLS together. Milliseconds. */
  readonly connectTimeoutMs: number;
}

/** Idle connections are kept shorter than the 60 s after which common load balancers drop them. */
const KEEP_ALIVE_MS = 50_000;

/**
 * HTTP/1.1 over a pool of kept-alive connections, a connection for each request under way: multiplexed
 * HTTP/2 was slower wherever it was measured, and lets one reset take many requests along.
 */
export function openTransport({ origin, connectTimeoutMs }: TransportOptions): Transport {
  const own = openPool(origin, connectTimeoutMs);
  const others = new Map<string, Pool>();
  let isOver = false;
  const poolFor = (place: string | undefined): Pool => {
    // Over, its own pool says so.
    if (place === undefined || place === origin || isOver) return own;
    let pool = others.get(place);
    if (pool === undefined) others.set(place, (pool = openPool(place, connectTimeoutMs)));
    return pool;
  };
  const each = async (act: (pool: Pool) => Promise<void>): Promise<void> => {
    isOver = true;
    await Promise.all([own, ...others.values()].map(act));
  };
  return {
    dispatch(request, handler) {
      poolFor(request.origin).dispatch(request, handler);
    },
    close: () => each((pool) => pool.close()),
    destroy: () => each((pool) => pool.destroy()),
  };
}

function openPool(origin: string, connectTimeoutMs: number): Pool {
  return new Pool(origin, {
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The exchange has its own clocks: it knows first output from first byte, and whose delay it is.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
