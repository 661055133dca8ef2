/** A base URL in its two parts. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Empty, or with a leading slash and no trailing one. */
  readonly basePath: string;
}

/** What a configuration says of where a provider is. */
export interface EndpointOptions {
  readonly baseUrl: string;
  readonly providerDomain?: string;
  readonly providerBasePath?: string;
  readonly basePath?: string;
  readonly basePathHandling: 'removePrefix' | 'prepend';
}

/** Where a provider is: its base URL, under another host and behind other prefixes where that is wanted. */
export function endpointOf(options: EndpointOptions): Endpoint {
  const { origin, pathname } = new URL(options.baseUrl);
  const { providerDomain } = options;
  return {
    origin: providerDomain === undefined ? origin : originAt(providerDomain, origin),
    basePath: withPathPrefixes(options, trimSlashes(pathname)),
  };
}

/** Another host in the place of one: with its own scheme, or that of the other. */
function originAt(host: string, other: string): string {
  return new URL(host.includes('://') ? host : `${new URL(other).protocol}//${host}`).origin;
}

/** A path at the provider, behind the prefixes that are wanted; one that is there already is not put twice. */
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

/** A client's path without the prefix that stops here. */
export function stripBasePath({ basePath, basePathHandling }: EndpointOptions, path: string): string {
  const prefix = basePathHandling === 'removePrefix' && basePath !== undefined ? trimSlashes(basePath) : '';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function prependOnce(prefix: string, path: string): string {
  return path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path;
}

function trimSlashes(path: string): string {
  const bare = path.replaceAll(/^\/+|\/+$/gu, '');
  return bare === '' ? '' : `/${bare}`;
}

/** Where what does not stand behind the base URL is looked for, unless the type has a base URL of its own. */
const DEFAULT_PATH = '/v1';

/**
 * What stands before a type's other paths: a base URL that ends as the type's own does moves them along.
 * Undefined where nobody can tell: such a URL leads to a proxy with paths of its own.
 * @param ownBaseUrl the type's own base URL, where it has one
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
