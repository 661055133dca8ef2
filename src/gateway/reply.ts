import type { ServerResponse } from 'node:http';
import type { GatewayErrorCode } from '../dialects/error-table.ts';
import { errorBody, errorEvent } from '../dialects/errors.ts';
import type { ErrorDetails } from '../dialects/errors.ts';
import type { Dialect } from '../dialects/operations.ts';
import type { Attempt } from '../failover/attempt.ts';
import { isEventStream } from '../failover/observe.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import { dropRest, isStillSent } from './unread.ts';

/**
 * Headers of a provider's answer that stop here: hop-by-hop ones (RFC 9110, 7.6.1), those that bind the
 * client to the provider's own origin, and those that Sparekey says itself.
 */
const STOPS_HERE: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'location',
  'alt-svc',
  'strict-transport-security',
  'www-authenticate',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'x-accel-buffering',
  'x-sparekey-provider',
  'x-sparekey-key',
  'x-sparekey-attempts',
]);

/** Up to this a body is copied to be sent together with its head. Bytes. */
const ONE_PIECE_BYTES = 32 * 1024;

/** One client's answer, whatever it becomes. It is given once. */
export class Reply {
  readonly #response: ServerResponse;
  readonly #id: string;
  readonly #extra: readonly string[];
  dialect: Dialect = 'openai';
  bytes = 0;
  /** The code of the error of ours that was given, if one was. */
  code: GatewayErrorCode | undefined;

  /**
   * @param id - of the request: `x-request-id` unless the provider gave one
   * @param extra - headers for every answer: name, value, name, value
   */
  constructor(response: ServerResponse, id: string, extra: readonly string[]) {
    this.#response = response;
    this.#id = id;
    this.#extra = extra;
  }

  get status(): number {
    return this.#response.headersSent ? this.#response.statusCode : 0;
  }

  json(status: number, value: unknown): void {
    this.#send(status, this.#own(['content-type', 'application/json']), Buffer.from(JSON.stringify(value)));
  }

  empty(status: number, headers: readonly string[] = []): void {
    this.#send(status, this.#own(headers), undefined);
  }

  /** An error of ours, in the client's dialect. */
  error(code: GatewayErrorCode, details?: ErrorDetails, headers: readonly string[] = []): void {
    this.code = code;
    const { status, headers: own, body } = errorBody(this.dialect, code, details);
    this.#send(status, this.#own([...Object.entries(own).flat(), ...headers]), Buffer.from(body));
  }

  /** An answer that is all there. */
  whole(attempt: Attempt, status: number, headers: ResponseHeaders, body: Buffer, attempts: number): void {
    this.#send(status, this.#relayed(attempt, headers, attempts), body);
  }

  /** An answer that is still coming. A stream that breaks ends with an error, and with no false end marker. */
  async relay(attempt: Attempt, status: number, headers: ResponseHeaders, attempts: number): Promise<void> {
    const response = this.#response;
    const isStream = isEventStream(headers);
    const head = this.#relayed(attempt, headers, attempts);
    if (isStream) head.push('x-accel-buffering', 'no');
    response.writeHead(status, head);
    const sink: Sink = {
      write: (chunk) => {
        this.bytes += chunk.length;
        return response.write(chunk);
      },
      onDrain: (resume) => response.once('drain', resume),
    };
    const isWhole = await attempt.relay(sink);
    if (isWhole) this.#end();
    else if (attempt.cancelled) response.destroy();
    else if (isStream) this.#endBrokenStream(attempt);
    else response.destroy();
  }

  #endBrokenStream(attempt: Attempt): void {
    this.code = attempt.timedOut ? 'upstream_timeout' : 'upstream_broken';
    this.#response.write(errorEvent(this.dialect, this.code));
    this.#end();
  }

  #send(status: number, headers: string[], body: Buffer | undefined): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    if (status !== 204) headers.push('content-length', String(body?.length ?? 0));
    this.#response.writeHead(status, headers);
    this.bytes = body?.length ?? 0;
    if (isStillSent(this.#response.req)) {
      if (body !== undefined) this.#response.write(body);
      this.#end();
      return;
    }
    // As a string, head and body go to the socket as one piece; as a buffer, as two, which costs more than copying.
    if (body !== undefined && body.length <= ONE_PIECE_BYTES)
      this.#response.end(body.toString('latin1'), 'latin1');
    else this.#response.end(body);
  }

  /** Ends the answer, once the client has come to reading it. */
  #end(): void {
    const { req: request } = this.#response;
    if (isStillSent(request)) void dropRest(request).then(() => this.#response.end());
    else this.#response.end();
  }

  #own(headers: readonly string[]): string[] {
    return [...headers, 'x-request-id', this.#id, ...this.#connection(), ...this.#extra];
  }

  /** A connection whose request was not read to its end cannot take another. */
  #connection(): readonly string[] {
    return isStillSent(this.#response.req) ? ['connection', 'close'] : [];
  }

  /** What travels on of a provider's headers, and whose answer it is. */
  #relayed(attempt: Attempt, headers: ResponseHeaders, attempts: number): string[] {
    // A stream may get a last event of ours.
    const hasOtherLength = attempt.opening.kind === 'whole' || isEventStream(headers);
    const hops = connectionNames(headers['connection']);
    const relayed: string[] = [];
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined || STOPS_HERE.has(name) || hops?.includes(name) === true) continue;
      if (hasOtherLength && name === 'content-length') continue;
      if (typeof value === 'string') relayed.push(name, value);
      else for (const item of value) relayed.push(name, item);
    }
    const { provider, pooled } = attempt.plan;
    relayed.push('x-sparekey-provider', provider.id);
    if (pooled !== undefined) relayed.push('x-sparekey-key', pooled.key.id);
    relayed.push('x-sparekey-attempts', String(attempts));
    if (headers['x-request-id'] === undefined) relayed.push('x-request-id', this.#id);
    relayed.push(...this.#connection(), ...this.#extra);
    return relayed;
  }
}

/** Headers that the provider's `connection` header declares hop-by-hop; undefined for the usual ones. */
function connectionNames(value: string | string[] | undefined): string[] | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return String(value)
    .split(',')
    .map((name) => name.trim().toLowerCase());
}
