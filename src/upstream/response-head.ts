import type { ResponseHeaders } from './upstream-result.ts';

/** Answers that only announce the answer (RFC 9110, 15.2): more of them are no sign that there will be one. */
const MAX_INTERIM_RESPONSES = 1024;

/**
 * What is wrong with an interim answer, in a stable word for logs; undefined where it is passed over.
 * @param count - how many have come, with this one
 */
export function interimFault(status: number, count: number): string | undefined {
  // Whoever goes over to another protocol unasked gives no answer any more (RFC 9110, 15.2.2).
  if (status === 101) return 'bad-upgrade';
  return count > MAX_INTERIM_RESPONSES ? 'too-many-interims' : undefined;
}

/**
 * Whether an answer is over with its head although HTTP/1.1 would read on: 205 has no content (RFC 9110, 15.3.6), and
 * unlike 204 and 304 nothing but its length says so (RFC 9112, 6.3). What stands behind it is not to be trusted.
 */
export function endsAtHead(status: number, headers: ResponseHeaders): boolean {
  return status === 205 && headers['content-length'] !== '0';
}
