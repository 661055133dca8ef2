/** A host's name as it is compared: in lower case, without a final dot. */
export function normalizedHost(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/**
 * The name in a `Host` header, without its port, which may be empty (RFC 3986, 3.2.3), an IPv6 address in brackets; undefined
 * where it is malformed.
 */
export function parseHostName(host: string): string | undefined {
  const [, name] = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\]+)(?::\d{0,5})?$/i.exec(host) ?? [];
  return name === undefined ? undefined : normalizedHost(name);
}
