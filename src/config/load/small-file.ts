import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { permissionText, runningUser } from '../../base/file-permission.ts';
import { formatBytes } from '../schema/notations.ts';
import type { FileText } from './read-files.ts';

/** The bound of a file that holds one value, such as a secret or a certificate. */
const MAX_BYTES = 1024 * 1024;

/** Files that are open at once: a large pool may have one for each key. */
const OPEN_AT_ONCE = 32;

/** What each of these files holds, which are named by absolute paths. Never rejects. */
export async function readSmallFiles(paths: Iterable<string>): Promise<ReadonlyMap<string, FileText>> {
  const names = [...new Set(paths)];
  const files = new Map<string, FileText>();
  for (let at = 0; at < names.length; at += OPEN_AT_ONCE) {
    const some = names.slice(at, at + OPEN_AT_ONCE);
    for (const [path, file] of await Promise.all(some.map(readSmallFile))) files.set(path, file);
  }
  return files;
}

/** Where it cannot be used, what was expected says why, and which user may not read it, and quotes nothing of it. */
async function readSmallFile(path: string): Promise<[path: string, file: FileText]> {
  try {
    const bytes = await readRegular(path);
    if (typeof bytes === 'string')
      return [path, { ok: false, expected: `a file at ${path}, which is ${bytes}` }];
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) return [path, notText(path)];
    return text.trim() === ''
      ? [path, { ok: false, expected: `something in the file ${path}, which is empty` }]
      : [path, { ok: true, text }];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return [path, notText(path)];
    return [path, { ok: false, expected: `the file ${path}, ${await whyUnreadable(path, code)}` }];
  }
}

/** The bytes of a file, or what stands in its place. */
async function readRegular(path: string): Promise<Buffer | string> {
  // Not blocking: whoever opens a pipe else waits for its writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat();
  if (found.isDirectory()) return 'a directory';
  if (!found.isFile()) return 'no regular file';
  return found.size > MAX_BYTES ? `larger than ${formatBytes(MAX_BYTES)}` : await file.readFile();
}

function notText(path: string): FileText {
  return { ok: false, expected: `text in UTF-8 and without NUL in the file ${path}` };
}

async function whyUnreadable(path: string, code: string): Promise<string> {
  if (code === 'ENOENT') return 'which does not exist';
  if (code !== 'EACCES' && code !== 'EPERM') return `which cannot be read (${code})`;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `to which a folder on the way is closed to ${runningUser()}`;
  return `which ${permissionText(found)}`;
}
