import { formatAddress } from '../../config/schema/notations.ts';
import type { ListenAddress } from '../../listener/listen.ts';

/** Where the admin listener is unless something else is configured. */
export const DEFAULT_ADMIN_URL = 'http://127.0.0.1:5398';

/** The URL by which something on this machine calls a listener. */
export function urlOf(address: ListenAddress, tls: object | undefined): string {
  return `${tls === undefined ? 'http' : 'https'}://${formatAddress(reachable(address))}`;
}

/** An address to call where the one listened on stands for all of the machine's. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}
