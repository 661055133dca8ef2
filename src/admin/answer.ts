import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { adminErrors } from './errors.ts';
import type { AdminErrorCode } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

/** What an error has beside its place in the table. */
interface ErrorDetails {
  readonly headers?: Headers;
  /** A sentence behind its message. */
  readonly more?: string;
}

const COMMON: Headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Keys that are serialised, or passed over, at once, before the event loop runs. */
const BATCH = 200;

/** Answers with one small value. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  respond(response, status, value, {});
}

/** Answers with an error of the table. */
export function answerError(
  response: ServerResponse,
  code: AdminErrorCode,
  { headers = {}, more }: ErrorDetails = {},
): void {
  const { status, message } = adminErrors[code];
  const whole = more === undefined ? message : `${message} ${more}`;
  respond(response, status, { error: { code, message: whole } }, headers);
}

/**
 * Answers with `{"keys":[…]}` in pieces, with backpressure: a list of a hundred thousand neither fills the memory nor
 * delays other requests. Those that are undefined are left out. Resolves when it is sent, or the client is gone.
 * @param isFiltered - `"of":N` behind it says how many there are with those that were left out
 */
export async function answerKeys(
  response: ServerResponse,
  keys: Iterable<unknown>,
  isFiltered: boolean,
): Promise<void> {
  response.writeHead(200, COMMON);
  try {
    await pipeline(Readable.from(pieces(keys, isFiltered)), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

async function* pieces(keys: Iterable<unknown>, isFiltered: boolean): AsyncGenerator<string> {
  let text = '{"keys":[';
  let seen = 0;
  let separator = '';
  for (const key of keys) {
    if (key !== undefined) {
      text += `${separator}${JSON.stringify(key)}`;
      separator = ',';
    }
    seen += 1;
    if (seen % BATCH !== 0) continue;
    if (text !== '') yield text;
    text = '';
    await setImmediate();
  }
  yield `${text}]${isFiltered ? `,"of":${seen}` : ''}}`;
}

function respond(response: ServerResponse, status: number, value: unknown, headers: Headers): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { ...COMMON, ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
