import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import { normalizedHost, parseHostName } from '../base/host-name.ts';

/*
 * Keeps web pages from using a listener that asks for no credential through the browser of somebody who can reach it: by a
 * cross-site request (CSRF), or by a name that the page's owner points first at the page and then here (DNS rebinding),
 * which makes the request same-site. The data and the admin listener share the guard.
 */

/** Why a request is refused: because of its `Host`, or of the page it came from. */
export type CsrfRefusal = 'foreign_host' | 'cross_site';

/** The parts of a request that are looked at. */
export type GuardedRequest = Pick<IncomingMessage, 'method' | 'headers'>;

/** @returns undefined where the request is allowed */
export type CsrfGuard = (request: GuardedRequest) => CsrfRefusal | undefined;

/**
 * What a name in `Host` is:
 * - `own`: nobody else can have it. Pages loaded under it may call it, and so may programs.
 * - `private`: nobody can have it in public DNS, and hardly anybody in a private one. For programs.
 * - `public`: whoever owns it may have pointed it here. For requests to which a browser would have added headers.
 */
type HostKind = 'own' | 'private' | 'public';

/** The rules of a guard. */
interface GuardOptions {
  /** The kind of a name, lower case, without port and final dot, IPv6 in brackets. */
  readonly kindOf: (name: string) => HostKind;
  /** Whether pages of this name may call, by whatever `Host`. */
  readonly isTrusted: (name: string) => boolean;
  /** How pages of the listener's own can have been loaded. */
  readonly schemes: () => readonly Scheme[];
  /** No `public` name is served, and of pages only the listener's own: not those of installed applications. */
  readonly isStrict: boolean;
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

type Scheme = 'http' | 'https';

/**
 * For the admin listener where it has no token: loopback names, and pages that were loaded from it.
 * @param isSecured - whether it speaks TLS now
 */
export function adminCsrfGuard(isSecured: () => boolean): CsrfGuard {
  return csrfGuard({
    schemes: () => [isSecured() ? 'https' : 'http'],
    kindOf: (name) => (LOOPBACK_HOST.test(name) ? 'own' : 'public'),
    isTrusted: () => false,
    isStrict: true,
  });
}

/**
 * For the data listener where there are no `clients`. It listens on loopback then; requests by another name came through
 * something on this machine, such as a proxy or a container's gateway. Programs may use any name that leads here, so a
 * `public` name alone is no reason to refuse, as long as a browser would have marked the request: it sends `Origin` with
 * everything but GET and HEAD and with every WebSocket handshake (Fetch, "append a request Origin header"; RFC 6455,
 * 4.1). Its GETs by such a name have neither that nor `Sec-Fetch-Site`, which is sent to trustworthy URLs alone (Fetch
 * Metadata, 2.3), and a page can forge every other header.
 *
 * Who pays: a program that sends GET by a public name, and a page that a proxy serves under one together with the gateway.
 * The refusal says that `allowedHosts` allows them. In time: well under a microsecond.
 * @param allowedHosts - names that the operator trusts, in any case: as `Host`, and as the origin of pages
 * @param hostname - this machine's name
 * @param routedHosts - names that routes are for: nobody else has them either, so that programs may use them. Their
 * pages may not call; and of patterns none is meant, for anybody can have a name that fits `api.*`.
 */
export function dataCsrfGuard(
  allowedHosts: readonly string[],
  hostname: string,
  routedHosts: readonly string[] = [],
): CsrfGuard {
  const trusted = new Set(allowedHosts.map((name) => normalizedHost(name)));
  const routed = new Set(routedHosts.map((name) => normalizedHost(name)));
  const own = normalizedHost(hostname);
  return csrfGuard({
    // Something before it may have spoken TLS.
    schemes: () => ['http', 'https'],
    kindOf: (name) =>
      isAddress(name) ||
      name === 'localhost' ||
      name === own ||
      trusted.has(name) ||
      isSubdomainOf(name, 'localhost')
        ? 'own'
        : routed.has(name) || isPrivate(name)
          ? 'private'
          : 'public',
    isTrusted: (name) => trusted.has(name),
    isStrict: false,
  });
}

/**
 * Names that nobody can register: RFC 6762 (`local`), RFC 8375 (`home.arpa`), RFC 6761 (`test`), and `internal`, which
 * ICANN reserved for private use (resolution 2024.07.29.06). Kubernetes' names end in `svc` or, by default, `local`.
 */
const PRIVATE_SUFFIXES = ['internal', 'local', 'home.arpa', 'test', 'svc'];

/** A name of one label is the system's own, from its search list, or a container's. */
function isPrivate(name: string): boolean {
  return !name.includes('.') || PRIVATE_SUFFIXES.some((suffix) => isSubdomainOf(name, suffix));
}

function isSubdomainOf(name: string, parent: string): boolean {
  return name.endsWith(parent) && name.at(-parent.length - 1) === '.';
}

/** Nobody can point an address elsewhere: a page that was loaded from it was loaded from here. */
function isAddress(name: string): boolean {
  return name.startsWith('[') ? isIPv6(name.slice(1, -1)) : isIPv4(name);
}

function csrfGuard({ kindOf, isTrusted, schemes, isStrict }: GuardOptions): CsrfGuard {
  return ({ method, headers }) => {
    const { host, origin, upgrade } = headers;
    const site = headers['sec-fetch-site'];
    const name = host === undefined ? undefined : parseHostName(host);
    // HTTP/1.0 needs no `Host`, and browsers always send one.
    const kind = host === undefined ? 'private' : name === undefined ? 'public' : kindOf(name);
    if (origin !== undefined) {
      const page = URL.parse(origin);
      if (page !== null && isTrusted(normalizedHost(page.hostname))) return undefined;
      const isOwn = isOwnPage(origin, host, schemes()) || (!isStrict && isApplication(page));
      if (!isOwn) return 'cross_site';
    }
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'cross_site';
    if (kind === 'own') return undefined;
    if (origin !== undefined || site !== undefined) return 'foreign_host';
    if (kind === 'private') return undefined;
    const isMarkedByBrowsers = (method !== 'GET' && method !== 'HEAD') || upgrade !== undefined;
    return isMarkedByBrowsers && !isStrict ? undefined : 'foreign_host';
  };
}

function isOwnPage(origin: string, host: string | undefined, schemes: readonly Scheme[]): boolean {
  return schemes.some((scheme) => origin === `${scheme}://${host?.toLowerCase()}`);
}

/** Browser extensions and desktop applications made of web pages have schemes that no web page can have. */
function isApplication(page: URL | null): boolean {
  return page !== null && !['http:', 'https:', 'file:'].includes(page.protocol);
}
