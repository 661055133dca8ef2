import type { Secret } from './secret.ts';

/** A proxy on the way to a provider, which opens a tunnel to it: what passes through it stays sealed by TLS. */
export interface ProxyAddress {
  /** `http:` and `https:` ask by CONNECT (RFC 9110, 9.3.6), the latter over TLS; `socks5:` by RFC 1928. */
  readonly protocol: 'http:' | 'https:' | 'socks5:';
  readonly hostname: string;
  readonly port: number;
  /** Absent where it asks for none. */
  readonly credentials?: { readonly user: string; readonly password: Secret };
}

/** As a URL without its credentials, to be shown. */
export function formatProxy({ protocol, hostname, port }: ProxyAddress): string {
  return `${protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}
