/** The WebSocket protocol in which web pages send their key, which follows it. It is never sent on. */
export const API_KEY_PROTOCOL = 'openai-insecure-api-key.';

/** Protocols in which they send the organisation and the project that pay (github.com/openai/openai-node). */
const IDENTITY_PROTOCOLS = ['openai-organization.', 'openai-project.'] as const;

/**
 * The protocols of a client's handshake that are sent on: all but its key and its identity. Empty where none is left.
 * @param isOwnCredential whether the client's own credential is sent on: then its identity is, too
 */
export function forwardedProtocols(protocols: string, isOwnCredential: boolean): string {
  const removed = isOwnCredential ? [API_KEY_PROTOCOL] : [API_KEY_PROTOCOL, ...IDENTITY_PROTOCOLS];
  return protocols
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => !removed.some((prefix) => protocol.toLowerCase().startsWith(prefix)))
    .join(', ');
}
