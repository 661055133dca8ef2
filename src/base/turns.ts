/*
 * Long work on the event loop is done in steps, and the steps of all requests take turns: however many are under way, one is
 * done in each round of the loop. `setImmediate` alone would run all of them in one.
 */

/** Bytes that are copied in one step: some milliseconds where the memory is new. */
export const COPY_STEP_BYTES = 2 * 1024 * 1024;

const waiting: (() => void)[] = [];

/** Resolves in a later round of the event loop, in which nobody else who waits here goes on. First come, first served. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(takeTurn);
  });
}

function takeTurn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(takeTurn);
}

/**
 * Bytes of large bodies that are read in one round of the loop, of all together: some ten milliseconds. A socket alone has up to
 * 2 MiB read at once, and twenty of them 40 MiB.
 */
const READ_ROUND_BYTES = 4 * 1024 * 1024;

let readInRound = 0;

/** Counts what was read of a large body. @returns whether more may be read in this round of the event loop */
export function mayReadMore(readBytes: number): boolean {
  if (readInRound === 0) setImmediate(endRound);
  readInRound += readBytes;
  return readInRound < READ_ROUND_BYTES;
}

function endRound(): void {
  readInRound = 0;
}

/** A copy of bytes in memory of its own, made in steps. */
export async function copyInSteps(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const copy = new Uint8Array(bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += COPY_STEP_BYTES) {
    if (at > 0) await nextTurn();
    copy.set(bytes.subarray(at, at + COPY_STEP_BYTES), at);
  }
  return copy;
}
