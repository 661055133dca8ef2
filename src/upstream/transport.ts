import { buildConnector, Client, Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { Readable } from 'node:stream';
import { UnsolicitedContinue } from './unsolicited-continue.ts';

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

/** What a request travels over. */
export interface Connection {
  /** Takes one more request. @returns whether it had one before */
  beginRequest(): boolean;
}

/** Hears of an answer, and before that which connection its request is for. */
export interface UpstreamHandler extends Dispatcher.DispatchHandler {
  onConnection(connection: Connection): void;
}

/** The way to one provider: its connections, and nothing that another provider shares. */
export interface Transport {
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void;
  /** The same over a connection of its own, which no request had before and none will have after it. */
  dispatchOnNewConnection(request: UpstreamRequest, handler: UpstreamHandler): void;
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
  /** How long a connection may be idle. Milliseconds; `IDLE_MS` by default. */
  readonly idleMs?: number;
}

/**
 * Idle connections are kept shorter than the 60 s after which common load balancers drop them. A provider's
 * `keep-alive: timeout=N` may say less. More it may say, and undici would take its word for up to ten minutes: the balancer
 * knows nothing of it, and the connections of a configuration that was replaced would be held as long.
 */
const IDLE_MS = 50_000;

/**
 * HTTP/1.1 over a pool of kept-alive connections, a connection for each request under way: multiplexed
 * HTTP/2 was slower wherever it was measured, and lets one reset take many requests along.
 */
export function openTransport({ origin, connectTimeoutMs, idleMs = IDLE_MS }: TransportOptions): Transport {
  const options = clientOptions(connectTimeoutMs, idleMs);
  const own = openPool(origin, options);
  const others = new Map<string, Pool>();
  const singleUse = new Set<Client>();
  let isOver = false;
  const poolFor = (requestOrigin: string | undefined): Pool => {
    // Over, its own pool says so.
    if (requestOrigin === undefined || requestOrigin === origin || isOver) return own;
    let pool = others.get(requestOrigin);
    if (pool === undefined) others.set(requestOrigin, (pool = openPool(requestOrigin, options)));
    return pool;
  };
  const each = async (act: (dispatcher: Pool | Client) => Promise<void>): Promise<void> => {
    isOver = true;
    await Promise.all([own, ...others.values(), ...singleUse].map(act));
  };
  return {
    dispatch(request, handler) {
      poolFor(request.origin).dispatch(request, handler);
    },
    dispatchOnNewConnection(request, handler) {
      if (isOver) {
        own.dispatch(request, handler);
        return;
      }
      const client = new KeepAliveClient(request.origin ?? origin, options);
      singleUse.add(client);
      client.dispatch({ ...request, reset: true }, handler);
      // Lets the one request finish, and ends the connection then.
      void client.close().finally(() => singleUse.delete(client));
    },
    close: () => each((dispatcher) => dispatcher.close()),
    destroy: () => each((dispatcher) => dispatcher.destroy()),
  };
}

function clientOptions(connectTimeoutMs: number, idleMs: number): Client.Options {
  return {
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    // The exchange has its own clocks: it knows first output from first byte, and whose delay it is.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function openPool(origin: string, options: Client.Options): Pool {
  return new Pool(origin, {
    ...options,
    connections: null,
    factory: (url, given) => new KeepAliveClient(url, given),
  });
}

/**
 * One connection after another, each kept alive for as many requests as it lasts. undici tells nobody whether the one
 * that broke was new, and a reset means different things of the two: one that idled was often closed at its other end
 * just as the request left (RFC 9112, 9.3.1).
 */
class KeepAliveClient extends Client implements Connection {
  #wasUsed = false;
  readonly #unsolicited: UnsolicitedContinue;

  constructor(origin: string | URL, options: Client.Options) {
    const unsolicited = new UnsolicitedContinue();
    super(origin, { ...options, connect: connectorFor(options, unsolicited) });
    this.#unsolicited = unsolicited;
    this.on('connect', () => {
      this.#wasUsed = false;
    });
  }

  beginRequest(): boolean {
    const hadOne = this.#wasUsed;
    this.#wasUsed = true;
    this.#unsolicited.expectAnswer();
    return hadOne;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (isUpstreamHandler(handler)) handler.onConnection(this);
    return super.dispatch(options, handler);
  }
}

function connectorFor(
  { connect }: Client.Options,
  unsolicited: UnsolicitedContinue,
): buildConnector.connector {
  const open = typeof connect === 'function' ? connect : buildConnector({ allowH2: false, ...connect });
  return (options, done) => {
    open(options, (...made) => {
      // Where there is an error, nothing stands beside it.
      if (made[0] === null) unsolicited.attach(made[1]);
      done(...made);
    });
  };
}

function isUpstreamHandler(handler: Dispatcher.DispatchHandler): handler is UpstreamHandler {
  return 'onConnection' in handler;
}
