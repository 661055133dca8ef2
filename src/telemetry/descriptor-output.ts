import { write, writeSync } from 'node:fs';
import type { Output } from './output.ts';

/** Lines that were not written. */
export interface DroppedLines {
  readonly lines: number;
  /** From the first of them until writing was possible again. Milliseconds. */
  readonly forMs: number;
  /** Why it was not possible: the system's code, such as `ENOSPC`; `EAGAIN` where the reader did not read. */
  readonly code: string;
}

/** How to write lines. */
export interface DescriptorOutputOptions {
  /** Each line is written at once, for a terminal; otherwise in batches. */
  readonly eager: boolean;
  /** Called once after lines were dropped, when writing is possible again. It writes a line that says so. */
  readonly onDropped: (dropped: DroppedLines) => void;
}

/** Lines are batched into writes of about this size. Characters. */
const BATCH_LENGTH = 4096;
/** No line waits longer. Milliseconds. */
const MAX_WAIT_MS = 100;
/** Held where the reader does not read; later lines are dropped until less than half is. Characters or bytes. */
const MAX_HELD = 16 * 1024 * 1024;
/** Between two tries to write to a reader that does not read: from the first, doubling, to the last. Milliseconds. */
const FIRST_PAUSE_MS = 1;
const LAST_PAUSE_MS = 100;
/** Between two tries after an error. Milliseconds. */
const RETRY_MS = 1_000;
/** How long a flush waits for a reader that does not read. Milliseconds. */
const FLUSH_TIMEOUT_MS = 2_000;
/** How long the end of the process waits for such a reader to read anything. Milliseconds. */
const LAST_WAIT_MS = 500;
/** A write that takes longer is blocked: by a terminal that was stopped, say. Milliseconds. */
const BLOCKED_MS = 1_000;

const LINE_END = 0x0a;
const NOTHING = Buffer.alloc(0);

interface Loss {
  lines: number;
  /** By `performance.now()`. */
  readonly since: number;
  readonly code: string;
}

/**
 * Writes lines to a file descriptor by the thread pool, so that nothing waits for it: not for a slow reader, and not for
 * a disk that is full or a terminal that was closed. After an error it holds nothing: lines are counted and dropped, and
 * once a second one write is tried. A line that was written in part is completed before anything else.
 */
export class DescriptorOutput implements Output {
  readonly #fd: number;
  readonly #options: DescriptorOutputOptions;
  /** Whole lines that wait. */
  #waiting = '';
  /** What is left of the batch that is being written. */
  #batch = NOTHING;
  /** When the write began that is under way, by `performance.now()`. */
  #writingSince: number | undefined;
  /** Until the next batch, or the next try. */
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  /** The last write failed. */
  #isFailing = false;
  /** Of a line that was written in part when writing failed: the rest. */
  #torn = NOTHING;
  /** The last byte that was written ended a line. */
  #isAtLineEnd = true;
  /** Lines that nobody was told of. While there are such, more are dropped. */
  #loss: Loss | undefined;
  /** What the batch tells in its first line. */
  #told: Loss | undefined;
  #flushes: (() => void)[] = [];

  constructor(fd: number, options: DescriptorOutputOptions) {
    this.#fd = fd;
    this.#options = options;
  }

  /** A write is under way that does not end. */
  get isBlocked(): boolean {
    return this.#writingSince !== undefined && performance.now() - this.#writingSince > BLOCKED_MS;
  }

  write(line: string): void {
    if (this.#loss === undefined && this.#held > MAX_HELD) this.#loss = newLoss('EAGAIN');
    if (this.#loss !== undefined) {
      this.#loss.lines += countLines(line);
      return;
    }
    this.#waiting += line;
    if (this.#options.eager || this.#waiting.length >= BATCH_LENGTH) this.#writeWaiting();
    else if (this.#batch.length === 0)
      this.#timer ??= setTimeout(() => this.#writeWaiting(), MAX_WAIT_MS).unref();
  }

  async flush(): Promise<void> {
    if (this.#isFailing) this.#tryAgain();
    else this.#writeWaiting();
    if (this.#writingSince === undefined && this.#held === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushes.push(resolve);
    const timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
    await promise;
    clearTimeout(timer);
  }

  /** At the end of the process: writes what waits, at once, if it can be written. */
  writeRest(): void {
    if (this.#isFailing) return;
    // A write that is under way ends by itself.
    const begun = this.#writingSince === undefined ? this.#batch : NOTHING;
    let rest = Buffer.concat([begun, Buffer.from(this.#waiting)]);
    let lastWritten = performance.now();
    const until = lastWritten + FLUSH_TIMEOUT_MS;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(this.#fd, rest));
        lastWritten = performance.now();
      } catch (error) {
        const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        // Nobody is left who could be told.
        if (!isFull || performance.now() > Math.min(until, lastWritten + LAST_WAIT_MS)) return;
        sleep(FIRST_PAUSE_MS);
      }
    }
  }

  get #held(): number {
    return this.#batch.length + this.#waiting.length;
  }

  #writeWaiting(): void {
    if (this.#batch.length > 0 || this.#waiting === '') return;
    this.#stopTimer();
    this.#batch = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#writeBatch();
  }

  #writeBatch(): void {
    this.#stopTimer();
    this.#writingSince = performance.now();
    write(this.#fd, this.#batch, (error, written) => {
      this.#writingSince = undefined;
      if (error === null) this.#wrote(written);
      else if (error.code === 'EAGAIN') this.#pause();
      else this.#failed(error.code ?? error.message);
    });
  }

  #wrote(count: number): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    if (count > 0) {
      this.#isAtLineEnd = this.#batch[count - 1] === LINE_END;
      this.#told = undefined;
    }
    this.#batch = this.#batch.subarray(count);
    if (this.#batch.length > 0) {
      this.#writeBatch();
      return;
    }
    if (this.#loss !== undefined && this.#held < MAX_HELD / 2) this.#tellLoss();
    else if (this.#waiting.length >= BATCH_LENGTH || this.#options.eager || this.#flushes.length > 0)
      this.#writeWaiting();
    else if (this.#waiting !== '') this.#timer = setTimeout(() => this.#writeWaiting(), MAX_WAIT_MS).unref();
    if (this.#held === 0) this.#endFlushes();
  }

  /** The reader is to have time to read. */
  #pause(): void {
    this.#timer = setTimeout(() => this.#writeBatch(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, LAST_PAUSE_MS);
  }

  #failed(code: string): void {
    if (this.#isAtLineEnd) this.#torn = NOTHING;
    else this.#torn = this.#batch.subarray(0, this.#batch.indexOf(LINE_END) + 1);
    const dropped =
      countLines(this.#batch.subarray(this.#torn.length).toString()) + countLines(this.#waiting);
    // Its own line is none of those that were dropped.
    this.#loss ??= this.#told === undefined ? newLoss(code) : { ...this.#told, lines: this.#told.lines - 1 };
    this.#loss.lines += dropped;
    this.#told = undefined;
    this.#batch = NOTHING;
    this.#waiting = '';
    this.#isFailing = true;
    this.#timer = setTimeout(() => this.#tryAgain(), RETRY_MS).unref();
    this.#endFlushes();
  }

  #tryAgain(): void {
    if (this.#writingSince !== undefined) return;
    this.#batch = this.#torn;
    if (this.#batch.length > 0) this.#writeBatch();
    else this.#tellLoss();
  }

  /** The line that says so shows whether writing is possible again. */
  #tellLoss(): void {
    const loss = this.#loss;
    this.#loss = undefined;
    this.#isFailing = false;
    if (loss === undefined || loss.lines === 0) return;
    this.#told = this.#waiting === '' ? loss : undefined;
    this.#options.onDropped({
      lines: loss.lines,
      forMs: Math.round(performance.now() - loss.since),
      code: loss.code,
    });
    this.#writeWaiting();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #endFlushes(): void {
    for (const end of this.#flushes.splice(0)) end();
  }
}

/** Nothing else runs at the end of the process. @param ms - milliseconds */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function newLoss(code: string): Loss {
  return { lines: 0, since: performance.now(), code };
}

function countLines(text: string): number {
  let lines = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines++;
  return lines;
}
