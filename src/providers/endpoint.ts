/** A base URL in its two parts. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Empty, or with a leading slash and no trailing one. */
  readonly basePath: string;
}

/** The options of the configuration that make an endpoint. */
export interface EndpointOptions {
  readonly baseUrl: string;
  readonly providerDomain?: string;
  readonly providerBasePath?: string;
  readonly basePath?: string;
  readonly basePathHandling: 'removePrefix' | 'prepend';
}

/** The endpoint of a provider: its base URL, with another host and further path prefixes where those are configured. */
export function endpointOf(options: EndpointOptions): Endpoint {
  const { origin, pathname } = new URL(options.baseUrl);
  const { providerDomain } = options;
  return {
    origin: providerDomain === undefined ? origin : originAt(providerDomain, origin),
    basePath: withPathPrefixes(options, trimSlashes(pathname)),
  };
}

/** The origin of a host, with its own scheme or that of the origin it replaces. */
function originAt(host: string, replaced: string): string {
  return new URL(host.includes('://') ? host : `${new URL(replaced).protocol}//${host}`).origin;
}

/** A path at the provider, behind the configured prefixes; one that it begins with already is not repeated. */
export function withPathPrefixes(
  { basePath, basePathHandling, providerBasePath }: EndpointOptions,
  path: string,
): string {
  const prepended =
    basePathHandling === 'prepend' && basePath !== undefined
      ? prependOnce(trimSlashes(basePath), path)
      : path;
  return providerBasePath === undefined ? prepended : prependOnce(trimSlashes(providerBasePath), prepended);
}

/** A client's path without the configured `basePath`, where that is to be removed. */
export function stripBasePath({ basePath, basePathHandling }: EndpointOptions, path: string): string {
  const prefix = basePathHandling === 'removePrefix' && basePath !== undefined ? trimSlashes(basePath) : '';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function prependOnce(prefix: string, path: string): string {
  return path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path;
}

/** A path with one leading slash and no trailing one; empty for the root. */
export function trimSlashes(path: string): string {
  const bare = path.replaceAll(/^\/+|\/+$/gu, '');
  return bare === '' ? '' : `/${bare}`;
}

/** The path of a usual base URL, for types that have none of their own. */
export const DEFAULT_PATH = '/v1';

/**
 * The prefix of a type's paths that are not behind its base URL. Where the configured base URL ends as the type's own
 * does, they move along with it.
 * @param ownBaseUrl the type's own base URL, where it has one
 * @returns undefined where the prefix cannot be known: the URL is that of a proxy with paths of its own
 */
export function siblingPathPrefix(
  options: EndpointOptions,
  ownBaseUrl: string | undefined,
): string | undefined {
  const { origin, pathname } = new URL(options.baseUrl);
  const own = ownBaseUrl === undefined ? undefined : new URL(ownBaseUrl);
  const path = trimSlashes(pathname);
  const ownPath = own === undefined ? DEFAULT_PATH : trimSlashes(own.pathname);
  if (path.endsWith(ownPath)) {
    const before = path.slice(0, path.length - ownPath.length);
    return endpointOf({ ...options, baseUrl: origin + before }).basePath;
  }
  return origin === own?.origin ? endpointOf({ ...options, baseUrl: origin }).basePath : undefined;
}
