import { AwsV4Signer } from 'aws4fetch';
import { copyInSteps } from '../../base/turns.ts';
import { bearer } from '../../catalog/row.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Secret } from '../../base/secret.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { NO_QUIRKS } from '../../translate/codec.ts';
import { endpointOf } from '../endpoint.ts';
import { editedRequest } from '../request/body-edits.ts';
import { requestPath } from '../request/path.ts';
import { MANTLE_SERVICE, mantleOrigin, mantleRequests, mantleSupports } from './bedrock-mantle.ts';
import { requestBody } from '../request/body.ts';
import { requestHeaders } from '../request/headers.ts';
import { unusableKey } from '../adapter.ts';
import { withCredential } from './plain.ts';
import { SigningClock } from '../signing-clock.ts';
import type { CredentialFailure, ProviderAdapter } from '../adapter.ts';

/** How old a signature may be: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. Milliseconds. */
const TOLERANCE_MS = 5 * 60_000;

/** The name of the service in signatures. */
const SERVICE = 'bedrock';

/**
 * Bedrock's own operations, and Anthropic's own API for clients of Anthropic where a model has it. A key is a Bedrock API key,
 * sent as it is, or an access key and its secret with a colon between them (`ACCESS:SECRET`, and `:SESSION` behind temporary
 * ones), by which each attempt is signed anew.
 */
export function openBedrock(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const region = config.awsRegion ?? regionIn(origin);
  const additional = config.bedrockAdditionalFields;
  const signingClock = new SigningClock(TOLERANCE_MS);
  const signed = (
    unsigned: UpstreamRequest,
    accessKey: AccessKey,
    service: string,
  ): Promise<UpstreamRequest | CredentialFailure> =>
    sign(unsigned, { origin, region, service, accessKey, now: signingClock.now() }).catch(unusableKey);
  const authorize: ProviderAdapter['authorize'] = (request, key, call) => {
    const accessKey = key === undefined ? undefined : parseAccessKey(key.secret);
    if (accessKey === undefined) return withCredential(request, bearer, key, call);
    return signed(request, accessKey, SERVICE);
  };
  const mantleRequest = mantleRequests(mantleOrigin(origin), basePath);
  return {
    origin,
    native: 'bedrock-converse',
    signingClock,
    quirks: {
      ...NO_QUIRKS,
      promptCache: {
        positions: config.bedrockPromptCachePointPositions ?? ['systemPrompt'],
        ...(config.promptCacheRetention !== undefined && { retention: config.promptCacheRetention }),
      },
    },
    supports: (operation, model = '') =>
      familyOf(operation.dialect) === 'bedrock' || mantleSupports(operation, model),
    authorize,
    build: (call, key, model) => {
      if (familyOf(call.target.operation.dialect) === 'anthropic') {
        const accessKey = key === undefined ? undefined : parseAccessKey(key.secret);
        if (accessKey === undefined) return mantleRequest(call, key, model);
        return signed(mantleRequest(call, undefined, model), accessKey, MANTLE_SERVICE);
      }
      const request = unsignedRequest(call, model, basePath, additional);
      return request instanceof Promise
        ? request.then((unsigned) => authorize(unsigned, key, call))
        : authorize(request, key, call);
    },
  };
}

/** AWS credentials; temporary ones have a session token. */
interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** `ACCESS:SECRET` or `ACCESS:SECRET:SESSION`; undefined for a Bedrock API key, which has no colon. */
function parseAccessKey(secret: Secret): AccessKey | undefined {
  const [accessKeyId = '', secretAccessKey, ...session] = secret.reveal().split(':');
  if (secretAccessKey === undefined) return undefined;
  const sessionToken = session.join(':');
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
}

/** The region in the host's name; `us-east-1` where it has none, as behind a private endpoint. */
function regionIn(origin: string): string {
  return /bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(origin)?.[1] ?? 'us-east-1';
}

function unsignedRequest(
  call: Call,
  model: string | undefined,
  basePath: string,
  additional: ProviderConfig['bedrockAdditionalFields'],
): UpstreamRequest | Promise<UpstreamRequest> {
  const { operation, path, query } = call.target;
  const request = {
    method: operation.method,
    // What was translated has its path: tokens are counted for the model that an inference profile stands for.
    path:
      call.isTranslated === true ? basePath + path + query : requestPath({ basePath }, call.target, model),
    headers: requestHeaders(call),
    body: requestBody(call, model).body,
  };
  const isConverse = operation.name.startsWith('bedrock.converse');
  return isConverse && additional !== undefined
    ? editedRequest(request, { edits: fieldEdits(additional) }, call)
    : request;
}

/** Adds the configured fields to those of the request, such as its thinking budget; configured ones win. */
function fieldEdits(additional: NonNullable<ProviderConfig['bedrockAdditionalFields']>): Edit[] {
  return Object.entries(additional).map(([name, value]) => ({
    path: ['additionalModelRequestFields', name],
    json: JSON.stringify(value),
    overwrites: true,
  }));
}

interface Signing {
  /** Of requests that name no other. */
  readonly origin: string;
  readonly region: string;
  readonly service: string;
  readonly accessKey: AccessKey;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Signs the exact bytes (AWS Signature Version 4), and of the headers those that AWS requires. */
async function sign(
  request: UpstreamRequest,
  { origin, region, service, accessKey, now }: Signing,
): Promise<UpstreamRequest> {
  const { method, path, body, headers } = request;
  const signer = new AwsV4Signer({
    ...accessKey,
    method,
    url: (request.origin ?? origin) + path,
    service,
    region,
    // As in 20260101T000000Z.
    datetime: new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    headers: { 'content-type': 'application/json' },
    // In steps: a copy of a large body takes long, and Web Crypto makes one more, elsewhere.
    body: Buffer.isBuffer(body) ? await copyInSteps(body) : null,
  });
  const result = await signer.sign();
  for (const name of ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token']) {
    const value = result.headers.get(name);
    if (value !== null) headers.push(name, value);
  }
  return { ...request, headers, signedAt: now };
}
