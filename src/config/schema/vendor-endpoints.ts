import { Secret } from '../../base/secret.ts';
import type { vendorFields } from './vendor-fields.ts';

/** What follows from the options that only some types have: where a provider is, and which keys it has. */

/** The options that say where a provider is, in the order in which they do. */
export const ENDPOINT_FIELDS = [
  'openaiCustomUrl',
  'vllmCustomUrl',
  'vllmServerHost',
  'ollamaServerHost',
  'qwenDomain',
  'doubaoDomain',
  'zhipuDomain',
  'difyApiUrl',
  'tritonDomain',
  'genericHost',
  'cloudflareAccountId',
  'azureServiceUrl',
  'awsRegion',
  'vertexRegion',
] as const satisfies readonly (keyof typeof vendorFields)[];

/** Of a provider's options, those that say where it is. */
export type EndpointFields = { readonly [Field in (typeof ENDPOINT_FIELDS)[number]]?: string } & {
  readonly ollamaServerPort?: number;
};

const OLLAMA_PORT = 11_434;

/** A port of its own option goes before one that is written with the host. */
function ollamaOrigin(value: string, port: number | undefined): string {
  const url = new URL(value);
  if (port !== undefined || url.port === '') url.port = String(port ?? OLLAMA_PORT);
  return url.origin;
}

/** The base URL that a type's own options make; undefined where none of them is given. */
export function baseUrlFromOptions(given: EndpointFields): string | undefined {
  const field = ENDPOINT_FIELDS.find((name) => given[name] !== undefined);
  const value = field === undefined ? undefined : given[field];
  if (field === undefined || value === undefined) return undefined;
  switch (field) {
    case 'openaiCustomUrl':
    case 'vllmCustomUrl':
    case 'genericHost':
      return value;
    case 'vllmServerHost':
    case 'difyApiUrl':
      return `${value}/v1`;
    case 'ollamaServerHost':
      return `${ollamaOrigin(value, given.ollamaServerPort)}/v1`;
    case 'qwenDomain':
      return `${value}/compatible-mode/v1`;
    case 'doubaoDomain':
      return `${value}/api/v3`;
    case 'zhipuDomain':
      return `${value}/api/paas/v4`;
    case 'tritonDomain':
      return `${value}/v2`;
    case 'cloudflareAccountId':
      return `https://api.cloudflare.com/client/v4/accounts/${encodeURIComponent(value)}/ai/v1`;
    case 'azureServiceUrl':
      return URL.parse(value)?.origin;
    case 'awsRegion':
      return `https://bedrock-runtime.${value}.amazonaws.com`;
    case 'vertexRegion':
      return value === 'global'
        ? 'https://aiplatform.googleapis.com'
        : `https://${value}-aiplatform.googleapis.com`;
  }
}

/** Options that are two halves of one credential. */
export const CREDENTIAL_PAIRS = [
  ['awsAccessKey', 'awsSecretKey'],
  ['hunyuanAuthId', 'hunyuanAuthKey'],
  ['klingAccessKey', 'klingSecretKey'],
] as const satisfies readonly (readonly [keyof typeof vendorFields, keyof typeof vendorFields])[];

/** Of a provider's options, those that hold credentials. */
export type CredentialFields = { readonly [Field in (typeof CREDENTIAL_PAIRS)[number][number]]?: Secret } & {
  readonly awsSessionToken?: Secret;
  readonly vertexAuthKey?: Secret;
};

/** The keys that a type's own options make: halves with a colon between them. */
export function credentialsFromOptions(given: CredentialFields): Secret[] {
  const pairs = CREDENTIAL_PAIRS.flatMap(([first, second]) => {
    const [id, secretKey] = [given[first], given[second]];
    if (id === undefined || secretKey === undefined) return [];
    const session = first === 'awsAccessKey' ? given.awsSessionToken : undefined;
    const parts = [id, secretKey, ...(session === undefined ? [] : [session])];
    return [new Secret(parts.map((part) => part.reveal()).join(':'))];
  });
  return given.vertexAuthKey === undefined ? pairs : [...pairs, given.vertexAuthKey];
}
