import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { requestTarget, type RequestTarget } from './request-target.ts';
import { isObject, parseJson, stringOf, type JsonObject } from './surface/json.ts';
import { parseForm, type Form } from './surface/multipart.ts';

/** The first line and the headers of a request. */
export interface Head extends RequestTarget {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The credential, the id of it where requests are signed; empty where there is none. */
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
}

/** The body of a request. */
export interface Content {
  /** The body where it is a JSON object. */
  readonly json: JsonObject | undefined;
  /** The body where it is `multipart/form-data`. */
  readonly form: Form | undefined;
  /** From the path, the JSON or the form. */
  readonly model: string | undefined;
}

/** Reads the head of a request. */
export function headOf({ method = 'GET', url = '/', headers }: IncomingMessage): Head {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at));
  const key = credentialOf(headers, query);
  return { ...requestTarget(path, headers), method, url, path, query, key, headers };
}

/** Reads the body of a request. */
export function contentOf({ model, headers }: Head, body: Buffer): Content {
  const form = parseForm(headers['content-type'] ?? '', body);
  const value = form === undefined ? parseJson(body) : undefined;
  const json = isObject(value) ? value : undefined;
  return { json, form, model: model ?? stringOf(json?.['model']) ?? form?.fields.get('model') };
}

/**
 * Reads a whole body.
 * @returns `too-large` as soon as it is over the limit; `gone` where the client left before its end
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      resolve('too-large');
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    const gone = (): void => {
      resolve('gone');
    };
    // An error here is the client's connection breaking off: the same as its closing.
    request.once('error', gone).once('close', gone);
  });
}

function credentialOf(headers: IncomingHttpHeaders, query: URLSearchParams): string {
  const { authorization = '' } = headers;
  const token = /^Bearer +(\S+)$/iu.exec(authorization)?.[1] ?? SIGNED_BY.exec(authorization)?.[1];
  if (token !== undefined) return token;
  for (const name of KEY_HEADERS) {
    const value = stringOf(headers[name]);
    if (value !== undefined) return value;
  }
  return query.get('key') ?? '';
}

const KEY_HEADERS = ['x-api-key', 'api-key', 'x-goog-api-key'];

/** AWS Signature Version 4: the id of the access key is all of it that is sent. */
const SIGNED_BY = /^AWS4-HMAC-SHA256 +Credential=([^/\s]+)\//u;
