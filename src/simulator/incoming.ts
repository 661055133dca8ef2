import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Operation } from './behaviour.ts';
import { isObject, parseJson, stringOf, type JsonObject } from './surface/json.ts';
import { parseForm, type Form } from './surface/multipart.ts';
import { operationOf } from './surface/surface.ts';

/** What a request's first line and headers tell. */
export interface Head {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly path: string;
  /** What comes after `/v1/`, split at slashes and decoded; empty for any other path. */
  readonly steps: readonly string[];
  readonly operation: Operation;
  /** The credential; empty where there is none. */
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
}

/** What a request's body tells. */
export interface Content {
  /** The body where it is a JSON object. */
  readonly json: JsonObject | undefined;
  /** The body where it is `multipart/form-data`. */
  readonly form: Form | undefined;
  /** From the path, the JSON or the form. */
  readonly model: string | undefined;
}

const BASE = '/v1/';

/** Reads the head of a request. */
export function headOf({ method = 'GET', url = '/', headers }: IncomingMessage): Head {
  const path = url.split('?', 1)[0] ?? '/';
  const steps = path.startsWith(BASE) ? path.slice(BASE.length).split('/').map(decodeStep) : [];
  return { method, url, path, steps, operation: operationOf(steps), key: credentialOf(headers), headers };
}

/** Reads the body of a request. */
export function contentOf({ steps, headers }: Head, body: Buffer): Content {
  const form = parseForm(headers['content-type'] ?? '', body);
  const value = form === undefined ? parseJson(body) : undefined;
  const json = isObject(value) ? value : undefined;
  const inPath = steps[0] === 'models' && steps.length > 1 ? steps.slice(1).join('/') : undefined;
  return { json, form, model: inPath ?? stringOf(json?.['model']) ?? form?.fields.get('model') };
}

/** One step of a path without its escapes; as it is where they are malformed. */
export function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch (error) {
    if (error instanceof URIError) return step;
    throw error;
  }
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

function credentialOf(headers: IncomingHttpHeaders): string {
  const bearer = /^Bearer +(\S+)$/iu.exec(headers.authorization ?? '')?.[1];
  return bearer ?? stringOf(headers['x-api-key']) ?? stringOf(headers['api-key']) ?? '';
}
