import type { Credential } from '../../catalog/row.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Dialect, Family, Operation } from '../../dialects/operations/operation.ts';
import type { Key } from '../../keys/key.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import type { ProviderAdapter } from '../adapter.ts';
import { requestBody } from '../request/body.ts';
import { credentialHeader, requestHeaders } from '../request/headers.ts';
import { requestPath } from '../request/path.ts';
import type { PathOptions } from '../request/path.ts';

/** A vendor's API as one provider serves it. */
export interface Surface extends PathOptions {
  readonly family: Family;
  readonly credential: Credential;
  /** Sent where the client does not send them. Names in lower case. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
  /** Operations of the family that it is known not to have. */
  readonly lacks?: (operation: Operation) => boolean;
}

/** An adapter that has nothing to wait for. */
export interface PlainAdapter extends ProviderAdapter {
  readonly build: (call: Call, key: Key | undefined, model: string | undefined) => UpstreamRequest;
  readonly authorize: (request: UpstreamRequest, key: Key | undefined, call: Call) => UpstreamRequest;
}

/** A request with a credential in a header: the key's, or else the client's own. */
export function withCredential(
  request: UpstreamRequest,
  credential: Credential,
  key: Key | undefined,
  call: Call,
): UpstreamRequest {
  const secret = key?.secret ?? call.credential;
  if (secret === undefined) return request;
  return { ...request, headers: [...request.headers, ...credentialHeader(credential, secret)] };
}

/** An adapter for providers whose credential is a header and which have the APIs of some vendors as they are. */
export function plainAdapter(
  origin: string,
  native: Dialect,
  surfaces: readonly [Surface, ...Surface[]],
): PlainAdapter {
  const [{ credential }] = surfaces;
  const surfaceFor = (operation: Operation): Surface | undefined => {
    if (operation.isTranslated) return undefined;
    const family = familyOf(operation.dialect);
    return surfaces.find((each) => each.family === family && each.lacks?.(operation) !== true);
  };
  return {
    origin,
    native,
    supports: (operation) => surfaceFor(operation) !== undefined,
    authorize: (request, key, call) => withCredential(request, credential, key, call),
    build: (call, key, model) => {
      const { target } = call;
      const { operation } = target;
      const surface = surfaceFor(operation);
      if (surface === undefined) throw new TypeError(`an unsupported operation: ${operation.name}`);
      const { body, length } = requestBody(call, model);
      const headers = requestHeaders(call, { defaults: surface.defaultHeaders, length });
      const request: UpstreamRequest = {
        method: operation.method,
        path: requestPath(surface, target, model),
        headers,
        body,
        ...(operation.upgrades && { upgrade: 'websocket' }),
      };
      return withCredential(request, surface.credential, key, call);
    },
  };
}
