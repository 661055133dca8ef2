import { AwsV4Signer } from 'aws4fetch';
import { bearer } from '../../catalog/row.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { asObject, parseObject } from '../../base/json.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Secret } from '../../base/secret.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { endpointOf } from '../endpoint.ts';
import { requestBody } from '../request/body.ts';
import { credentialHeader, requestHeaders } from '../request/headers.ts';
import { unusableKey } from '../adapter.ts';
import type { ProviderAdapter } from '../adapter.ts';

/**
 * Bedrock's Converse. A key is a Bedrock API key, sent as it is, or an access key and its secret with a colon
 * between them (`ACCESS:SECRET`, and `:SESSION` behind temporary ones), by which each attempt is signed anew.
 */
export function openBedrock(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const region = config.awsRegion ?? regionIn(origin);
  const additional = config.bedrockAdditionalFields;
  return {
    origin,
    native: 'bedrock-converse',
    supports: ({ dialect }) => familyOf(dialect) === 'bedrock',
    build: (call, key, model) => {
      const request = unsignedRequest(call, model, basePath, additional);
      const accessKey = key === undefined ? undefined : parseAccessKey(key.secret);
      if (accessKey !== undefined) return sign(request, origin, region, accessKey).catch(unusableKey);
      const secret = key?.secret ?? call.credential;
      if (secret !== undefined) request.headers.push(...credentialHeader(bearer, secret));
      return request;
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
): UpstreamRequest {
  const { operation, path, query } = call.target;
  const { body } = requestBody(call, model);
  const isConverse = operation.name.startsWith('bedrock.converse');
  return {
    method: operation.method,
    path: basePath + path + query,
    headers: requestHeaders(call),
    body: Buffer.isBuffer(body) && isConverse ? withAdditionalFields(body, additional) : body,
  };
}

/**
 * Merges the configured fields into those of the request, such as its thinking budget; configured ones win. The body was
 * made by the translation: no client speaks Converse.
 */
function withAdditionalFields(body: Buffer, additional: ProviderConfig['bedrockAdditionalFields']): Buffer {
  const request = additional === undefined ? undefined : parseObject(body.toString());
  if (request === undefined) return body;
  const { additionalModelRequestFields: own, ...others } = request;
  const fields = { ...asObject(own), ...additional };
  return Buffer.from(JSON.stringify({ additionalModelRequestFields: fields, ...others }));
}

/** Signs the exact bytes (AWS Signature Version 4), and of the headers those that AWS requires. */
async function sign(
  request: UpstreamRequest,
  origin: string,
  region: string,
  accessKey: AccessKey,
): Promise<UpstreamRequest> {
  const { method, path, body, headers } = request;
  const signer = new AwsV4Signer({
    ...accessKey,
    method,
    url: origin + path,
    service: 'bedrock',
    region,
    headers: { 'content-type': 'application/json' },
    body: Buffer.isBuffer(body) ? new Uint8Array(body) : null,
  });
  const result = await signer.sign();
  for (const name of ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token']) {
    const value = result.headers.get(name);
    if (value !== null) headers.push(name, value);
  }
  return { ...request, headers };
}
