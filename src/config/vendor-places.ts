import { Secret } from '../keys/secret.ts';
import type { vendorFields } from './vendor-fields.ts';

/** What follows from the options that only some types have: where a provider is, and which keys it has. */

/** The options that say where a provider is, in the order in which they do. */
export const PLACE_FIELDS = [
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
export type PlaceFields = { readonly [Field in (typeof PLACE_FIELDS)[number]]?: string } & {
  readonly ollamaServerPort?: number;
};

const OLLAMA_PORT = 11_434;

/** A port of its own option goes before one that is written with the host. */
function ollamaOrigin(place: string, port: number | undefined): string {
  const url = new URL(place);
  if (port !== undefined || url.port === '') url.port = String(port ?? OLLAMA_PORT);
  return url.origin;
}

/** The base URL that a type's own options make; undefined where none of them is given. */
export function placedBaseUrl(given: PlaceFields): string | undefined {
  const field = PLACE_FIELDS.find((name) => given[name] !== undefined);
  const place = field === undefined ? undefined : given[field];
  if (field === undefined || place === undefined) return undefined;
  switch (field) {
    case 'openaiCustomUrl':
    case 'vllmCustomUrl':
    case 'genericHost':
      return place;
    case 'vllmServerHost':
    case 'difyApiUrl':
      return `${place}/v1`;
    case 'ollamaServerHost':
      return `${ollamaOrigin(place, given.ollamaServerPort)}/v1`;
    case 'qwenDomain':
      return `${place}/compatible-mode/v1`;
    case 'doubaoDomain':
      return `${place}/api/v3`;
    case 'zhipuDomain':
      return `${place}/api/paas/v4`;
    case 'tritonDomain':
      return `${place}/v2`;
    case 'cloudflareAccountId':
      return `https://api.cloudflare.com/client/v4/accounts/${encodeURIComponent(place)}/ai/v1`;
    case 'azureServiceUrl':
      return URL.parse(place)?.origin;
    case 'awsRegion':
      return `https://bedrock-runtime.${place}.amazonaws.com`;
    case 'vertexRegion':
      return place === 'global'
        ? 'https://aiplatform.googleapis.com'
        : `https://${place}-aiplatform.googleapis.com`;
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
export function credentialsOf(given: CredentialFields): Secret[] {
  const pairs = CREDENTIAL_PAIRS.flatMap(([first, second]) => {
    const [id, secretKey] = [given[first], given[second]];
    if (id === undefined || secretKey === undefined) return [];
    const session = first === 'awsAccessKey' ? given.awsSessionToken : undefined;
    const parts = [id, secretKey, ...(session === undefined ? [] : [session])];
    return [new Secret(parts.map((part) => part.reveal()).join(':'))];
  });
  return given.vertexAuthKey === undefined ? pairs : [...pairs, given.vertexAuthKey];
}
