import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { GatewayErrorCode } from '../dialects/errors/gateway-errors.ts';
import {
  clientErrorBody,
  clientErrorEvent,
  gatewayErrorAnswer,
  gatewayErrorEvent,
} from '../dialects/errors/client-error.ts';
import type { ErrorDetails } from '../dialects/errors/client-error.ts';
import type { Dialect } from '../dialects/operations/operation.ts';
import type { Attempt } from '../failover/attempt/attempt.ts';
import { headerText, isEventStream } from '../failover/attempt/observed-outcome.ts';
import { statusForClass } from '../failover/answer/client-failure.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import type { UpstreamResult, ResponseHeaders, Sink } from '../upstream/exchange.ts';
import type { MemoryMeter } from '../base/memory-meter.ts';
import type { Tunnel } from './connections/server.ts';
import { discardBody, isBodyPending } from './connections/lingering-close.ts';
import { joinConnections } from './connections/tunnel.ts';
import { relayedHeaders, withContentType } from '../failover/answer/relayed-headers.ts';
import { droppedHeader } from '../failover/answer/dropped-header.ts';
import { translateStream, translateWhole } from '../failover/answer/translate-answer.ts';
import { clientErrorOf } from '../failover/answer/client-error.ts';

/** Up to this a body is copied to be sent together with its head. Bytes. */
const ONE_PIECE_BYTES = 32 * 1024;

/** The attempt whose answer the client gets, and how many it took. */
export interface Relayed {
  readonly attempt: Attempt;
  readonly attempts: number;
}

type Upgraded = Extract<UpstreamResult, { readonly kind: 'upgraded' }>;

/** One client's answer, whatever it becomes. It is given once. */
export class ResponseWriter {
  readonly #response: ServerResponse;
  readonly #id: string;
  readonly #extra: readonly string[];
  /** The status of a connection that was given away. */
  #joined = 0;
  #isAhead = false;
  dialect: Dialect = 'openai';
  /** Hears what the client gets of a good answer, as it gets it. */
  listener: { read(bytes: Buffer): void } | undefined;
  /** Counts what is held of an answer. */
  memory: MemoryMeter | undefined;
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
    return this.#response.headersSent ? this.#response.statusCode : this.#joined;
  }

  /** The answer is a stream that has begun before there was anything to tell. */
  get hasBegunEarly(): boolean {
    return this.#isAhead;
  }

  /**
   * Has the client know that its stream is still waited for, by what its SDK passes over. The first one begins the answer
   * with 200: whose it will be is not known, so that no header says so, and what goes wrong is told in the stream.
   */
  ping(text: string): void {
    const response = this.#response;
    if (!this.#isAhead) {
      if (response.headersSent || response.destroyed) return;
      this.#isAhead = true;
      this.#begin(200, this.#own(['content-type', 'text/event-stream', 'cache-control', 'no-cache']), true);
    }
    // Who takes nothing gets no more of it.
    if (response.writableNeedDrain) return;
    this.bytes += text.length;
    response.write(text);
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
    if (this.#isAhead) return this.#endWith(gatewayErrorEvent(this.dialect, code, details));
    const { status, headers: own, body } = gatewayErrorAnswer(this.dialect, code, details);
    this.#send(status, this.#own([...Object.entries(own).flat(), ...headers]), Buffer.from(body));
  }

  /** An answer that is all there. */
  whole({ attempt, attempts }: Relayed, status: number, headers: ResponseHeaders, body: Buffer): void {
    this.listener?.read(body);
    if (this.#isAhead && isEventStream(headers)) return this.#endWith(body);
    this.#send(status, this.#relayed(attempt, headers, attempts), body);
  }

  /** An answer that is still coming. A stream that breaks ends with an error, and with no false end marker. */
  async relay({ attempt, attempts }: Relayed, status: number, headers: ResponseHeaders): Promise<void> {
    const isStream = isEventStream(headers);
    if (this.#isAhead && !isStream) {
      attempt.abandon();
      return this.error('upstream_broken');
    }
    this.#begin(status, this.#relayed(attempt, headers, attempts), isStream);
    const isWhole = await attempt.relay(this.#sink());
    if (isWhole) return this.#end();
    if (isStream) this.#endHalfFrame(attempt);
    this.#breakOff(attempt, isStream);
  }

  /** An error of a provider's that is not in the client's dialect, told in it. */
  translatedError({ attempt, attempts }: Relayed, answered: number, headers: ResponseHeaders): void {
    const status = answered < 300 ? statusForClass(attempt.verdict.class) : answered;
    if (this.#isAhead) {
      attempt.abandon();
      return this.#endWith(clientErrorEvent(this.dialect, clientErrorOf(attempt, status)));
    }
    const head = withContentType(this.#relayed(attempt, headers, attempts), 'application/json');
    this.#send(status, head, Buffer.from(clientErrorBody(this.dialect, clientErrorOf(attempt, status))));
  }

  /** An answer that becomes the client's by being retold. */
  async translated(relayed: Relayed, headers: ResponseHeaders, retelling: ResponseTranslator): Promise<void> {
    const contentType = retelling.contentType ?? headerText(headers['content-type']);
    const isEvents = contentType.startsWith('text/event-stream');
    const head = withContentType(this.#relayed(relayed.attempt, headers, relayed.attempts), contentType);
    const { dropped = [] } = retelling;
    if (dropped.length > 0) head.push('x-sparekey-dropped', droppedHeader(dropped));
    if (!(retelling.streams ?? isEvents)) return this.#retellWhole(relayed, head, headers, retelling);
    this.#begin(200, head, true);
    const isWhole = await translateStream(relayed.attempt, headers, retelling, this.#sink(), this.memory);
    if (isWhole) return this.#end();
    // Where the provider's type stays, its bytes do as well.
    if (isEvents && retelling.contentType === undefined) this.#endHalfFrame(relayed.attempt);
    this.#breakOff(relayed.attempt, isEvents);
  }

  /** The connection itself, which from now on is the provider's as well. Resolves when that is over. */
  async upgraded(
    { attempt, attempts }: Relayed,
    { status, headers }: Upgraded,
    tunnel: Tunnel,
  ): Promise<void> {
    const upgrade = ['connection', 'Upgrade', 'upgrade', headerText(headers['upgrade'])];
    const head = [...upgrade, ...this.#relayed(attempt, headers, attempts)];
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
    for (let at = 0; at + 1 < head.length; at += 2) lines.push(`${head[at]}: ${head[at + 1]}`);
    this.#joined = status;
    this.#response.removeAllListeners('finish').detachSocket(this.#response.req.socket);
    tunnel.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await attempt.join((provider) => joinConnections(tunnel, provider));
  }

  async #retellWhole(
    { attempt, attempts }: Relayed,
    head: string[],
    headers: ResponseHeaders,
    retelling: ResponseTranslator,
  ): Promise<void> {
    const translatedError = await translateWhole(attempt, headers, retelling, this.memory);
    if (translatedError !== undefined) {
      this.listener?.read(translatedError);
      this.#send(200, head, translatedError);
    } else if (attempt.cancelled) this.#response.destroy();
    else this.error(codeOfBreak(attempt), {}, ['x-sparekey-attempts', String(attempts)]);
  }

  #begin(status: number, head: string[], isStream: boolean): void {
    if (this.#response.headersSent) return;
    if (isStream) head.push('x-accel-buffering', 'no');
    this.#response.writeHead(status, head);
  }

  #sink(): Sink {
    const response = this.#response;
    return {
      write: (chunk) => {
        this.bytes += chunk.length;
        this.listener?.read(chunk);
        return response.write(chunk);
      },
      onDrain: (resume) => response.once('drain', resume),
    };
  }

  /** Half a frame that was too long to be held is ended, so that the error which follows is a frame of its own. */
  #endHalfFrame(attempt: Attempt): void {
    if (attempt.isMidFrame && !attempt.cancelled) this.#response.write('\n\n');
  }

  /** The client's answer has begun, and cannot be ended well. */
  #breakOff(attempt: Attempt, isStream: boolean): void {
    if (attempt.cancelled || !isStream) {
      this.#response.destroy();
      return;
    }
    if (attempt.providerError === undefined) {
      this.code = codeOfBreak(attempt);
      this.#response.write(gatewayErrorEvent(this.dialect, this.code));
    } else {
      const error = clientErrorOf(attempt, statusForClass(attempt.verdict.class));
      this.#response.write(clientErrorEvent(this.dialect, error));
    }
    this.#end();
  }

  #endWith(rest: Buffer | string): void {
    this.bytes += rest.length;
    this.#response.write(rest);
    this.#end();
  }

  #send(status: number, headers: string[], body: Buffer | undefined): void {
    // What is no stream cannot be told in one.
    if (this.#isAhead) return this.error('upstream_broken');
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

  #own(headers: readonly string[]): string[] {
    return [...headers, 'x-request-id', this.#id, ...this.#vendorId(), ...this.#connection(), ...this.#extra];
  }

  /** Anthropic's clients look for the id under another name. */
  #vendorId(): readonly string[] {
    return this.dialect === 'anthropic-messages' ? ['request-id', this.#id] : [];
  }

  /** A connection whose request was not read to its end cannot take another. */
  #connection(): readonly string[] {
    return isBodyPending(this.#response.req) ? ['connection', 'close'] : [];
  }

  /** What travels on of a provider's headers, and whose answer it is. */
  #relayed(attempt: Attempt, headers: ResponseHeaders, attempts: number): string[] {
    const { opening } = attempt;
    // A stream may get a last event of ours, and what is judged at its end may have none: a length would promise one.
    const hasOtherLength =
      opening.kind === 'whole' ||
      isEventStream(headers) ||
      ('watch' in opening && opening.watch.isCheckedAtEnd === true);
    const relayed = relayedHeaders(headers, attempt.plan, hasOtherLength);
    const { provider, pooled } = attempt.plan;
    relayed.push('x-sparekey-provider', provider.id);
    if (pooled !== undefined) relayed.push('x-sparekey-key', pooled.key.id);
    relayed.push('x-sparekey-attempts', String(attempts));
    if (headers['x-request-id'] === undefined) relayed.push('x-request-id', this.#id);
    if (headers['request-id'] === undefined) relayed.push(...this.#vendorId());
    relayed.push(...this.#connection(), ...this.#extra);
    return relayed;
  }
}

/** What a client is told of an answer that cannot be given to its end. */
function codeOfBreak({ fault, timedOut }: Attempt): GatewayErrorCode {
  if (fault === 'too-large') return 'answer_too_large';
  return timedOut ? 'upstream_timeout' : 'upstream_broken';
}
