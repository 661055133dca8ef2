/** Begins the WebSocket protocol by which pages name their key; the key follows. It never travels on. */
export const KEY_PROTOCOL = 'openai-insecure-api-key.';

/** The protocols that a client asks for, without that which is its key; empty where none is left. */
export function withoutKeyProtocol(protocols: string): string {
  return protocols
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => !protocol.startsWith(KEY_PROTOCOL))
    .join(', ');
}
