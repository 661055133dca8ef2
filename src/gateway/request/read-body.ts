import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ChunkBuffer } from '../../base/chunk-buffer.ts';
import { mayReadMore, nextTurn } from '../../base/turns.ts';
import type { CallBody } from '../../dialects/operations/call.ts';
import { SMALL_REQUEST_BYTES } from '../memory-budget.ts';
import type { RequestMemory } from '../memory-budget.ts';

/** Bounds on a request's body. */
export interface BodyLimits {
  /** A longer one is refused. Bytes. */
  readonly maxBytes: number;
  /** A body up to this size is kept, to be sent again. Bytes. */
  readonly replayBytes: number;
  /** The longest pause between two chunks. Milliseconds. */
  readonly pauseMs: number;
}

/** What can go wrong while a body is read. */
export type BodyErrorCode = 'body_too_large' | 'gateway_overloaded' | 'request_timeout' | 'truncated_body';

/** A body; or why the request is refused. */
export type ReadBodyResult =
  | {
      readonly kind: 'read';
      readonly body: CallBody;
      /** All of it, or its beginning. */
      readonly head: Buffer;
    }
  | { readonly kind: 'refused'; readonly code: BodyErrorCode };

/** The bytes of a body that is being read, and how many of them the memory budget has admitted. */
class BodyBuffer {
  readonly #memory: RequestMemory;
  /** Preallocated for a large body whose length is known: saves the copy at its end. */
  #whole: Buffer | undefined;
  readonly #chunks = new ChunkBuffer();
  #admitted: number;
  length = 0;

  /** @param admitted - bytes that are admitted already @param isLengthKnown - whether these are all there will be */
  constructor(memory: RequestMemory, admitted: number, isLengthKnown: boolean) {
    this.#memory = memory;
    this.#admitted = admitted;
    if (isLengthKnown && admitted > SMALL_REQUEST_BYTES) this.#whole = Buffer.allocUnsafeSlow(admitted);
  }

  push(chunk: Buffer): void {
    // It turns out longer than announced, by the chunk that exceeds a bound.
    if (this.#whole !== undefined && this.length + chunk.length > this.#whole.length) this.#fallBack();
    if (this.#whole === undefined) this.#chunks.push(chunk);
    else chunk.copy(this.#whole, this.length);
    this.length += chunk.length;
  }

  /** Whether what has come is admitted. If not, admission is requested for twice as much each time. */
  isWithinBudget(): boolean | Promise<boolean> {
    if (this.length <= this.#admitted) return true;
    const more = Math.max(this.length - this.#admitted, this.#admitted, SMALL_REQUEST_BYTES);
    const isAdmitted = this.#memory.admit(more);
    this.#admitted += more;
    return isAdmitted;
  }

  /** All of it. What was admitted beyond that is released. */
  take(): Buffer {
    if (this.#admitted > this.length) this.#memory.release(this.#admitted - this.length);
    this.#admitted = this.length;
    if (this.#whole !== undefined) return this.#whole.subarray(0, this.length);
    return this.#chunks.all();
  }

  #fallBack(): void {
    if (this.#whole !== undefined) this.#chunks.push(this.#whole.subarray(0, this.length));
    this.#whole = undefined;
  }
}

/** How much of a body will be kept, by its `content-length`; 0 where it has none. Bytes. */
export function announcedBytes(
  request: IncomingMessage,
  { replayBytes }: Pick<BodyLimits, 'replayBytes'>,
): number {
  return Math.min(announcedLength(request) ?? 0, replayBytes);
}

/**
 * Reads a request's body as far as it is kept. The rest of a larger one becomes a stream.
 * @param memory - has admitted `announcedBytes`; more is requested as it comes
 * @param onError - called once if that stream fails
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  memory: RequestMemory,
  onError: (code: BodyErrorCode) => void,
): Promise<ReadBodyResult> {
  return new Promise((resolve) => {
    const announced = announcedBytes(request, limits);
    const kept = new BodyBuffer(memory, announced, request.headers['content-length'] !== undefined);
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const startTimer = (): void => {
      timer = setTimeout(() => settle({ kind: 'refused', code: 'request_timeout' }), limits.pauseMs);
    };

    const settle = (result: ReadBodyResult): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onCut);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      timer?.refresh();
      kept.push(chunk);
      if (kept.length > limits.maxBytes) {
        request.pause();
        settle({ kind: 'refused', code: 'body_too_large' });
      } else if (kept.length > limits.replayBytes) {
        request.pause();
        const length = announcedLength(request);
        const head = kept.take();
        const rest = remainingBody(request, head.length, limits, onError);
        settle({ kind: 'read', head, body: { kind: 'streamed', head, rest, length } });
      } else {
        const admission = kept.isWithinBudget();
        if (admission !== true) void pauseFor(admission);
        else if (kept.length > SMALL_REQUEST_BYTES && !mayReadMore(chunk.length)) void pauseFor(aTurn());
      }
    };
    /** The client's timeout does not run while the request is paused here. */
    const pauseFor = async (admission: false | Promise<boolean>): Promise<void> => {
      request.pause();
      clearTimeout(timer);
      const isAdmitted = await admission;
      if (isOver) return;
      if (!isAdmitted) return settle({ kind: 'refused', code: 'gateway_overloaded' });
      startTimer();
      request.resume();
    };
    const onEnd = (): void => {
      const bytes = kept.take();
      settle({ kind: 'read', head: bytes, body: { kind: 'buffered', bytes } });
    };
    const onCut = (): void => settle({ kind: 'refused', code: 'truncated_body' });

    startTimer();
    request.on('data', onData).on('end', onEnd).on('close', onCut);
    // A broken connection is noticed by its close. Its error may come when nothing else listens for it.
    request.on('error', () => {});
  });
}

/** Admits what the budget has room for, once it has its turn on the event loop. */
async function aTurn(): Promise<true> {
  await nextTurn();
  return true;
}

/** The rest of a body, with the same bounds and timeout. The timeout does not run while nothing is read from it. */
function remainingBody(
  request: IncomingMessage,
  readBytes: number,
  limits: BodyLimits,
  onError: (code: BodyErrorCode) => void,
): Readable {
  let length = readBytes;
  let timer: NodeJS.Timeout | undefined;

  const rest = new Readable({
    read: () => {
      timer ??= setTimeout(() => fail('request_timeout'), limits.pauseMs);
      request.resume();
    },
  });
  const pause = (): void => {
    clearTimeout(timer);
    timer = undefined;
    request.pause();
  };
  const detach = (): void => {
    pause();
    request.off('data', onData).off('end', onEnd).off('close', onCut);
  };
  const fail = (code: BodyErrorCode): void => {
    detach();
    onError(code);
    rest.destroy();
  };
  const onData = (chunk: Buffer): void => {
    timer?.refresh();
    length += chunk.length;
    if (length > limits.maxBytes) fail('body_too_large');
    else if (!rest.push(chunk)) pause();
  };
  const onEnd = (): void => {
    detach();
    rest.push(null);
  };
  const onCut = (): void => fail('truncated_body');

  request.on('data', onData).on('end', onEnd).on('close', onCut);
  // It is destroyed, with an error, when sending it is given up.
  rest.on('error', detach).on('close', detach);
  return rest;
}

function announcedLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}
