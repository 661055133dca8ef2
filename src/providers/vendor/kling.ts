import { SignJWT } from 'jose';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Secret } from '../../base/secret.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { endpointOf } from '../endpoint.ts';
import { plainAdapter } from '../adapters/plain.ts';
import { unusableKey } from '../adapter.ts';
import type { ProviderAdapter } from '../adapter.ts';
import { SigningClock } from '../signing-clock.ts';

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
  // A token is good from a few seconds before it was made, so that a clock may be ahead by no more.
  const signingClock = new SigningClock(BEHIND_SECONDS * 1000);
  return {
    ...adapter,
    signingClock,
    build: (call, key, model) => {
      const halves = key?.secret.reveal().split(':');
      if (key === undefined || halves?.length !== 2) return adapter.build(call, key, model);
      const request = adapter.build(call, undefined, model);
      return request instanceof Promise
        ? request
        : withToken(request, key.secret, signingClock.now()).catch(unusableKey);
    },
  };
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
  return { ...request, signedAt: now, headers: [...request.headers, 'authorization', `Bearer ${token}`] };
}
