import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { adminErrors } from './errors.ts';
import type { AdminErrorCode } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

const COMMON: Headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Items of a list that are serialised, or passed over, at once, before the event loop runs. */
const BATCH = 200;

/** Answers with one small value. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  respond(response, status, value, {});
}

/** Answers with an error of the table. */
export function answerError(response: ServerResponse, code: AdminErrorCode, headers: Headers = {}): void {
  const { status, message } = adminErrors[code];
  respond(response, status, { error: { code, message } }, headers);
}

/**
 * Answers with `{"NAME":[…]}` in pieces, with backpressure: a list of a hundred thousand neither fills the memory nor
 * delays other requests. Items that are undefined are left out. Resolves when it is sent, or the client is gone.
 */
export async function answerList(
  response: ServerResponse,
  name: string,
  items: Iterable<unknown>,
): Promise<void> {
  response.writeHead(200, COMMON);
  try {
    await pipeline(Readable.from(pieces(name, items)), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

async function* pieces(name: string, items: Iterable<unknown>): AsyncGenerator<string> {
  let text = `{${JSON.stringify(name)}:[`;
  let seen = 0;
  let separator = '';
  for (const item of items) {
    if (item !== undefined) {
      text += `${separator}${JSON.stringify(item)}`;
      separator = ',';
    }
    seen += 1;
    if (seen % BATCH !== 0) continue;
    if (text !== '') yield text;
    text = '';
    await setImmediate();
  }
  yield `${text}]}`;
}

function respond(response: ServerResponse, status: number, value: unknown, headers: Headers): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { ...COMMON, ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
