import { userInfo } from 'node:os';

/**
 * Why a file or folder may not be used, for people: `has permission bits 0440 and belongs to user 0, group 0, Sparekey runs as user
 * 65534 (nobody)`.
 */
export function permissionText({ mode, uid, gid }: Owned): string {
  const bits = (mode & 0o7777).toString(8).padStart(4, '0');
  return `has permission bits ${bits} and belongs to user ${uid}, group ${gid}, Sparekey runs as ${runningUser()}`;
}

/** What a file system says of a file. */
interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Whom this process acts as, with the name where the system knows one: containers often run as a bare number. */
export function runningUser(): string {
  const uid = process.geteuid?.();
  try {
    const { username } = userInfo();
    return uid === undefined ? username : `user ${uid} (${username})`;
  } catch {
    return `user ${uid}`;
  }
}
