import type { CredentialFailure } from '../adapter.ts';

/**
 * What comes of a key that nothing can be made of: no signature, no token. To be given where the key alone is
 * worked on, so that nothing a client says can lead here. The error's message may quote the key; its name does not.
 */
export function unusableKey(error: unknown): CredentialFailure {
  const detail = `key-${error instanceof Error ? error.name.toLowerCase() : 'error'}`;
  return { kind: 'credential-trouble', opening: { kind: 'fault', fault: 'key-unusable', detail } };
}
