import { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { ResponseHeaders } from './exchange.ts';
import type { Connection, Transport, UpstreamHandler } from './transport.ts';

/** Removes credentials from a response. Lengths stay. */
export interface Redaction {
  /** For a header's value. */
  text(text: string): string;
  /** For a body, or for what comes over an upgraded connection. */
  stream(kind: 'answer' | 'error' | 'connection'): StreamRedaction;
}

/** For chunks, in the order in which they come. */
interface StreamRedaction {
  /** @returns what may be passed on: often the chunk itself, seldom nothing */
  push(chunk: Buffer): Buffer;
  /** Nothing more comes. @returns what was kept back */
  end(): Buffer;
}

/**
 * A transport whose responses are redacted before anything else sees them: what is judged, held, relayed, translated and
 * logged is already redacted.
 */
export function redactedTransport(transport: Transport, redaction: Redaction): Transport {
  return {
    ...transport,
    dispatch: (request, handler) => transport.dispatch(request, new RedactedHandler(handler, redaction)),
    dispatchOnNewConnection: (request, handler) =>
      transport.dispatchOnNewConnection(request, new RedactedHandler(handler, redaction)),
  };
}

class RedactedHandler implements UpstreamHandler {
  readonly #handler: UpstreamHandler;
  readonly #redaction: Redaction;
  #body: StreamRedaction | undefined;

  constructor(handler: UpstreamHandler, redaction: Redaction) {
    this.#handler = handler;
    this.#redaction = redaction;
  }

  onConnection(connection: Connection): void {
    this.#handler.onConnection(connection);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    message?: string,
  ): void {
    this.#body = this.#redaction.stream(status < 300 ? 'answer' : 'error');
    this.#handler.onResponseStart?.(controller, status, redactedHeaders(headers, this.#redaction), message);
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    socket: Duplex,
  ): void {
    const connection = new RedactedConnection(socket, this.#redaction.stream('connection'));
    this.#handler.onRequestUpgrade?.(
      controller,
      status,
      redactedHeaders(headers, this.#redaction),
      connection,
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const passed = this.#body === undefined ? chunk : this.#body.push(chunk);
    if (passed.length > 0) this.#handler.onResponseData?.(controller, passed);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: ResponseHeaders): void {
    const rest = this.#body?.end();
    if (rest !== undefined && rest.length > 0) this.#handler.onResponseData?.(controller, rest);
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }
}

/** The same object where there is nothing to redact. */
function redactedHeaders(headers: ResponseHeaders, redaction: Redaction): ResponseHeaders {
  let redacted: Record<string, string | string[] | undefined> | undefined;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    const cleaned =
      typeof value === 'string' ? redaction.text(value) : value.map((each) => redaction.text(each));
    if (typeof cleaned === 'string' ? cleaned === value : cleaned.every((each, at) => each === value[at]))
      continue;
    redacted ??= { ...headers };
    redacted[name] = cleaned;
  }
  return redacted ?? headers;
}

/** An upgraded connection to a provider. What comes from the provider is redacted. */
class RedactedConnection extends Duplex {
  readonly #socket: Duplex;

  constructor(socket: Duplex, redaction: StreamRedaction) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const passed = redaction.push(chunk);
      if (passed.length > 0 && !this.push(passed)) socket.pause();
    });
    socket.on('end', () => {
      const rest = redaction.end();
      if (rest.length > 0) this.push(rest);
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      // The last bytes may still wait here for a slow client; this ends by itself after them.
      if (!socket.readableEnded) this.destroy();
    });
    socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
