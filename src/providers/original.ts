import { providerTypeOf } from '../catalog/provider-types.ts';
import type { ProviderConfig } from '../config/schema/schema.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import { isAdministration } from '../dialects/operations/passthrough.ts';
import { familyOf } from '../dialects/operations/operation.ts';
import type { Operation } from '../dialects/operations/operation.ts';
import type { Key } from '../keys/key.ts';
import type { UpstreamRequest } from '../upstream/transport.ts';
import { capabilityPaths } from './adapters/capabilities.ts';
import type { CredentialFailure, OpenaiBase, ProviderAdapter } from './adapter.ts';
import { DEFAULT_PATH, stripBasePath, trimSlashes, withPathPrefixes } from './endpoint.ts';
import { requestBody } from './request/body.ts';
import { requestHeaders } from './request/headers.ts';
import { suffixOf } from './request/path.ts';

/*
 * Requests whose path is the client's: all of a provider with `protocol: original`, and those for paths of no operation where a
 * provider has OpenAI's API, of which such a path is a part that the gateway does not know.
 */

/** An adapter that also says which paths of no operation it forwards. */
export interface ForwardingAdapter extends ProviderAdapter {
  readonly forwards: (target: Target) => boolean;
}

/** An adapter that builds requests whose path is the client's, too. */
export function withOriginalPaths(adapter: ProviderAdapter, config: ProviderConfig): ForwardingAdapter {
  const forwards = (target: Target): boolean => isForwarded(target, adapter, config);
  // It sends all paths as they are written.
  if (config.type === 'generic') return { ...adapter, forwards };
  const configured = capabilityPaths(config);
  const { ownPathsOnly = false } = providerTypeOf(config.type);
  // What the configuration gives a path goes there.
  const hasOriginalPath = ({ isOriginal, target: { operation } }: Call, model: string | undefined): boolean =>
    isOriginal === true &&
    (ownPathsOnly || configured(operation) === undefined || !adapter.supports(operation, model));
  return {
    ...adapter,
    forwards,
    build: (call, key, model) =>
      hasOriginalPath(call, model)
        ? originalRequest(call, key, model, adapter, config)
        : adapter.build(call, key, model),
  };
}

/** Whether a provider is sent a path of no operation. */
function isForwarded(target: Target, { openaiBase }: ProviderAdapter, config: ProviderConfig): boolean {
  const { passthrough, protocol, type } = config;
  if (passthrough === 'off' || (passthrough === 'resources' && isAdministration(target))) return false;
  if (protocol === 'original' || type === 'generic') return true;
  return (
    isOpenai(target.operation) &&
    openaiBase !== undefined &&
    behindOpenaiBase(target, openaiBase, config) !== undefined
  );
}

function originalRequest(
  call: Call,
  key: Key | undefined,
  model: string | undefined,
  adapter: ProviderAdapter,
  config: ProviderConfig,
): UpstreamRequest | Promise<UpstreamRequest | CredentialFailure> {
  const { operation, query } = call.target;
  const { body, length } = requestBody(call, model);
  const path = adapter.onlyPath ?? pathAt(call, model, adapter, config);
  const request: UpstreamRequest = {
    method: operation.method,
    path: path + withBaseQuery(path, query, adapter.openaiBase),
    headers: requestHeaders(call, { length }),
    body,
    ...(operation.upgrades && { upgrade: 'websocket' }),
  };
  return adapter.authorize(request, key, call);
}

function pathAt(
  call: Call,
  model: string | undefined,
  { openaiBase, ownBasePath, originalPath }: ProviderAdapter,
  config: ProviderConfig,
): string {
  const { operation, prefix: written = '' } = call.target;
  const target = { ...call.target, path: suffixOf(call.target, model) };
  if (config.protocol !== 'original' && openaiBase !== undefined) {
    const path = behindOpenaiBase(target, openaiBase, config);
    if (path !== undefined) return path;
  }
  const own = ownBasePath ?? ownBasePathOf(config);
  const elsewhere = written === DEFAULT_PATH ? originalPath?.(operation) : undefined;
  if (elsewhere !== undefined) return atProvider(elsewhere, own, config);
  // Whatever a custom URL says is what stands for `/v1`: with no path of its own, nothing does.
  if (written === own && isOpenai(operation) && isBareCustomUrl(config))
    return withPathPrefixes(config, target.path);
  const prefix = prefixOf(call, model, basePathsOf(own, config));
  return atProvider(stripBasePath(config, prefix + target.path), own, config);
}

function isOpenai({ dialect }: Operation): boolean {
  return familyOf(dialect) === 'openai';
}

function isBareCustomUrl({ openaiCustomUrl, vllmCustomUrl, baseUrl }: ProviderConfig): boolean {
  return (openaiCustomUrl ?? vllmCustomUrl) !== undefined && new URL(baseUrl).pathname === '/';
}

/**
 * What stands before an operation's own suffix: a mapped deployment instead of the client's, and of a proxy's prefix nothing where
 * one of the provider's own base paths follows it.
 */
function prefixOf(
  { target, model: named }: Call,
  model: string | undefined,
  basePaths: readonly string[],
): string {
  const { prefix = '', deployment } = target;
  const own = basePaths.find((each) => prefix.endsWith(each));
  if (own !== undefined) return own;
  if (deployment === undefined || deployment !== named || model === undefined || model === named)
    return prefix;
  return prefix.slice(0, prefix.lastIndexOf('/') + 1) + encodeURIComponent(model);
}

/** The base paths of all APIs of a type, with the longest first: one may end as another does. */
function basePathsOf(own: string, { type }: ProviderConfig): readonly string[] {
  const { anthropic, own: other } = providerTypeOf(type);
  return [own, anthropic?.basePath ?? '', other?.basePath ?? '']
    .filter((each) => each !== '')
    .toSorted((a, b) => b.length - a.length);
}

/** The base path of a type's own API at its own address. */
function ownBasePathOf({ type }: ProviderConfig): string {
  const { baseUrl, speaks } = providerTypeOf(type);
  if (baseUrl !== undefined) return trimSlashes(new URL(baseUrl).pathname);
  return speaks === undefined ? DEFAULT_PATH : '';
}

/**
 * A client's path at the configured base URL. Where that ends as the type's own does, what stands before is put in front of the
 * path; else the type's own base path at its beginning stands for that of the URL. What the path begins with already is not
 * repeated.
 */
function atProvider(path: string, own: string, config: ProviderConfig): string {
  const base = trimSlashes(new URL(config.baseUrl).pathname);
  return withPathPrefixes(config, joined(path, base, own));
}

function joined(path: string, base: string, own: string): string {
  if (isBehind(path, base)) return path;
  if (base.endsWith(own)) {
    const before = base.slice(0, base.length - own.length);
    return isBehind(path, before) ? path : before + path;
  }
  return base + (own !== '' && isBehind(path, own) ? path.slice(own.length) : path);
}

function isBehind(path: string, base: string): boolean {
  return base === '' || path === base || path.startsWith(`${base}/`);
}

const OPENAI_BASE = `${DEFAULT_PATH}/`;

/**
 * A path of OpenAI's API behind the base path that the provider has instead of OpenAI's; a proxy's prefix before that is left out.
 * @returns undefined where it is none
 */
function behindOpenaiBase(
  { path: written }: Target,
  { path: base }: OpenaiBase,
  config: ProviderConfig,
): string | undefined {
  const path = stripBasePath(config, written);
  const at = path.indexOf(OPENAI_BASE);
  if (base !== '' && path.startsWith(`${base}/`)) return path;
  return at < 0 ? undefined : base + path.slice(at + DEFAULT_PATH.length);
}

/** The client's query, with what the provider wants in all of them but those of paths that have a version. */
function withBaseQuery(path: string, query: string, base: OpenaiBase | undefined): string {
  if (base?.query === undefined || path.startsWith(base.path + OPENAI_BASE)) return query;
  const given = new URLSearchParams(query);
  const missing = base.query.split('&').filter((pair) => !given.has(pair.split('=', 1)[0] ?? ''));
  if (missing.length === 0) return query;
  return `${query === '' ? '?' : `${query}&`}${missing.join('&')}`;
}
