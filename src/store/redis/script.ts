import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ErrorReply } from '@redis/client';
import type { Connection } from './connection.ts';

/** A script that the server runs atomically. */
export interface Script {
  readonly text: string;
  /** Its name at the server, once that has seen the text. */
  readonly sha1: string;
}

function load(name: string): Script {
  const text = readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8');
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/** Each file documents its inputs, its outputs and what it promises. */
export const scripts = {
  layout: load('layout'),
  compareAndSet: load('compare-and-set'),
  changes: load('changes'),
  acquireLease: load('acquire-lease'),
  renewLease: load('renew-lease'),
  time: load('time'),
} as const;

/** Runs one script on keys of one slot. */
export type RunScript = (script: Script, keys: string[], args: string[]) => Promise<unknown>;

/** Servers forget scripts at a restart, a failover and `SCRIPT FLUSH`; then the text is sent again. */
export async function runScript(
  connection: Connection,
  { text, sha1 }: Script,
  keys: string[],
  args: string[],
): Promise<unknown> {
  const call = { keys, arguments: args };
  try {
    return await connection.evalSha(sha1, call);
  } catch (error) {
    if (error instanceof ErrorReply && error.message.startsWith('NOSCRIPT'))
      return connection.eval(text, call);
    throw error;
  }
}
