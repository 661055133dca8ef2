/** A base URL in its two parts. */
export interface Place {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Empty, or with a leading slash and no trailing one. */
  readonly basePath: string;
}

/** What a configuration says of where a provider is. */
export interface Placed {
  readonly baseUrl: string;
  readonly providerDomain?: string;
  readonly providerBasePath?: string;
  readonly basePath?: string;
  readonly basePathHandling: 'removePrefix' | 'prepend';
}

/** Where a provider is: its base URL, under another host and behind other prefixes where that is wanted. */
export function placeOf(placed: Placed): Place {
  const { origin, pathname } = new URL(placed.baseUrl);
  const { providerDomain } = placed;
  return {
    origin: providerDomain === undefined ? origin : originAt(providerDomain, origin),
    basePath: pathUnder(placed, trim(pathname)),
  };
}

/** Another host in the place of one: with its own scheme, or that of the other. */
function originAt(host: string, other: string): string {
  return new URL(host.includes('://') ? host : `${new URL(other).protocol}//${host}`).origin;
}

/** A path at the provider, behind the prefixes that are wanted; one that is there already is not put twice. */
export function pathUnder({ basePath, basePathHandling, providerBasePath }: Placed, path: string): string {
  const prepended =
    basePathHandling === 'prepend' && basePath !== undefined ? behind(trim(basePath), path) : path;
  return providerBasePath === undefined ? prepended : behind(trim(providerBasePath), prepended);
}

/** A client's path without the prefix that stops here. */
export function withoutPrefix({ basePath, basePathHandling }: Placed, path: string): string {
  const prefix = basePathHandling === 'removePrefix' && basePath !== undefined ? trim(basePath) : '';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function behind(prefix: string, path: string): string {
  return path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path;
}

function trim(path: string): string {
  const bare = path.replaceAll(/^\/+|\/+$/gu, '');
  return bare === '' ? '' : `/${bare}`;
}

/** Where what does not stand behind the base URL is looked for, unless the type has a base URL of its own. */
const USUAL_PATH = '/v1';

/**
 * What stands before a type's other paths: a base URL that ends as the type's own does moves them along.
 * Undefined where nobody can tell: such a URL leads to a proxy with paths of its own.
 * @param usual the type's own base URL, where it has one
 */
export function prefixOf(placed: Placed, usual: string | undefined): string | undefined {
  const { origin, pathname } = new URL(placed.baseUrl);
  const own = usual === undefined ? undefined : new URL(usual);
  const path = trim(pathname);
  const usualPath = own === undefined ? USUAL_PATH : trim(own.pathname);
  if (path.endsWith(usualPath)) {
    const before = path.slice(0, path.length - usualPath.length);
    return placeOf({ ...placed, baseUrl: origin + before }).basePath;
  }
  return origin === own?.origin ? placeOf({ ...placed, baseUrl: origin }).basePath : undefined;
}
