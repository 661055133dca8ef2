import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { MemoryMeter } from '../base/memory-meter.ts';
import { CANCELLED } from './exchange.ts';
import type {
  Exchange,
  ExchangeLimits,
  RelayEnd,
  ResponseHeaders,
  Sink,
  UpstreamResult,
} from './exchange.ts';
import { ExchangeTimer } from './exchange-timer.ts';
import { faultBeforeSending, faultDetail, faultKindIn } from './faults.ts';
import type { ExchangePhase, Fault } from './faults.ts';
import { FrameBuffer } from './frame-buffer.ts';
import { endsAtHead, interimFault } from './response-head.ts';
import type { ResponseWatch } from './response-watch.ts';
import { StaleConnectionRetry } from './stale-connection-retry.ts';
import type { Connection, Transport, UpstreamHandler, UpstreamRequest } from './transport.ts';
import { upgradeResult } from './websocket.ts';

/**
 * An exchange over a transport, up to the commit gate and beyond. It holds back what comes before the first output, tells
 * faults apart, keeps timeouts, and passes backpressure on; it knows no dialect and assigns no blame. Network faults are
 * values here, never exceptions.
 */
export class HttpExchange implements Exchange, UpstreamHandler {
  readonly result: Promise<UpstreamResult>;
  firstOutputMs: number | undefined;

  readonly #limits: ExchangeLimits;
  readonly #watchFor: (status: number, headers: ResponseHeaders) => ResponseWatch;
  readonly #transport: Transport;
  readonly #requestHeaders: readonly string[];
  readonly #isByOwnProxy: boolean;
  #interimResponses = 0;
  readonly #startedAt = performance.now();
  readonly #timer: ExchangeTimer;
  readonly #staleRetry: StaleConnectionRetry;
  #resolveResult: (result: UpstreamResult) => void = () => {};
  #resolveRelay: ((end: RelayEnd) => void) | undefined;
  #endedEarly: RelayEnd | undefined;
  #phase: ExchangePhase = 'queued';
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #watch: ResponseWatch | undefined;
  readonly #held: FrameBuffer;
  #sink: Sink | undefined;
  #isReaderBehind = false;

  constructor(
    transport: Transport,
    request: UpstreamRequest,
    limits: ExchangeLimits,
    watchFor: (status: number, headers: ResponseHeaders) => ResponseWatch,
    memory?: MemoryMeter,
  ) {
    this.#held = new FrameBuffer(memory);
    this.#transport = transport;
    this.#requestHeaders = request.headers;
    this.#isByOwnProxy = typeof request.proxy === 'object';
    this.#limits = limits;
    this.#watchFor = watchFor;
    this.#timer = new ExchangeTimer(limits, this.#startedAt, {
      onTimeout: (detail) => this.#fail(detail),
      onReaderStalled: () => this.cancel(),
    });
    this.#staleRetry = new StaleConnectionRetry(request, limits.resends);
    this.result = new Promise((resolve) => {
      this.#resolveResult = resolve;
    });
    try {
      transport.dispatch(request, this);
    } catch (error) {
      this.#timer.stop();
      throw error;
    }
  }

  relay(sink: Sink): Promise<RelayEnd> {
    return new Promise((resolve) => {
      if (this.#endedEarly !== undefined) {
        const held = this.#endedEarly.kind === 'ended' ? this.#held.takeAll() : this.#held.takeWhole();
        if (held.length > 0) sink.write(held);
        resolve(this.#endedEarly);
        return;
      }
      this.#resolveRelay = resolve;
      this.#sink = sink;
      this.#phase = 'relaying';
      this.#timer.awaitMore();
      this.#controller?.resume();
      this.#passHeld(sink);
    });
  }

  get held(): Buffer {
    return this.#held.bytes;
  }

  get isMidFrame(): boolean {
    return this.#held.isMidFrame;
  }

  cancel(end: RelayEnd = CANCELLED): void {
    this.#finish(end);
    this.#abort();
  }

  onConnection(connection: Connection): void {
    this.#staleRetry.queued(connection);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#staleRetry.sent();
    if (this.#phase === 'over') this.#abort();
    else this.#phase = 'sent';
  }

  onBodySent(): void {
    if (this.#phase === 'sent') this.#timer.sent();
  }

  onResponseStarted(): void {
    this.#staleRetry.answered();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (this.#phase === 'over') return;
    if (status < 200) {
      const flaw = interimFault(status, ++this.#interimResponses);
      if (flaw !== undefined) this.#fail(flaw);
      return;
    }
    this.#phase = 'answering';
    this.#status = status;
    this.#headers = headers;
    this.#watch = this.#watchFor(status, headers);
    this.#timer.alive();
    if (!endsAtHead(status, headers)) return;
    this.onResponseEnd();
    this.#abort();
  }

  onRequestUpgrade(
    _: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    socket: Duplex,
  ): void {
    if (this.#phase === 'over') socket.destroy();
    else this.#settle(upgradeResult(this.#requestHeaders, status, headers, socket));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const watch = this.#watch;
    if (watch === undefined || this.#phase === 'over') return;
    const boundary = watch.read(chunk);
    if (this.#sink !== undefined) {
      this.#timer.refresh();
      if (boundary === chunk.length && this.#held.length === 0) {
        this.#held.isMidFrame = false;
        this.#pass(chunk, this.#sink);
      } else {
        this.#held.push(chunk, boundary);
        this.#passHeld(this.#sink);
      }
      return;
    }
    this.#held.push(chunk, boundary);
    if (this.#phase === 'answering') this.#inspectBeforeGate(watch);
    if (this.#phase === 'open' && this.#held.length > this.#limits.holdBytes) controller.pause();
  }

  onResponseEnd(): void {
    const watch = this.#watch;
    if (watch === undefined || this.#phase === 'over') return;
    const isTailWhole = watch.end();
    // Of an error instead of an answer all of the body is wanted.
    if (isTailWhole && watch.isMadeOfEvents === true) this.#held.endTail();
    if (!isTailWhole && (this.#phase !== 'answering' || watch.error === undefined)) this.#held.dropTail();
    if (this.#phase === 'answering') {
      this.#endBeforeGate(watch);
      return;
    }
    if (this.#sink !== undefined && this.#held.length > 0) this.#sink.write(this.#held.takeAll());
    this.#finish({ kind: 'ended' });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#phase === 'over') return;
    const detail = faultDetail(error);
    const retry = this.#staleRetry.requestToRetry(detail);
    // The first one may have been received all the same, so the phase stays.
    if (retry !== undefined) this.#transport.dispatchOnNewConnection(retry, this);
    else if (this.#phase === 'queued') this.#failBeforeSending(detail, error);
    else this.#finish(this.#fault(detail));
  }

  /** A chunk has come before the gate is open. */
  #inspectBeforeGate(watch: ResponseWatch): void {
    const { holdWhole, holdBytes } = this.#limits;
    if (watch.error !== undefined) {
      this.#settleWhole(watch);
      this.#abort();
    } else if (watch.isUnusable === true) this.#fail(watch.flaw ?? 'no-answer');
    else if (this.#held.length > (holdWhole?.bytes ?? holdBytes)) this.#openGate(watch);
    else if (!watch.hasOutput) this.#timer.alive();
    else if (holdWhole === undefined || watch.isComplete) this.#openGate(watch);
    else this.#holdUntilWhole(watch, holdWhole.ms);
  }

  /** There is output, and the response is wanted whole: from here on the idle timeout applies. */
  #holdUntilWhole(watch: ResponseWatch, ms: number): void {
    const sinceStartMs = performance.now() - this.#startedAt;
    this.firstOutputMs ??= sinceStartMs;
    if (sinceStartMs > ms) this.#openGate(watch);
    else this.#timer.awaitMore();
  }

  #endBeforeGate(watch: ResponseWatch): void {
    if (this.firstOutputMs === undefined || watch.error !== undefined) {
      this.#settleWhole(watch);
    } else if (watch.isComplete) {
      this.#openGate(watch);
      this.#finish({ kind: 'ended' });
    } else this.#settle(this.#fault('no-end-marker'));
  }

  #openGate(watch: ResponseWatch): void {
    this.#timer.stop();
    this.#phase = 'open';
    this.firstOutputMs ??= performance.now() - this.#startedAt;
    this.#resolveResult({ kind: 'open', status: this.#status, headers: this.#headers, watch });
  }

  #passHeld(sink: Sink): void {
    const held = this.#held.takeReady(this.#limits.holdBytes);
    if (held !== undefined) this.#pass(held, sink);
  }

  #pass(chunk: Buffer, sink: Sink): void {
    // One more chunk may come after the pause was requested.
    if (sink.write(chunk) || this.#isReaderBehind) return;
    this.#isReaderBehind = true;
    this.#controller?.pause();
    this.#timer.awaitReader();
    sink.onDrain(() => {
      if (this.#phase !== 'relaying') return;
      this.#isReaderBehind = false;
      this.#timer.awaitMore();
      this.#controller?.resume();
    });
  }

  #fail(detail: string): void {
    if (this.#phase === 'queued') this.#failBeforeSending('connect-timeout');
    else this.#finish(this.#fault(detail));
    this.#abort();
  }

  #failBeforeSending(detail: string, error?: Error): void {
    this.#finish({ kind: 'fault', fault: faultBeforeSending(error, this.#isByOwnProxy), detail });
  }

  #fault(detail: string): Fault {
    const fault = faultKindIn(this.#phase, this.#watch?.hasOutput === true);
    return { kind: 'fault', fault, detail, ...(this.#status > 0 && { status: this.#status }) };
  }

  #finish(end: RelayEnd): void {
    if (this.#phase === 'over') return;
    const wasOpen = this.#phase === 'open' || this.#phase === 'relaying';
    if (!wasOpen && end.kind !== 'ended') {
      this.#settle(end);
      return;
    }
    this.#timer.stop();
    this.#phase = 'over';
    this.#endedEarly = end;
    this.#resolveRelay?.(end);
  }

  #settleWhole(watch: ResponseWatch): void {
    this.#settle({
      kind: 'whole',
      status: this.#status,
      headers: this.#headers,
      body: this.#held.takeAll(),
      watch,
    });
  }

  #settle(result: UpstreamResult): void {
    this.#timer.stop();
    this.#phase = 'over';
    this.firstOutputMs ??= performance.now() - this.#startedAt;
    this.#resolveResult(result);
  }

  #abort(): void {
    this.#controller?.abort(new Error('the exchange is over'));
  }
}
