import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ImportFailure } from './plan.ts';

/** The bound of a text file. A database may be larger. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

const SQLITE_MAGIC = 'SQLite format 3\0';

/** A file to import from: a database, or text. */
export type SourceFile =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'text'; readonly path: string; readonly text: string };

/** @throws ImportFailure where it cannot be read, is empty, too large or no text */
export async function readSource(path: string): Promise<SourceFile> {
  // Not blocking: whoever opens a pipe else waits for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new ImportFailure(`${path} cannot be read (${codeOf(error)}).`);
  });
  try {
    const found = await file.stat();
    if (!found.isFile() && !found.isDirectory()) throw new ImportFailure(`${path} is no regular file.`);
    const { size } = found;
    const magic = await file.read(Buffer.alloc(SQLITE_MAGIC.length), 0, SQLITE_MAGIC.length, 0);
    if (magic.bytesRead === 0) throw new ImportFailure(`${path} is empty.`);
    if (magic.buffer.toString('latin1') === SQLITE_MAGIC) return { kind: 'sqlite', path };
    if (size > MAX_TEXT_BYTES)
      throw new ImportFailure(
        `${path} is larger than ${MAX_TEXT_BYTES / 1024 ** 2} MiB, and no SQLite database.`,
      );
    const text = decodeText(await file.readFile(), path);
    if (text.trim() === '') throw new ImportFailure(`${path} is empty.`);
    return { kind: 'text', path, text };
  } catch (error) {
    if (error instanceof ImportFailure) throw error;
    throw new ImportFailure(`${path} cannot be read (${codeOf(error)}).`);
  } finally {
    await file.close();
  }
}

function decodeText(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ImportFailure(`${path} is neither UTF-8 text nor an SQLite database.`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
