import type { ResponseHeaders } from './exchange.ts';

/** Interim responses (1xx; RFC 9110, 15.2) before the response itself. A bound on a provider that sends nothing else. */
const MAX_INTERIM_RESPONSES = 1024;

/**
 * What is wrong with an interim response, in a stable word for logs; undefined where it is skipped.
 * @param count - how many have come, this one included
 */
export function interimFault(status: number, count: number): string | undefined {
  // Switching protocols unrequested means that no response follows (RFC 9110, 15.2.2).
  if (status === 101) return 'bad-upgrade';
  return count > MAX_INTERIM_RESPONSES ? 'too-many-interims' : undefined;
}

/**
 * Whether a response is over with its head although HTTP/1.1 would read on: 205 has no content (RFC 9110, 15.3.6), and
 * unlike 204 and 304 it is framed by its length alone (RFC 9112, 6.3). The connection must not be used again.
 */
export function endsAtHead(status: number, headers: ResponseHeaders): boolean {
  return status === 205 && headers['content-length'] !== '0';
}
