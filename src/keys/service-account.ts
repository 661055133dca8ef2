import type { Secret } from '../base/secret.ts';

/** A service account, as Google's console gives it as JSON. */
export interface ServiceAccount {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly project_id?: string;
  readonly token_uri: string;
}

/** Parsed once for each key, since every request needs it. */
const known = new WeakMap<Secret, ServiceAccount | 'none'>();

/** The service account in a key, as JSON or base64 of it; undefined for another kind of key. */
export function accountIn(secret: Secret): ServiceAccount | undefined {
  let account = known.get(secret);
  if (account === undefined) {
    account = parseAccount(secret.reveal()) ?? 'none';
    known.set(secret, account);
  }
  return account === 'none' ? undefined : account;
}

function parseAccount(text: string): ServiceAccount | undefined {
  const json = text.startsWith('{') ? text : Buffer.from(text, 'base64').toString();
  if (!json.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isAccount(value) ? value : undefined;
  } catch {
    // Some other key that can be decoded as base64.
    return undefined;
  }
}

function isAccount(value: unknown): value is ServiceAccount {
  return (
    typeof value === 'object' &&
    value !== null &&
    'client_email' in value &&
    'private_key' in value &&
    'token_uri' in value
  );
}
