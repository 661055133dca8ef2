import { accessSync, constants, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

/**
 * What keeps this process from a database's file, or from the folder in which SQLite puts its log: permission bits and
 * owner, and who this process is, or a read-only file system. Empty where nothing does.
 */
export function deniedAccess(file: string): string {
  let place = file;
  // A folder that may not be entered hides what is in it.
  while (statusOf(place) === undefined && place !== dirname(place)) place = dirname(place);
  const places = place === file ? [file, dirname(file)] : [place];
  return places.map(denial).find((text) => text !== '') ?? '';
}

function denial(place: string): string {
  const status = statusOf(place);
  if (status === undefined) return '';
  try {
    accessSync(place, constants.R_OK | constants.W_OK | (status.isDirectory() ? constants.X_OK : 0));
    return '';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EROFS')
      return `${place} is on a read-only file system`;
  }
  const bits = (status.mode & 0o7777).toString(8).padStart(4, '0');
  return `${place} has permission bits ${bits} and belongs to user ${status.uid}, Sparekey runs as ${runningUser()}`;
}

function statusOf(place: string): Stats | undefined {
  try {
    return statSync(place);
  } catch {
    return undefined;
  }
}

/** With its name where the system knows one: containers often run as a bare number. */
function runningUser(): string {
  const uid = process.getuid?.() ?? -1;
  try {
    return `user ${uid} (${userInfo().username})`;
  } catch {
    return `user ${uid}`;
  }
}
