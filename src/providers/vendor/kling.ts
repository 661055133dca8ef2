import { SignJWT } from 'jose';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Secret } from '../../base/secret.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { endpointOf } from '../endpoint.ts';
import { plainAdapter } from '../adapters/plain.ts';
import { unusableKey } from '../adapter.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** How long a token is valid, and how far Kling's clock may be behind: app.klingai.com/global/dev/document-api. Seconds. */
const TOKEN_SECONDS = 1800;
const BEHIND_SECONDS = 5;

/**
 * Kling's tasks for images and videos. A key is a token, sent as it is, or an access key and its secret with a colon between
 * them, which sign a token for each attempt.
 */
export function openKling(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const credential = { kind: 'bearer' } as const;
  const adapter = plainAdapter(origin, 'openai-chat', [
    { family: 'vendor', basePath, credential, lacks: isUnsupported },
    { family: 'openai', basePath, credential, lacks: isUnsupported },
  ]);
  return {
    ...adapter,
    authorize: (request, key, call) =>
      key !== undefined && isPair(key.secret)
        ? withToken(request, key.secret, Date.now()).catch(unusableKey)
        : adapter.authorize(request, key, call),
    build: (call, key, model) => {
      if (key === undefined || !isPair(key.secret)) return adapter.build(call, key, model);
      const request = adapter.build(call, undefined, model);
      return request instanceof Promise
        ? request
        : withToken(request, key.secret, Date.now()).catch(unusableKey);
    },
  };
}

function isPair(secret: Secret): boolean {
  return secret.reveal().split(':').length === 2;
}

function isUnsupported({ name }: Operation): boolean {
  return !name.startsWith('kling.') && name !== 'images.generations';
}

/** @param now - milliseconds since the epoch */
async function withToken(request: UpstreamRequest, secret: Secret, now: number): Promise<UpstreamRequest> {
  const [access = '', key = ''] = secret.reveal().split(':');
  const seconds = Math.floor(now / 1000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(access)
    .setExpirationTime(seconds + TOKEN_SECONDS)
    .setNotBefore(seconds - BEHIND_SECONDS)
    .sign(new TextEncoder().encode(key));
  return { ...request, headers: [...request.headers, 'authorization', `Bearer ${token}`] };
}
