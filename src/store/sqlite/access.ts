import { accessSync, constants, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { permissionText } from '../../base/file-permission.ts';

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
  return `${place} ${permissionText(status)}`;
}

function statusOf(place: string): Stats | undefined {
  try {
    return statSync(place);
  } catch {
    return undefined;
  }
}
