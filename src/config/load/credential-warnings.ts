import { credentialMistake, isPlaceholder, isVendorsOwn, typesOfKey } from '../schema/credential-form.ts';
import type { Config, ProviderConfig } from '../schema/schema.ts';
import { keysFromOptions } from '../schema/vendor-options.ts';
import type { Warning } from './problem.ts';

/** Credentials of clients are ours to choose: any that is long enough works, and an example of one is known to everybody. */
export function clientWarnings({ clients = [], admin }: Config): readonly Warning[] {
  const credentials = [
    ...clients.map(({ key }, index) => ({ path: ['clients', index, 'key'], secret: key, what: 'a key' })),
    ...(admin.token === undefined
      ? []
      : [{ path: ['admin', 'token'], secret: admin.token, what: 'a token' }]),
  ];
  return credentials.flatMap(({ path, secret, what }) => {
    const expected = isPlaceholder(secret.reveal())
      ? `${what} that nobody knows, in place of an example of one`
      : credentialMistake(secret.reveal(), what);
    return expected === undefined ? [] : [{ path, expected }];
  });
}

/** What a provider's keys may be by mistake, where they may also be keys. */
export function keyWarnings(provider: ProviderConfig): readonly Warning[] {
  const { type, baseUrl, providerDomain, apiTokens } = provider;
  const isOwn = providerDomain === undefined && isVendorsOwn(type, baseUrl);
  // What options of its type make stands behind those that were written as tokens.
  const written = apiTokens.slice(0, apiTokens.length - keysFromOptions(provider).length);
  return written.flatMap(({ key }, index) => {
    const text = key.reveal();
    const types = isOwn ? typesOfKey(text) : [];
    const expected = isPlaceholder(text)
      ? 'the token itself, in place of an example of one'
      : types.length > 0 && !types.includes(type)
        ? `a token for ${type}: this one begins as those for ${types.join(' and ')} do`
        : credentialMistake(text, 'a token');
    return expected === undefined ? [] : [{ path: ['apiTokens', index], expected }];
  });
}
