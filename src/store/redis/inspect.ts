import { ErrorReply } from '@redis/client';
import { StoreError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { runScript, scripts } from './script.ts';
import { headOf } from './shard.ts';

/** Version of the layout of our Redis keys, as compare-and-set.lua writes it. */
const LAYOUT = 1;

/**
 * Checks that the state is ours to use. Changes nothing.
 * @throws StoreError where another application, or a newer Sparekey, wrote it
 */
export async function inspect(url: string, tags: readonly string[], connection: Connection): Promise<void> {
  for (const tag of tags) {
    const head = headOf(tag);
    const layout = await runScript(connection, scripts.layout, [head], []);
    if (layout === 0 || layout === LAYOUT) continue;
    if (layout === -1) {
      throw new StoreError('store_not_sparekey', `${url} holds something else under ${head}`);
    }
    const message = `${url} has layout ${String(layout)}, this Sparekey knows ${LAYOUT}`;
    throw new StoreError('store_newer_version', message);
  }
}

/** Replies of a server that denies access: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
const DENIED_REPLY = /^(?:WRONGPASS|NOAUTH|NOPERM|ERR (?:AUTH|invalid password|DB index))\b/i;
/** Codes of Node.js for certificates that do not match, and for files that cannot be read. */
const BAD_CONFIGURATION_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ENOENT$|EACCES$|EISDIR$)/;

/** Whether an error of connecting will not go away by itself: the configuration is wrong. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof StoreError) return error.code !== 'store_away' && error.code !== 'store_timeout';
  if (error instanceof ErrorReply) return DENIED_REPLY.test(error.message);
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isPermanent);
  return error instanceof Error && 'code' in error && BAD_CONFIGURATION_CODE.test(String(error.code));
}

/** What to look at, by how a server's reply begins. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^(?:WRONGPASS|NOAUTH|ERR (?:AUTH|invalid password))\b/i, 'look at user and password in `state`'],
  [/^NOPERM\b/, 'the user needs the commands and keys that docs/CONFIGURATION.md names'],
  [/^READONLY\b/, 'it is a replica: `state` has to lead to the master'],
  [/^OOM\b/, 'its `maxmemory` is used up'],
  [/^MISCONF\b/, 'it cannot write to its disk'],
];

/** Why a server cannot be used, in a line, with what to look at where that is known. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where several addresses were tried there is a code and no message.
  const [line = ''] = (error.message === '' && 'code' in error ? String(error.code) : error.message).split(
    '\n',
  );
  const advice = ADVICE.find(([beginning]) => beginning.test(line))?.[1];
  return advice === undefined ? line : `${line} (${advice})`;
}
