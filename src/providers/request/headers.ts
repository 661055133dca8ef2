import type { Secret } from '../../base/secret.ts';
import type { Credential } from '../../catalog/row.ts';
import type { Call } from '../../dialects/operations/call.ts';

/*
 * The headers of a request to a provider: lists of name, value, name, value. Which of a client's are among them is
 * decided by `header-filter.ts`; how a type wants its key is said by its row in `catalog/`.
 */

/** What a request has beside its client's headers. */
export interface OwnHeaders {
  /** Sent where the client does not send them. Names in lower case. */
  readonly defaults?: Readonly<Record<string, string>> | undefined;
  /** Of a body that is a stream, where it is known. Bytes. */
  readonly length?: number | undefined;
}

/**
 * The headers of a request, but for its credential.
 * @param call - with those headers alone that may pass
 */
export function requestHeaders(call: Call, { defaults = {}, length }: OwnHeaders = {}): string[] {
  const headers = [...call.headers];
  // An encoded answer could be relayed but not read, and an error in it would pass for an answer.
  headers.push('accept-encoding', 'identity');
  if (length !== undefined) headers.push('content-length', String(length));
  for (const [name, value] of Object.entries(defaults)) {
    if (!hasHeader(headers, name)) headers.push(name, value);
  }
  return headers;
}

/** The header that carries a key: name and value. */
export function credentialHeader(credential: Credential, secret: Secret): [name: string, value: string] {
  switch (credential.kind) {
    case 'bearer':
      return ['authorization', `Bearer ${secret.reveal()}`];
    case 'scheme':
      return ['authorization', `${credential.scheme} ${secret.reveal()}`];
    case 'header':
      return [credential.name, secret.reveal()];
  }
}

/** Headers with some of them set anew, at the end. @param overrides - names in lower case */
export function setHeaders(
  headers: readonly string[],
  overrides: Readonly<Record<string, string>>,
): string[] {
  return [...removeHeaders(headers, new Set(Object.keys(overrides))), ...Object.entries(overrides).flat()];
}

/** Headers without some of them. @param names - in lower case */
export function removeHeaders(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, at) => !names.has((headers[at - (at % 2)] ?? '').toLowerCase()));
}

function hasHeader(headers: readonly string[], lowerName: string): boolean {
  return headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === lowerName);
}
