import type { Dialect } from '../dialects/operations/operation.ts';
import type { ProviderCodec, ClientCodec } from './codec.ts';
import { providerCodecOf, clientCodecOf, wholeTranslationOf } from './codec-registry.ts';
import type { WholeTranslation } from './whole-translation.ts';

/** From one dialect to another. */
export type TranslationMethod =
  | { readonly kind: 'whole'; readonly translation: WholeTranslation }
  | { readonly kind: 'package'; readonly clientCodec: ClientCodec; readonly providerCodec: ProviderCodec };

/**
 * How calls for an operation are put into `native`; undefined where they cannot be.
 * @param operation its name
 */
export function translationMethod(
  operation: string,
  providerDialect: Dialect,
): TranslationMethod | undefined {
  const translation = wholeTranslationOf(operation, providerDialect);
  if (translation !== undefined) return { kind: 'whole', translation };
  const clientCodec = clientCodecOf(operation);
  const providerCodec = providerCodecOf(providerDialect);
  return clientCodec === undefined || providerCodec === undefined
    ? undefined
    : { kind: 'package', clientCodec, providerCodec };
}
