import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { CallBody } from '../../dialects/operations/call.ts';
import { ChunkBuffer } from '../../base/chunk-buffer.ts';
import { SMALL_REQUEST_BYTES } from '../memory-budget.ts';
import type { RequestMemory } from '../memory-budget.ts';

/** How much of a body is taken and kept, and how long it may take to come. */
export interface BodyLimits {
  /** Above it a request is refused. Bytes. */
  readonly maxBytes: number;
  /** Up to it a body is kept to be sent again. Bytes. */
  readonly replayBytes: number;
  /** The longest pause between two pieces of a body. Milliseconds. */
  readonly pauseMs: number;
}

/** What can be wrong with how a body comes. */
export type BodyErrorCode = 'body_too_large' | 'gateway_overloaded' | 'request_timeout' | 'truncated_body';

export type ReadBodyResult =
  | {
      readonly kind: 'read';
      readonly body: CallBody;
      /** All of it, or its beginning. */ readonly head: Buffer;
    }
  | { readonly kind: 'refused'; readonly code: BodyErrorCode };

/** A body that is being read, and the room that there is for it. */
class BodyBuffer {
  readonly #memory: RequestMemory;
  /** Where all of a large body goes that was announced: no second copy is made of it in the end. */
  #whole: Buffer | undefined;
  readonly #pieces = new ChunkBuffer();
  #room: number;
  length = 0;

  /** @param room - bytes that are counted for it already; what is `announced` is all of them */
  constructor(memory: RequestMemory, room: number, isAnnounced: boolean) {
    this.#memory = memory;
    this.#room = room;
    if (isAnnounced && room > SMALL_REQUEST_BYTES) this.#whole = Buffer.allocUnsafeSlow(room);
  }

  push(chunk: Buffer): void {
    // One that turns out larger than announced, by the piece in which it passes a bound.
    if (this.#whole !== undefined && this.length + chunk.length > this.#whole.length) this.#fallBack();
    if (this.#whole === undefined) this.#pieces.push(chunk);
    else chunk.copy(this.#whole, this.length);
    this.length += chunk.length;
  }

  /** Whether what has come has room. Where there was none, more is asked for: twice as much each time. */
  hasRoom(): boolean | Promise<boolean> {
    if (this.length <= this.#room) return true;
    const more = Math.max(this.length - this.#room, this.#room, SMALL_REQUEST_BYTES);
    const admitted = this.#memory.admit(more);
    this.#room += more;
    return admitted;
  }

  /** All of it. Room that it did not need is given back. */
  take(): Buffer {
    if (this.#room > this.length) this.#memory.release(this.#room - this.length);
    this.#room = this.length;
    if (this.#whole !== undefined) return this.#whole.subarray(0, this.length);
    return this.#pieces.all();
  }

  #fallBack(): void {
    if (this.#whole !== undefined) this.#pieces.push(this.#whole.subarray(0, this.length));
    this.#whole = undefined;
  }
}

/** How much of a body will be kept, as far as its head tells; 0 where it tells nothing. Bytes. */
export function announcedBytes(
  request: IncomingMessage,
  { replayBytes }: Pick<BodyLimits, 'replayBytes'>,
): number {
  return Math.min(announcedLength(request) ?? 0, replayBytes);
}

/**
 * Reads a request's body as far as it is kept. Of a larger one the rest is handed on as it comes; what goes
 * wrong with that is told to `onTrouble`, once.
 * @param memory - in which there is room for what was announced; for more it is asked as it comes
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  memory: RequestMemory,
  onError: (code: BodyErrorCode) => void,
): Promise<ReadBodyResult> {
  return new Promise((resolve) => {
    const room = announcedBytes(request, limits);
    const kept = new BodyBuffer(memory, room, request.headers['content-length'] !== undefined);
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const startClock = (): void => {
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
        settle({ kind: 'read', head, body: { kind: 'passing', head, rest, length } });
      } else {
        const hasRoom = kept.hasRoom();
        if (hasRoom !== true) void waitForRoom(hasRoom);
      }
    };
    /** The client's pause is none while it is us who do not read. */
    const waitForRoom = async (hasRoom: false | Promise<boolean>): Promise<void> => {
      request.pause();
      clearTimeout(timer);
      const isAdmitted = await hasRoom;
      if (isOver) return;
      if (!isAdmitted) return settle({ kind: 'refused', code: 'gateway_overloaded' });
      startClock();
      request.resume();
    };
    const onEnd = (): void => {
      const bytes = kept.take();
      settle({ kind: 'read', head: bytes, body: { kind: 'kept', bytes } });
    };
    const onCut = (): void => settle({ kind: 'refused', code: 'truncated_body' });

    startClock();
    request.on('data', onData).on('end', onEnd).on('close', onCut);
    // A connection that breaks is seen as its close. Nobody may be listening any more when its error comes.
    request.on('error', () => {});
  });
}

/** What comes after the part that was read, bounded and timed like it. While nobody reads, no time runs. */
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
  const leave = (): void => {
    pause();
    request.off('data', onData).off('end', onEnd).off('close', onCut);
  };
  const fail = (code: BodyErrorCode): void => {
    leave();
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
    leave();
    rest.push(null);
  };
  const onCut = (): void => fail('truncated_body');

  request.on('data', onData).on('end', onEnd).on('close', onCut);
  // Whoever sends it on ends it with an error of its own when the sending is given up.
  rest.on('error', leave).on('close', leave);
  return rest;
}

function announcedLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}
