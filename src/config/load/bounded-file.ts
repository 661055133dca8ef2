import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from '../schema/notations.ts';
import type { FileText } from './read-files.ts';

/** For what is written into a pipe, from one piece to the next. Milliseconds. */
const PIPE_WAIT_MS = 10_000;
/** Between two looks into a pipe. Milliseconds. */
const PIPE_LOOK_MS = 20;

const PIECE_BYTES = 64 * 1024;

/**
 * The text of a file of bounded size. It may come through a pipe, whose writer is waited for, but not for ever: nobody can
 * take back what opens a pipe and waits. Never rejects; what was expected quotes nothing.
 * @param pipeWaitMs - from one piece of a pipe to the next
 */
export async function readBoundedFile(
  path: string,
  maxBytes: number,
  pipeWaitMs = PIPE_WAIT_MS,
): Promise<FileText> {
  try {
    // Not blocking: a file system that has to wait would hold a thread that others wait for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const isPipe = (await file.stat()).isFIFO();
    const pieces: Buffer[] = [];
    let size = 0;
    for (;;) {
      const piece = isPipe ? await readPipe(file, size > 0, pipeWaitMs) : await readPiece(file);
      if (piece === undefined)
        return { ok: false, expected: `a pipe that is written into within ${pipeWaitMs / 1000} s` };
      if (piece.length === 0) break;
      size += piece.length;
      if (size > maxBytes) return { ok: false, expected: `a file of at most ${formatBytes(maxBytes)}` };
      pieces.push(piece);
    }
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const isNoText = code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    if (code === 'ENOENT') return { ok: false, expected: 'a file that exists' };
    return { ok: false, expected: isNoText ? 'a file of UTF-8 text' : `a file that can be read (${code})` };
  }
}

/** What comes next; empty at the end. */
async function readPiece(file: FileHandle): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES);
  return buffer.subarray(0, bytesRead);
}

/** The same of a pipe. @param hasBegun - before, the end means that nobody writes yet. @returns undefined where nothing comes */
async function readPipe(file: FileHandle, hasBegun: boolean, waitMs: number): Promise<Buffer | undefined> {
  for (let waited = 0; waited < waitMs; waited += PIPE_LOOK_MS) {
    const piece = await readPiece(file).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
      throw error;
    });
    if (piece !== undefined && (piece.length > 0 || hasBegun)) return piece;
    await sleep(PIPE_LOOK_MS);
  }
  return undefined;
}
