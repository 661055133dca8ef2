import { bearer } from '../../catalog/row.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import { withModel } from '../../dialects/operations/model-in-path.ts';
import type { Dialect, Operation } from '../../dialects/operations/operation.ts';
import type { Key } from '../../keys/key.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import {
  embedsContent,
  geminiManyToVertex,
  geminiOneToVertex,
  openaiToVertex,
} from '../../translate/embed/to-vertex.ts';
import { NO_QUIRKS } from '../../translate/codec.ts';
import { loadTranslation } from '../../translate/load-translation.ts';
import type { WholeTranslation } from '../../translate/whole-translation.ts';
import { isClaude } from './claude.ts';
import { safetyEdits } from './gemini.ts';
import { GoogleTokens } from './google-tokens.ts';
import { endpointOf } from '../endpoint.ts';
import { withBodyEdits } from '../request/body-edits.ts';
import { requestPath } from '../request/path.ts';
import { requestBody } from '../request/body.ts';
import { credentialHeader, removeHeaders, requestHeaders } from '../request/headers.ts';
import { Secret } from '../../base/secret.ts';
import { accountIn } from '../../keys/service-account.ts';
import type { ServiceAccount } from '../../keys/service-account.ts';
import { claudeEdits, claudePath, claudeSupports, ANTHROPIC_HEADERS } from './vertex-claude.ts';
import type { CredentialFailure, ProviderAdapter } from '../adapter.ts';
import { usedProxy } from '../used-proxy.ts';

const REFRESH_AHEAD_SECONDS = 60;

/**
 * Where API keys of express mode are valid, whatever the region:
 * cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference, 2026-11-30.
 */
const EXPRESS_ORIGIN = 'https://aiplatform.googleapis.com';

/**
 * Vertex AI. A key is an API key of express mode, which is sent in the query, or a service account, whose token is sent
 * in a header and whose project is part of the path. Models of Anthropic's have Anthropic's API, all others Gemini's, or
 * OpenAI's with `vertexOpenAICompatible`.
 */
export function openVertex(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const isRegional = origin === `https://${config.vertexRegion}-aiplatform.googleapis.com`;
  const tokens = new GoogleTokens(
    (config.vertexTokenRefreshAhead ?? REFRESH_AHEAD_SECONDS) * 1000,
    Date.now,
    usedProxy(config.proxy),
  );
  const defaultDialect: Dialect = config.vertexOpenAICompatible === true ? 'openai-chat' : 'gemini-generate';
  const nativeOf = (model: string): Dialect => (isClaude(model) ? 'anthropic-messages' : defaultDialect);
  const withCredential = (
    request: UpstreamRequest,
    key: Key,
    account: ServiceAccount | undefined,
  ): ReturnType<ProviderAdapter['build']> => {
    if (account !== undefined) return withToken(request, key, account, tokens);
    return { ...withApiKey(request, key), ...(isRegional && { origin: EXPRESS_ORIGIN }) };
  };
  const adapter: ProviderAdapter = {
    origin,
    native: defaultDialect,
    nativeOf,
    quirks: { ...NO_QUIRKS, countsBareContents: true, namesImageFormat: true },
    supports: (operation, model = '') => supports(operation, nativeOf(model), model),
    convert: (call, model = '') => {
      const translation = embedTranslation(call.target.operation, nativeOf(model), model);
      if (translation === undefined) return undefined;
      return loadTranslation().then(({ translateWholeCall }) => translateWholeCall(call, model, translation));
    },
    authorize: (request, key) => {
      const plain = { ...request, headers: removeHeaders(request.headers, ANTHROPIC_HEADERS) };
      if (key === undefined) return plain;
      return withCredential(plain, key, accountIn(key.secret));
    },
    build: (call, key, model = '') => {
      const account = key === undefined ? undefined : accountIn(key.secret);
      const prefix =
        basePath + pathPrefix(config, account, call.target.operation.name === 'chat.completions');
      const request = unauthenticatedRequest(call, model, prefix);
      return key === undefined ? request : withCredential(request, key, account);
    },
    invalidateCredential: (key, headers) => tokens.invalidate(key.id, tokenIn(headers)),
  };
  return withBodyEdits(adapter, ({ target: { operation } }) => {
    if (familyOf(operation.dialect) === 'anthropic') return claudeEdits(operation);
    const edits = safetyEdits(config, operation);
    return edits.length === 0 ? undefined : { edits };
  });
}

/** The bearer token that is the last of a request's headers. */
function tokenIn(headers: readonly string[]): string {
  return (headers[headers.lastIndexOf('authorization') + 1] ?? '').replace('Bearer ', '');
}

function supports(operation: Operation, native: Dialect, model: string): boolean {
  const { name, dialect } = operation;
  // A client names the publisher, whatever the model is called.
  if (name.startsWith('vertex.')) return true;
  switch (native) {
    case 'anthropic-messages':
      return claudeSupports(operation);
    case 'openai-chat':
      return name === 'chat.completions';
    default:
      if (name === 'gemini.embedContent') return embedsContent(model);
      return familyOf(dialect) === 'gemini' && !UNSUPPORTED.test(name);
  }
}

/** Operations of Gemini's API that Vertex AI does not have. */
const UNSUPPORTED = /^gemini\.(?:models|operations|batchEmbedContents)\b/;

/** Embeddings have an API of Vertex's own. */
function embedTranslation({ name }: Operation, native: Dialect, model: string): WholeTranslation | undefined {
  if (native === 'anthropic-messages') return undefined;
  if (name === 'embeddings') return openaiToVertex;
  if (embedsContent(model)) return undefined;
  if (name === 'gemini.embedContent') return geminiOneToVertex;
  return name === 'gemini.batchEmbedContents' ? geminiManyToVertex : undefined;
}

/** What stands before an operation's path. In express mode without a project: the key names it. */
function pathPrefix(
  { vertexProjectId, vertexRegion: region = 'global' }: ProviderConfig,
  account: ServiceAccount | undefined,
  isCompatible: boolean,
): string {
  const project = vertexProjectId ?? account?.project_id;
  const within =
    account === undefined || project === undefined ? '' : `/projects/${project}/locations/${region}`;
  return isCompatible ? `/v1beta1${within}/endpoints/openapi` : `/v1${within}`;
}

function unauthenticatedRequest(call: Call, model: string, prefix: string): UpstreamRequest {
  const { operation, path, query } = call.target;
  const { body } = requestBody(call, model);
  const plain = {
    method: operation.method,
    headers: removeHeaders(requestHeaders(call), ANTHROPIC_HEADERS),
  };
  if (familyOf(operation.dialect) === 'anthropic')
    return {
      ...plain,
      path: prefix + claudePath(operation, model, call.stream),
      body,
    };
  if (operation.name === 'chat.completions') return { ...plain, path: prefix + path, body };
  if (operation.dialect === 'vendor')
    return { ...plain, path: requestPath({ basePath: prefix }, call.target, model), body };
  const written = withModel(operation.pattern, model);
  return {
    ...plain,
    path: `${prefix}/publishers/google${written}${query}`,
    body,
  };
}

function withApiKey(request: UpstreamRequest, { secret }: Key): UpstreamRequest {
  const mark = request.path.includes('?') ? '&' : '?';
  const value = encodeURIComponent(secret.reveal().toWellFormed());
  return { ...request, path: `${request.path}${mark}key=${value}` };
}

function withToken(
  request: UpstreamRequest,
  key: Key,
  account: ServiceAccount,
  tokens: GoogleTokens,
): UpstreamRequest | Promise<UpstreamRequest | CredentialFailure> {
  const withBearer = (token: Secret): UpstreamRequest => ({
    ...request,
    headers: [...request.headers, ...credentialHeader(bearer, token)],
  });
  const token = tokens.tokenFor(key.id, account, key.proxy);
  if (!(token instanceof Promise)) return withBearer(token);
  return token.then((fetched) => (fetched instanceof Secret ? withBearer(fetched) : fetched));
}
