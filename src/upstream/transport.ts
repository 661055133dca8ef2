import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Readable } from 'node:stream';
import { formatProxy } from '../base/proxy-address.ts';
import type { ProxyAddress } from '../base/proxy-address.ts';
import { proxyConnector } from './proxy/proxy-connector.ts';
import { SLICE_BYTES, slicedBody } from './sliced-body.ts';
import { UnsolicitedContinue } from './unsolicited-continue.ts';

/** A request as it leaves for a provider. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, the provider's base path included. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: string[];
  readonly body: Buffer | Readable | null;
  /** Where it goes, if not to the transport's own origin: one of a few that the provider has. */
  readonly origin?: string;
  /** The proxy that it goes by, if not the transport's own; `none`: directly. */
  readonly proxy?: ProxyAddress | 'none';
  /** The protocol that the connection is to switch to. */
  readonly upgrade?: 'websocket';
  /** The time that its signature says, by the vendor's clock; absent where nothing is signed. Milliseconds since the epoch. */
  readonly signedAt?: number;
}

/** One connection to a provider. */
export interface Connection {
  /** One more request is about to leave on it. @returns whether it had one before */
  beginRequest(): boolean;
}

/** Receives a response, and before that the connection that its request is queued on. */
export interface UpstreamHandler extends Dispatcher.DispatchHandler {
  onConnection(connection: Connection): void;
}

/** The connections to one provider. Providers share none. */
export interface Transport {
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void;
  /** The same over a new connection, which is closed after this one request. */
  dispatchOnNewConnection(request: UpstreamRequest, handler: UpstreamHandler): void;
  /** Lets requests in flight finish. */
  close(): Promise<void>;
  /** Ends requests in flight. */
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
  /** Absent: requests go directly. */
  readonly proxy?: ProxyAddress | undefined;
}

/**
 * Shorter than the 60 s after which common load balancers drop idle connections. A provider's `keep-alive: timeout=N` may
 * shorten it. It may not lengthen it, which undici would allow up to ten minutes: the balancer does not heed it, and the
 * connections of a configuration that was replaced would stay open as long.
 */
const IDLE_MS = 50_000;

/**
 * HTTP/1.1 over a pool of kept-alive connections, a connection for each request in flight: multiplexed HTTP/2 was slower
 * wherever it was measured, and one reset ends many requests.
 */
export function openTransport({
  origin,
  connectTimeoutMs,
  idleMs = IDLE_MS,
  proxy: ownProxy,
}: TransportOptions): Transport {
  const optionsBy = (proxy: ProxyAddress | 'none' | undefined): Client.Options =>
    clientOptions(connectTimeoutMs, idleMs, proxy === 'none' ? undefined : (proxy ?? ownProxy));
  const own = openPool(origin, optionsBy(ownProxy));
  const others = new Map<string, Pool>();
  const singleUse = new Set<Client>();
  let isOver = false;
  const poolFor = ({ origin: requestOrigin = origin, proxy }: UpstreamRequest): Pool => {
    // Once closed, the own pool fails the request.
    if ((requestOrigin === origin && proxy === undefined) || isOver) return own;
    const way = `${requestOrigin} ${proxy === undefined ? '' : identityOf(proxy)}`;
    let pool = others.get(way);
    if (pool === undefined) others.set(way, (pool = openPool(requestOrigin, optionsBy(proxy))));
    return pool;
  };
  const each = async (act: (dispatcher: Pool | Client) => Promise<void>): Promise<void> => {
    isOver = true;
    await Promise.all([own, ...others.values(), ...singleUse].map(act));
  };
  return {
    dispatch(request, handler) {
      poolFor(request).dispatch(withSlicedBody(request), handler);
    },
    dispatchOnNewConnection(request, handler) {
      if (isOver) {
        own.dispatch(request, handler);
        return;
      }
      const client = new KeepAliveClient(request.origin ?? origin, optionsBy(request.proxy));
      singleUse.add(client);
      client.dispatch({ ...withSlicedBody(request), reset: true }, handler);
      // Ends the connection after its one request.
      void client.close().finally(() => singleUse.delete(client));
    },
    close: () => each((dispatcher) => dispatcher.close()),
    destroy: () => each((dispatcher) => dispatcher.destroy()),
  };
}

/** The same request, as it is given to a connection: a large body in slices. */
function withSlicedBody(request: UpstreamRequest): UpstreamRequest {
  const { body, headers } = request;
  if (!Buffer.isBuffer(body) || body.length <= SLICE_BYTES) return request;
  return {
    ...request,
    headers: [...headers, 'content-length', String(body.length)],
    body: slicedBody(body),
  };
}

/** Of two proxies that are asked differently, different; credentials tell some proxies which way out to take. */
function identityOf(proxy: ProxyAddress | 'none'): string {
  if (proxy === 'none') return proxy;
  const { user = '', password } = proxy.credentials ?? {};
  return [formatProxy(proxy), user, password?.reveal()].join('\n');
}

function clientOptions(
  connectTimeoutMs: number,
  idleMs: number,
  proxy: ProxyAddress | undefined,
): Client.Options {
  return {
    pipelining: 1,
    allowH2: false,
    connect: proxy === undefined ? { timeout: connectTimeoutMs } : proxyConnector(proxy, connectTimeoutMs),
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    // The exchange has timeouts of its own: it tells first output from first byte, and knows whose delay it is.
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
 * Connections that may break in a row before the request that they were opened for has left. undici opens one after another,
 * thousands in a second, where the other end, or a proxy, speaks before it was asked.
 */
const MAX_BROKEN_UNUSED = 3;

/**
 * One connection after another, each kept alive for as many requests as it lasts. undici does not tell whether the one
 * that broke was new, which matters for a reset: one that idled was often closed at its other end just as the request
 * left (RFC 9112, 9.3.1).
 */
class KeepAliveClient extends Client implements Connection {
  #wasUsed = false;
  #brokenUnused = 0;
  readonly #unsolicited: UnsolicitedContinue;

  constructor(origin: string | URL, options: Client.Options) {
    const unsolicited = new UnsolicitedContinue();
    const open = connectorFor(options, unsolicited);
    super(origin, {
      ...options,
      connect: (to, done) => {
        if (this.#brokenUnused < MAX_BROKEN_UNUSED) open(to, done);
        else {
          this.#brokenUnused = 0;
          const error = new Error('each connection broke before it was used');
          done(Object.assign(error, { code: 'ECONNRESET' }), null);
        }
      },
    });
    this.#unsolicited = unsolicited;
    this.on('connect', () => {
      this.#wasUsed = false;
    });
    this.on('disconnect', () => {
      if (!this.#wasUsed && this.stats.pending > 0) this.#brokenUnused++;
    });
  }

  beginRequest(): boolean {
    const wasUsed = this.#wasUsed;
    this.#wasUsed = true;
    this.#brokenUnused = 0;
    this.#unsolicited.expectResponse();
    return wasUsed;
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
    open(options, (...result) => {
      // An error comes without a socket.
      if (result[0] === null) unsolicited.attach(result[1]);
      done(...result);
    });
  };
}

function isUpstreamHandler(handler: Dispatcher.DispatchHandler): handler is UpstreamHandler {
  return 'onConnection' in handler;
}
