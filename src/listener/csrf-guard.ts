import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/**
 * Keeps web pages from using a listener that asks for no credential, through the browser of somebody who can reach it:
 * by a request to another site, or by a name that the page's owner first points at the page and then here (DNS
 * rebinding), which makes it the page's own site. Data and admin listener stand behind the same guard.
 */

/** Why a request is turned away: the name it came by, or the page it came from. */
export type CsrfRefusal = 'foreign_host' | 'cross_site';

/** As much of a request as is looked at. */
export type GuardedRequest = Pick<IncomingMessage, 'method' | 'headers'>;

/** Undefined where the request may go on. */
export type CsrfGuard = (request: GuardedRequest) => CsrfRefusal | undefined;

/**
 * What a name in `Host` is:
 * - `own`: nobody else can have it. Pages that were loaded by it may call it, and so may programs.
 * - `private`: nobody can have it in public name service, and hardly anybody in one's own. For programs.
 * - `public`: whoever owns it may have pointed it here. For requests that a browser would have signed.
 */
type HostKind = 'own' | 'private' | 'public';

/** What a guard goes by. */
interface GuardOptions {
  /** The kind of a name, lower case, without port and final dot, IPv6 in brackets. */
  readonly kindOf: (name: string) => HostKind;
  /** Whether pages of this name may call, whatever they call it by. */
  readonly isTrusted: (name: string) => boolean;
  /**
   * Nothing is served by a name that is somebody else's, and pages are the listener's own alone: of `http`, and none of
   * an installed application's.
   */
  readonly isStrict: boolean;
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The admin listener's, where it has no token: loopback names alone, and pages that were loaded from it. */
export function adminCsrfGuard(): CsrfGuard {
  return csrfGuard({
    kindOf: (name) => (LOOPBACK_HOST.test(name) ? 'own' : 'public'),
    isTrusted: () => false,
    isStrict: true,
  });
}

/**
 * The data listener's, where it has no `clients`. It listens on loopback alone then; what reaches it by another name came
 * through something on this machine, such as a proxy or a container's gateway. Programs call it by whatever name leads
 * here, and are not to be refused for it. So a name that may be a stranger's is no reason by itself, where a browser
 * could not have sent the request unsigned: it puts `Origin` on whatever is no GET or HEAD and on every WebSocket
 * handshake (Fetch, "append a request Origin header"; RFC 6455, 4.1). Its GETs to such a name carry neither that nor
 * `Sec-Fetch-Site`, which goes to trustworthy URLs alone (Fetch Metadata, 2.3), and every other header can be feigned.
 *
 * Who pays: a program that GETs by a public name, and a page that a proxy serves under one together with the gateway.
 * The refusal says that `allowedHosts` opens for them. In time: well under a microsecond.
 * @param allowedHosts - names that the operator trusts, in any case: they may be called by, and their pages may call
 * @param hostname - this machine's name
 */
export function dataCsrfGuard(allowedHosts: readonly string[], hostname: string): CsrfGuard {
  const trusted = new Set(allowedHosts.map((name) => normalizedHost(name)));
  const own = normalizedHost(hostname);
  return csrfGuard({
    kindOf: (name) =>
      isAddress(name) ||
      name === 'localhost' ||
      name === own ||
      trusted.has(name) ||
      isSubdomainOf(name, 'localhost')
        ? 'own'
        : isPrivate(name)
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

/** A name of one label is the system's own, its search list's or a container's. */
function isPrivate(name: string): boolean {
  return !name.includes('.') || PRIVATE_SUFFIXES.some((ending) => isSubdomainOf(name, ending));
}

function isSubdomainOf(name: string, ending: string): boolean {
  return name.endsWith(ending) && name.at(-ending.length - 1) === '.';
}

/** An address cannot be pointed elsewhere: a page that was loaded from it was loaded from here. */
function isAddress(name: string): boolean {
  return name.startsWith('[') ? isIPv6(name.slice(1, -1)) : isIPv4(name);
}

function csrfGuard({ kindOf, isTrusted, isStrict }: GuardOptions): CsrfGuard {
  return ({ method, headers }) => {
    const { host, origin, upgrade } = headers;
    const site = headers['sec-fetch-site'];
    const name = host === undefined ? undefined : parseHostName(host);
    // HTTP/1.0 need not say a name, and browsers always do.
    const kind = host === undefined ? 'private' : name === undefined ? 'public' : kindOf(name);
    if (origin !== undefined) {
      const page = URL.parse(origin);
      if (page !== null && isTrusted(normalizedHost(page.hostname))) return undefined;
      const isOwn = isOwnPage(origin, host, isStrict) || (!isStrict && isApplication(page));
      if (!isOwn) return 'cross_site';
    }
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'cross_site';
    if (kind === 'own') return undefined;
    if (origin !== undefined || site !== undefined) return 'foreign_host';
    if (kind === 'private') return undefined;
    const isSignedByBrowsers = (method !== 'GET' && method !== 'HEAD') || upgrade !== undefined;
    return isSignedByBrowsers && !isStrict ? undefined : 'foreign_host';
  };
}

function isOwnPage(origin: string, host: string | undefined, isStrict: boolean): boolean {
  return (
    origin === `http://${host?.toLowerCase()}` || (!isStrict && origin === `https://${host?.toLowerCase()}`)
  );
}

/** Browser extensions, and applications made of web pages, have schemes of their own, which no page of the web can have. */
function isApplication(page: URL | null): boolean {
  return page !== null && !['http:', 'https:', 'file:'].includes(page.protocol);
}

/** The name in a `Host` header; undefined where it is none. */
function parseHostName(host: string): string | undefined {
  const [, name] = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  return name === undefined ? undefined : normalizedHost(name);
}

function normalizedHost(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}
