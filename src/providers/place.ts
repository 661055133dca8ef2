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
  const url = new URL(placed.baseUrl);
  if (placed.providerDomain !== undefined) url.host = placed.providerDomain;
  const own = trim(url.pathname);
  const prepended =
    placed.basePathHandling === 'prepend' && placed.basePath !== undefined
      ? behind(trim(placed.basePath), own)
      : own;
  const basePath =
    placed.providerBasePath === undefined ? prepended : behind(trim(placed.providerBasePath), prepended);
  return { origin: url.origin, basePath };
}

function behind(prefix: string, path: string): string {
  return path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path;
}

function trim(path: string): string {
  const bare = path.replaceAll(/^\/+|\/+$/gu, '');
  return bare === '' ? '' : `/${bare}`;
}
