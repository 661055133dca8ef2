import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { faultDetail } from './faults.ts';
import type { Fault, FaultKind } from './faults.ts';
import { HeldFrames } from './held-frames.ts';
import type { Ending, Opening, ResponseHeaders } from './opening.ts';
import type { Transport, UpstreamRequest } from './transport.ts';
import type { Watch } from './watch.ts';

export type { Ending, Opening, ResponseHeaders } from './opening.ts';

/** Bounds in time and bytes of one exchange. */
export interface ExchangeLimits {
  /** From dispatch to the first output. Milliseconds. */
  readonly firstOutputMs: number;
  /** Between two pieces of a body after its first output. Milliseconds. */
  readonly idleMs: number;
  /** How long a client may take nothing of an answer before it counts as gone. Milliseconds. */
  readonly stallMs: number;
  /** Bytes held back before the gate opens without a first output. */
  readonly holdBytes: number;
}

/** Where relayed bytes go. */
export interface Sink {
  /** @returns false where the reader is behind: nothing more is read until `onDrain` calls back */
  write(chunk: Buffer): boolean;
  /** Calls back once, when the reader has caught up. */
  onDrain(resume: () => void): void;
}

type Phase = 'queued' | 'sent' | 'answering' | 'open' | 'relaying' | 'over';

/**
 * One request to a provider and its answer, up to the commit gate and beyond. It holds back what comes before
 * the first output, tells faults apart, keeps time, and passes backpressure on; it knows no dialect and no
 * blame. Network faults are values here, never exceptions.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly opening: Promise<Opening>;
  /** From dispatch to the opening of the gate; undefined before. Milliseconds. */
  firstOutputMs: number | undefined;

  readonly #limits: ExchangeLimits;
  readonly #watchFor: (status: number, headers: ResponseHeaders) => Watch;
  readonly #startedAt = performance.now();
  #open: (opening: Opening) => void = () => {};
  #end: ((ending: Ending) => void) | undefined;
  #early: Ending | undefined;
  #phase: Phase = 'queued';
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #watch: Watch | undefined;
  readonly #held = new HeldFrames();
  #sink: Sink | undefined;
  /** Half a frame was passed on, because it was longer than the hold, and its end has not come. */
  #isMidFrame = false;
  #isReaderBehind = false;

  constructor(
    transport: Transport,
    request: UpstreamRequest,
    limits: ExchangeLimits,
    watchFor: (status: number, headers: ResponseHeaders) => Watch,
  ) {
    this.#limits = limits;
    this.#watchFor = watchFor;
    this.opening = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#timer = setTimeout(() => this.#fail('first-output-timeout'), limits.firstOutputMs);
    transport.dispatch(request, this);
  }

  /** Passes the held bytes and all that follow to `sink`, as fast as it takes them. Once, after `open`. */
  relay(sink: Sink): Promise<Ending> {
    return new Promise((resolve) => {
      if (this.#early !== undefined) {
        const held = this.#early.kind === 'ended' ? this.#held.takeAll() : this.#held.takeWhole();
        if (held.length > 0) sink.write(held);
        resolve(this.#early);
        return;
      }
      this.#end = resolve;
      this.#sink = sink;
      this.#phase = 'relaying';
      this.#timer = setTimeout(() => this.#fail('idle-timeout'), this.#limits.idleMs);
      this.#controller?.resume();
      this.#passHeld(sink);
    });
  }

  /** What is held of an open answer that nobody relays yet: its beginning. */
  get held(): Buffer {
    return this.#held.bytes;
  }

  /** Whether what was passed on ends in the middle of a frame: one that was longer than the hold. */
  get isMidFrame(): boolean {
    return this.#isMidFrame;
  }

  /** Nobody wants the answer any more. Nobody is to blame. */
  cancel(): void {
    this.#finish({ kind: 'cancelled' });
    this.#abort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#phase === 'over') this.#abort();
    else this.#phase = 'sent';
  }

  /** The wait for an answer begins with the last byte of the request: a client may take its time to send it. */
  onBodySent(): void {
    if (this.#phase === 'sent') this.#timer?.refresh();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200 || this.#phase === 'over') return;
    this.#phase = 'answering';
    this.#status = status;
    this.#headers = headers;
    this.#watch = this.#watchFor(status, headers);
  }

  onRequestUpgrade(
    _: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    socket: Duplex,
  ): void {
    if (this.#phase === 'over') socket.destroy();
    else this.#settle({ kind: 'upgraded', status, headers, socket });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const watch = this.#watch;
    if (watch === undefined || this.#phase === 'over') return;
    const boundary = watch.read(chunk);
    if (this.#sink !== undefined) {
      this.#timer?.refresh();
      if (boundary === chunk.length && this.#held.length === 0) {
        this.#isMidFrame = false;
        this.#pass(chunk, this.#sink);
      } else {
        this.#hold(chunk, boundary);
        this.#passHeld(this.#sink);
      }
      return;
    }
    this.#hold(chunk, boundary);
    const isFull = this.#held.length > this.#limits.holdBytes;
    if (this.#phase === 'answering') {
      if (watch.error !== undefined) {
        this.#settleWhole(watch);
        this.#abort();
        return;
      }
      if (watch.output || isFull) this.#openGate(watch);
    }
    if (isFull) controller.pause();
  }

  onResponseEnd(): void {
    const watch = this.#watch;
    if (watch === undefined || this.#phase === 'over') return;
    const isTailWhole = watch.end();
    // An error that came instead of an answer is told with all of its body.
    if (!isTailWhole && (this.#phase !== 'answering' || watch.error === undefined)) this.#held.dropTail();
    if (this.#phase === 'answering') {
      this.#settleWhole(watch);
      return;
    }
    if (this.#sink !== undefined && this.#held.length > 0) this.#sink.write(this.#held.takeAll());
    this.#finish({ kind: 'ended' });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#phase !== 'over') this.#finish(this.#fault(faultDetail(error)));
  }

  #openGate(watch: Watch): void {
    clearTimeout(this.#timer);
    this.#phase = 'open';
    this.firstOutputMs = performance.now() - this.#startedAt;
    this.#open({ kind: 'open', status: this.#status, headers: this.#headers, watch });
  }

  #hold(chunk: Buffer, boundary: number): void {
    this.#held.push(chunk, boundary);
    if (boundary > 0) this.#isMidFrame = false;
  }

  /** Keeps back a frame that is not whole, up to the hold: a stream that breaks must not end in half a frame. */
  #passHeld(sink: Sink): void {
    const isTooLong = this.#held.tailLength > this.#limits.holdBytes;
    // No frame ended: a long one that comes in small pieces is put together once, not at each of them.
    if (this.#held.tailLength === this.#held.length && !isTooLong) return;
    if (isTooLong) this.#isMidFrame = true;
    const held = isTooLong ? this.#held.takeAll() : this.#held.takeWhole();
    if (held.length > 0) this.#pass(held, sink);
  }

  #pass(chunk: Buffer, sink: Sink): void {
    // One more piece may be under way when the provider is told to pause.
    if (sink.write(chunk) || this.#isReaderBehind) return;
    this.#isReaderBehind = true;
    this.#controller?.pause();
    clearTimeout(this.#timer);
    // The reader's delay is not the provider's: its clock stands still until the reader is back.
    this.#timer = setTimeout(() => this.cancel(), this.#limits.stallMs);
    sink.onDrain(() => {
      if (this.#phase !== 'relaying') return;
      this.#isReaderBehind = false;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#fail('idle-timeout'), this.#limits.idleMs);
      this.#controller?.resume();
    });
  }

  #fail(detail: string): void {
    this.#finish(this.#fault(this.#phase === 'queued' ? 'connect-timeout' : detail));
    this.#abort();
  }

  #fault(detail: string): Fault {
    const fault = FAULT_OF[this.#phase];
    return { kind: 'fault', fault, detail, ...(this.#status > 0 && { status: this.#status }) };
  }

  #finish(ending: Ending): void {
    if (this.#phase === 'over') return;
    const wasOpen = this.#phase === 'open' || this.#phase === 'relaying';
    if (!wasOpen && ending.kind !== 'ended') {
      this.#settle(ending);
      return;
    }
    clearTimeout(this.#timer);
    this.#phase = 'over';
    this.#early = ending;
    this.#end?.(ending);
  }

  #settleWhole(watch: Watch): void {
    this.#settle({
      kind: 'whole',
      status: this.#status,
      headers: this.#headers,
      body: this.#held.takeAll(),
      watch,
    });
  }

  #settle(opening: Opening): void {
    clearTimeout(this.#timer);
    this.#phase = 'over';
    this.firstOutputMs = performance.now() - this.#startedAt;
    this.#open(opening);
  }

  #abort(): void {
    this.#controller?.abort(new Error('the exchange is over'));
  }
}

const FAULT_OF: Readonly<Record<Phase, FaultKind>> = {
  queued: 'not-sent',
  sent: 'maybe-sent',
  answering: 'no-output',
  open: 'broken',
  relaying: 'broken',
  over: 'broken',
};
