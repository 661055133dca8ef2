import type { ServerResponse } from 'node:http';
import { http } from '../base/node-http.ts';
import type { GatewayErrorCode } from '../dialects/errors/gateway-errors.ts';
import {
  clientErrorEvent,
  gatewayError,
  gatewayErrorAnswer,
  gatewayErrorEvent,
} from '../dialects/errors/client-error.ts';
import type { ErrorDetails } from '../dialects/errors/client-error.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { ErrorForm } from '../dialects/operations/operation.ts';
import { pingFor } from '../dialects/operations/pings.ts';
import type {
  Answer,
  BrokenStream,
  ProviderAnswer,
  ProviderError,
  StreamBody,
  UpgradedBody,
} from '../failover/answer/answer.ts';
import type { Sink } from '../upstream/exchange.ts';
import { discardBody, isBodyPending } from './connections/lingering-close.ts';
import type { Tunnel } from './connections/server.ts';
import { joinConnections } from './connections/tunnel.ts';

/** Up to this a body is copied to be sent together with its head. Bytes. */
const ONE_PIECE_BYTES = 32 * 1024;

/** Of a stream that begins before it is known whose answer it will be. */
const EVENT_STREAM = [
  'content-type',
  'text/event-stream',
  'cache-control',
  'no-cache',
  'x-accel-buffering',
  'no',
];

/** Writes one client's answer, whatever it becomes. Once. */
export class ResponseWriter {
  readonly #response: ServerResponse;
  readonly #id: string;
  readonly #extra: readonly string[];
  /** The status of an upgraded connection, whose response has no head. */
  #upgradeStatus = 0;
  /** The answer is a stream that was begun by a ping, before it was known what comes of the request. */
  #startedByPing = false;
  /** How the client reads errors. */
  errorForm: ErrorForm = 'openai';
  /** Reads what the client gets of a good answer, as it is sent. */
  bodyObserver: { read(bytes: Buffer): void } | undefined;
  bytes = 0;
  /** The code of Sparekey's own error, where that is the answer. */
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
    return this.#response.headersSent ? this.#response.statusCode : this.#upgradeStatus;
  }

  /**
   * Keeps the client of a stream that has nothing yet: from time to time it gets what its SDK passes over. The first ping
   * begins the answer with 200: whose it will be is not known, so that no header says so, and a failure is an event of
   * the stream. To be disposed before anything else is written.
   * @param everyMs - 0: never
   * @returns undefined where the call is no stream, or is not to be pinged
   */
  startPings(call: Call, everyMs: number): Disposable | undefined {
    const ping = everyMs > 0 ? pingFor(call) : undefined;
    if (ping === undefined) return undefined;
    const timer = setInterval(() => this.#ping(ping), everyMs);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  #ping(text: string): void {
    const response = this.#response;
    if (!this.#startedByPing) {
      if (response.headersSent || response.destroyed) return;
      this.#startedByPing = true;
      response.writeHead(200, this.#gatewayHeaders(EVENT_STREAM));
    }
    // Who takes nothing gets no more of it.
    if (response.writableNeedDrain) return;
    this.bytes += text.length;
    response.write(text);
  }

  json(status: number, value: unknown, headers: readonly string[] = []): void {
    this.#send(
      status,
      this.#gatewayHeaders(['content-type', 'application/json', ...headers]),
      Buffer.from(JSON.stringify(value)),
    );
  }

  empty(status: number, headers: readonly string[] = []): void {
    this.#send(status, this.#gatewayHeaders(headers), undefined);
  }

  /** An error of Sparekey's own, in the client's dialect. */
  error(code: GatewayErrorCode, details?: ErrorDetails, headers: readonly string[] = []): void {
    this.code = code;
    if (this.#startedByPing) return this.#endWith(gatewayErrorEvent(this.errorForm, code, details));
    const { status, headers: own, body } = gatewayErrorAnswer(this.errorForm, code, details);
    this.#send(status, this.#gatewayHeaders([...Object.entries(own).flat(), ...headers]), Buffer.from(body));
  }

  /**
   * What came of the request. Resolves when the client has all of it.
   * @param tunnel - where it asked to speak another protocol on its connection
   */
  async write(answer: Answer, tunnel: Tunnel | undefined): Promise<void> {
    switch (answer.kind) {
      case 'gone':
        return;
      case 'gateway-error':
        this.error(answer.code, answer.details, answer.headers);
        return;
      case 'estimated-count':
        this.json(200, answer.response, answer.headers);
        return;
      case 'provider-error':
        if (this.#startedByPing) {
          if (answer.body.kind === 'stream') answer.body.discard();
          this.#endWith(clientErrorEvent(this.errorForm, answer.error));
          return;
        }
        await this.#body(answer, tunnel);
        return;
      case 'answer':
        await this.#body(answer, tunnel);
    }
  }

  #body(answer: ProviderAnswer | ProviderError, tunnel: Tunnel | undefined): Promise<void> | undefined {
    const { status, body } = answer;
    switch (body.kind) {
      case 'whole':
        this.bodyObserver?.read(body.bytes);
        if (this.#startedByPing && body.isEvents) this.#endWith(body.bytes);
        else this.#send(status, this.#relayedHeaders(answer), body.bytes);
        return undefined;
      case 'stream':
        return this.#stream(answer, body);
      case 'upgraded':
        return tunnel === undefined ? undefined : this.#upgrade(answer, body, tunnel);
    }
  }

  /** An answer that is still coming. A stream that breaks ends with an error, and with no false end marker. */
  async #stream(answer: ProviderAnswer | ProviderError, body: StreamBody): Promise<void> {
    if (!this.#startedByPing) this.#response.writeHead(answer.status, this.#relayedHeaders(answer));
    else if (!body.isEvents) {
      body.discard();
      return this.error('upstream_broken');
    }
    const end = await body.relay(this.#sink());
    switch (end.kind) {
      case 'complete':
      case 'error-relayed':
        return this.#end();
      case 'cancelled':
        this.#response.destroy();
        return;
      case 'broken':
        // What is no stream of events, and not written here, cannot be ended well.
        if (body.isEvents || end.writeError !== undefined) this.#endBroken(end);
        else this.#response.destroy();
    }
  }

  #endBroken({ isMidEvent, failure, writeError }: BrokenStream): void {
    // Half an event is ended, so that the error which follows is an event of its own.
    if (isMidEvent) this.#response.write('\n\n');
    if (typeof failure === 'string') this.code = failure;
    const error = typeof failure === 'string' ? gatewayError(failure) : failure;
    this.#response.write(writeError?.(error) ?? clientErrorEvent(this.errorForm, error));
    this.#end();
  }

  /** The connection itself, which from now on is the provider's as well. Resolves when that is over. */
  async #upgrade(answer: ProviderAnswer | ProviderError, body: UpgradedBody, tunnel: Tunnel): Promise<void> {
    const { status } = answer;
    const head = ['connection', 'Upgrade', 'upgrade', body.protocol, ...this.#relayedHeaders(answer)];
    const lines = [`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}`];
    for (let at = 0; at + 1 < head.length; at += 2) lines.push(`${head[at]}: ${head[at + 1]}`);
    this.#upgradeStatus = status;
    this.#response.removeAllListeners('finish').detachSocket(this.#response.req.socket);
    tunnel.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await body.join((provider) => joinConnections(tunnel, provider));
  }

  #sink(): Sink {
    const response = this.#response;
    return {
      write: (chunk) => {
        this.bytes += chunk.length;
        this.bodyObserver?.read(chunk);
        return response.write(chunk);
      },
      onDrain: (resume) => response.once('drain', resume),
    };
  }

  #endWith(rest: Buffer | string): void {
    this.bytes += rest.length;
    this.#response.write(rest);
    this.#end();
  }

  #send(status: number, headers: string[], body: Buffer | undefined): void {
    // What is no stream of events cannot be put into one.
    if (this.#startedByPing) return this.error('upstream_broken');
    if (this.#response.headersSent || this.#response.destroyed) return;
    if (status !== 204) headers.push('content-length', String(body?.length ?? 0));
    this.#response.writeHead(status, headers);
    this.bytes = body?.length ?? 0;
    if (isBodyPending(this.#response.req)) {
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
    const response = this.#response;
    if (isBodyPending(response.req)) void discardBody(response).then(() => response.end());
    else response.end();
  }

  #gatewayHeaders(headers: readonly string[]): string[] {
    return [...headers, 'x-request-id', this.#id, ...this.#vendorId(), ...this.#connection(), ...this.#extra];
  }

  /** Anthropic's clients look for the id under another name. */
  #vendorId(): readonly string[] {
    return this.errorForm === 'anthropic-messages' ? ['request-id', this.#id] : [];
  }

  /** A connection whose request was not read to its end cannot take another. */
  #connection(): readonly string[] {
    return isBodyPending(this.#response.req) ? ['connection', 'close'] : [];
  }

  /** The headers of a provider's answer, and what is said by every one. */
  #relayedHeaders({ headers }: ProviderAnswer | ProviderError): string[] {
    if (!hasHeader(headers, 'x-request-id')) headers.push('x-request-id', this.#id);
    if (!hasHeader(headers, 'request-id')) headers.push(...this.#vendorId());
    headers.push(...this.#connection(), ...this.#extra);
    return headers;
  }
}

/** @param headers - name, value, name, value @param lowerName in lower case, as all of them are */
function hasHeader(headers: readonly string[], lowerName: string): boolean {
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === lowerName) return true;
  return false;
}
