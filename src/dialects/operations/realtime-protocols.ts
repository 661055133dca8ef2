/** Begins the WebSocket protocol by which pages name their key; the key follows. It never travels on. */
export const API_KEY_PROTOCOL = 'openai-insecure-api-key.';

/** By other such protocols pages name the organisation and the project that pay (github.com/openai/openai-node). */
const IDENTITY_PROTOCOLS = ['openai-organization.', 'openai-project.'] as const;

/**
 * The protocols that a client asks for, without that which is its key, and those that say whose request it is; empty
 * where none is left.
 * @param isOwnCredential whether the client's own credential travels: then it says whose request it is
 */
export function forwardedProtocols(protocols: string, isOwnCredential: boolean): string {
  const removed = isOwnCredential ? [API_KEY_PROTOCOL] : [API_KEY_PROTOCOL, ...IDENTITY_PROTOCOLS];
  return protocols
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => !removed.some((beginning) => protocol.toLowerCase().startsWith(beginning)))
    .join(', ');
}
