import { spliceModel } from '../../dialects/scan/body-facts.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Dialect, Family, Operation } from '../../dialects/operations/operation.ts';
import type { Target } from '../../dialects/operations/find-target.ts';
import { setInObject } from '../../dialects/scan/json-edit.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import type { Secret } from '../../base/secret.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import type { Credential } from '../../catalog/row.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** A vendor's API as one provider serves it. */
export interface Surface {
  readonly family: Family;
  /**
   * What stands before an operation's own suffix; empty, or with a leading slash and no trailing one. Where it
   * depends on the operation, `{model}` is filled in.
   */
  readonly basePath: string | ((operation: Operation) => string);
  readonly credential: Credential;
  /** Sent where the client does not send them. Names in lower case. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
  /** Added to every query: `name=value`. */
  readonly query?: string;
  /** Operations of the family that it is known not to have. */
  readonly lacks?: (operation: Operation) => boolean;
  /** Whole paths, for operations that are not at their own suffix behind `basePath`. `{model}` and an id are filled in. */
  readonly paths?: (operation: Operation) => string | undefined;
  /** Fields that the configuration puts into bodies. */
  readonly fields?: (operation: Operation, model: string | undefined) => readonly Edit[];
}

/** A wire for providers whose credential is a header and which speak some vendors' APIs as they are. */
export function plainAdapter(origin: string, native: Dialect, surfaces: readonly Surface[]): ProviderAdapter {
  const surfaceFor = (operation: Operation): Surface | undefined => {
    if (operation.isTranslated) return undefined;
    const family = familyOf(operation.dialect);
    return surfaces.find((each) => each.family === family && each.lacks?.(operation) !== true);
  };
  return {
    origin,
    native,
    supports: (operation) => surfaceFor(operation) !== undefined,
    build: (call, key, model) => {
      const surface = surfaceFor(call.target.operation);
      if (surface === undefined)
        throw new TypeError(`a call that is not taken: ${call.target.operation.name}`);
      const { body: plain, length } = bodyFor(call, model);
      const body = Buffer.isBuffer(plain)
        ? (surface.fields?.(call.target.operation, model) ?? []).reduce(setInObject, plain)
        : plain;
      return {
        method: call.target.operation.method,
        path: pathFor(surface, call.target, model),
        headers: requestHeaders(call, surface, key?.secret ?? call.credential, length),
        body,
        ...(call.target.operation.upgrades && { upgrade: 'websocket' }),
      };
    },
  };
}

/**
 * The headers of a request: what of the client's may travel on, and what is said anew.
 * @param call - without what stops here
 * @param length - of a body that is a stream, where it is known
 */
export function requestHeaders(
  call: Call,
  { credential, defaultHeaders = {} }: Pick<Surface, 'credential' | 'defaultHeaders'>,
  secret: Secret | undefined,
  length: number | undefined,
): string[] {
  const headers = [...call.headers];
  // An encoded answer could be relayed but not read, and an error in it would pass for an answer.
  headers.push('accept-encoding', 'identity');
  if (length !== undefined) headers.push('content-length', String(length));
  for (const [name, value] of Object.entries(defaultHeaders)) {
    if (!hasHeader(headers, name)) headers.push(name, value);
  }
  if (secret !== undefined) headers.push(...credentialHeader(credential, secret));
  return headers;
}

function hasHeader(headers: readonly string[], lowerName: string): boolean {
  return headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === lowerName);
}

function credentialHeader(credential: Credential, secret: Secret): [string, string] {
  switch (credential.kind) {
    case 'bearer':
      return ['authorization', `Bearer ${secret.reveal()}`];
    case 'scheme':
      return ['authorization', `${credential.scheme} ${secret.reveal()}`];
    case 'header':
      return [credential.name, secret.reveal()];
  }
}

function pathFor({ basePath, paths, query }: Surface, target: Target, model: string | undefined): string {
  const own = paths?.(target.operation);
  const base = typeof basePath === 'string' ? basePath : fillModel(basePath(target.operation), model);
  const path = own === undefined ? base + suffixOf(target, model) : fillPlaceholders(own, target, model);
  const requested = joinQuery(queryOf(target, model), query);
  return path.includes('?') && requested !== '' ? `${path}&${requested.slice(1)}` : path + requested;
}

/** The client's query, but for the model where it names one. */
function queryOf({ operation, query }: Target, model: string | undefined): string {
  if (operation.modelIn !== 'query' || model === undefined) return query;
  const parameters = new URLSearchParams(query);
  parameters.set('model', model);
  return `?${parameters.toString()}`;
}

/** What the configuration says goes before what a client says of the same, in whatever case: Azure makes no difference. */
function joinQuery(requested: string, own: string | undefined): string {
  if (own === undefined) return requested;
  const names = new Set([...new URLSearchParams(own).keys()].map((name) => name.toLowerCase()));
  const kept = requested
    .slice(1)
    .split('&')
    .filter(
      (pair) =>
        pair !== '' && ![...new URLSearchParams(pair).keys()].some((name) => names.has(name.toLowerCase())),
    );
  return `?${[...kept, own].join('&')}`;
}

/** The operation's path as the client wrote it, but for the model where the path names it. */
export function suffixOf({ operation, path, pathModel }: Target, model: string | undefined): string {
  if (pathModel === undefined || model === undefined || model === pathModel) return path;
  return fillModel(operation.pattern, model);
}

/** `{model}`, and the one id that a path may have, whatever that is called. */
function fillPlaceholders(path: string, { pathId }: Target, model: string | undefined): string {
  return fillModel(path, model).replace(/\{\w+_id\}/, () => pathId ?? '');
}

function fillModel(pattern: string, model: string | undefined): string {
  return pattern.replace('{model}', () => (model ?? '').split('/').map(encodeURIComponent).join('/'));
}

interface OutgoingBody {
  readonly body: UpstreamRequest['body'];
  /** Of a body that is a stream, where it was announced. */
  readonly length?: number;
}

/** The body as it leaves: the client's, but for the model's name. */
export function bodyFor(call: Call, model: string | undefined): OutgoingBody {
  const { body } = call;
  switch (body.kind) {
    case 'kept':
      return { body: body.bytes.length === 0 ? null : withModel(call, body.bytes, model) };
    case 'passing': {
      const head = withModel(call, body.head, model);
      body.rest.unshift(head);
      return {
        body: body.rest,
        ...(body.length !== undefined && { length: body.length + head.length - body.head.length }),
      };
    }
  }
}

/** The client's bytes, but for the one value that names the model. */
function withModel(call: Call, bytes: Buffer, model: string | undefined): Buffer {
  const { modelSpan, target } = call;
  if (modelSpan === undefined || model === undefined || model === call.model) return bytes;
  if (target.pathModel === undefined) return spliceModel(bytes, modelSpan, model);
  // Where the path names it, the body may say it again, as Gemini's clients do.
  const written: unknown = JSON.parse(bytes.toString('utf8', modelSpan.start, modelSpan.end));
  return written === `models/${target.pathModel}` ? spliceModel(bytes, modelSpan, `models/${model}`) : bytes;
}
