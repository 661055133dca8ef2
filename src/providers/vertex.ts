import { applyEdits, modify } from 'jsonc-parser';
import type { ProviderConfig } from '../config/schema.ts';
import type { Call } from '../dialects/call.ts';
import { familyOf } from '../dialects/operation.ts';
import type { Dialect, Operation } from '../dialects/operation.ts';
import type { Key } from '../keys/key.ts';
import type { UpstreamRequest } from '../upstream/transport.ts';
import type { BodyField } from './body-fields.ts';
import { withFields } from './body-fields.ts';
import { safetyFields } from './gemini.ts';
import { GoogleTokens } from './google-tokens.ts';
import { placeOf } from './place.ts';
import { bodyFor, requestHeaders } from './plain-wire.ts';
import { accountIn } from '../keys/service-account.ts';
import type { ServiceAccount } from '../keys/service-account.ts';
import type { CredentialTrouble, Wire } from './wire.ts';

const REFRESH_AHEAD_SECONDS = 60;
/** docs.claude.com/en/api/claude-on-vertex-ai: the version stands in the body there. */
const CLAUDE_VERSION = 'vertex-2023-10-16';

/**
 * Vertex AI. A key is an API key of express mode, which goes into the query, or a service account, whose token
 * goes into a header and whose project goes into the path. Models of Anthropic's are spoken to as Anthropic's,
 * all others as Gemini's, or as OpenAI's where `vertexOpenAICompatible` says so.
 */
export function openVertex(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  const tokens = new GoogleTokens((config.vertexTokenRefreshAhead ?? REFRESH_AHEAD_SECONDS) * 1000, Date.now);
  const usual: Dialect = config.vertexOpenAICompatible === true ? 'openai-chat' : 'gemini-generate';
  const nativeOf = (model: string): Dialect => (isClaude(model) ? 'anthropic-messages' : usual);
  return {
    origin,
    native: usual,
    nativeOf,
    takes: (operation, model) => takes(operation, nativeOf(model ?? '')),
    build: (call, key, model = '') => {
      const account = key === undefined ? undefined : accountIn(key.secret);
      const place = basePath + placeIn(config, account, familyOf(nativeOf(model)) === 'openai');
      const request = requestFor(call, model, place, config);
      return key === undefined ? request : withCredential(request, key, account, tokens);
    },
    refused: (key, headers) => tokens.drop(key.id, tokenIn(headers)),
  };
}

/** The token of a request that was built here. */
function tokenIn(headers: readonly string[]): string {
  return (headers[headers.lastIndexOf('authorization') + 1] ?? '').replace('Bearer ', '');
}

function isClaude(model: string): boolean {
  return model.startsWith('claude');
}

function takes({ name, dialect }: Operation, native: Dialect): boolean {
  switch (native) {
    case 'anthropic-messages':
      return name === 'messages.create';
    case 'openai-chat':
      return name === 'chat.completions';
    default:
      return familyOf(dialect) === 'gemini' && !name.startsWith('gemini.models');
  }
}

/** Express mode has no project: its key names one. */
function placeIn(
  { vertexProjectId, vertexRegion: region = 'global' }: ProviderConfig,
  account: ServiceAccount | undefined,
  isCompatible: boolean,
): string {
  const project = vertexProjectId ?? account?.project_id;
  const within =
    account === undefined || project === undefined ? '' : `/projects/${project}/locations/${region}`;
  return isCompatible ? `/v1beta1${within}/endpoints/openapi` : `/v1${within}`;
}

function requestFor(call: Call, model: string, place: string, config: ProviderConfig): UpstreamRequest {
  const { operation, path, query } = call.target;
  const { body } = bodyFor(call, model);
  const plain = {
    method: operation.method,
    headers: requestHeaders(call, { credential: { kind: 'bearer' } }, undefined, undefined),
  };
  if (operation.name === 'messages.create') {
    const verb = call.stream ? 'streamRawPredict' : 'rawPredict';
    return {
      ...plain,
      path: `${place}/publishers/anthropic/models/${encodeURIComponent(model)}:${verb}`,
      body: Buffer.isBuffer(body) ? claudeBody(body) : body,
    };
  }
  if (operation.name === 'chat.completions') return { ...plain, path: place + path, body };
  const written = operation.pattern.replace('{model}', () => encodeURIComponent(model));
  const fields: readonly BodyField[] = safetyFields(config, operation);
  return {
    ...plain,
    path: `${place}/publishers/google${written}${query}`,
    body: Buffer.isBuffer(body) ? withFields(body, fields) : body,
  };
}

/** The model stands in the path, and the version in the body. */
function claudeBody(body: Buffer): Buffer {
  const text = body.toString();
  const bare = Buffer.from(applyEdits(text, modify(text, ['model'], undefined, {})));
  return withFields(bare, [
    { name: 'anthropic_version', json: JSON.stringify(CLAUDE_VERSION), overwrites: true },
  ]);
}

function withCredential(
  request: UpstreamRequest,
  key: Key,
  account: ServiceAccount | undefined,
  tokens: GoogleTokens,
): UpstreamRequest | Promise<UpstreamRequest | CredentialTrouble> {
  if (account === undefined) {
    const mark = request.path.includes('?') ? '&' : '?';
    return { ...request, path: `${request.path}${mark}key=${encodeURIComponent(key.secret.reveal())}` };
  }
  const bearing = (token: string): UpstreamRequest => ({
    ...request,
    headers: [...request.headers, 'authorization', `Bearer ${token}`],
  });
  const token = tokens.tokenFor(key.id, account);
  if (typeof token === 'string') return bearing(token);
  return token.then((fetched) => (typeof fetched === 'string' ? bearing(fetched) : fetched));
}
