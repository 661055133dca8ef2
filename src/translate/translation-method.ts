import type { Dialect } from '../dialects/operations/operation.ts';
import { clientCodecOf } from './client/codecs.ts';
import type { ClientCodec, ProviderCodec, ProviderQuirks } from './codec.ts';
import { embedTranslationOf } from './embed/translations.ts';
import { providerCodecOf } from './provider/codecs.ts';
import type { WholeTranslation } from './whole-translation.ts';

/** What is to be translated into what. Plain data: it goes to other threads. */
export interface TranslationSpec {
  /** The name of the client's operation, and its dialect. */
  readonly operation: string;
  readonly clientDialect: Dialect;
  readonly providerDialect: Dialect;
  /** As the provider calls it. */
  readonly model: string;
  readonly quirks: ProviderQuirks;
  readonly stream: boolean;
}

/** Who translates: two functions, or two codecs with a package of the SDK between them. */
export type TranslationMethod =
  | { readonly kind: 'whole'; readonly translation: WholeTranslation }
  | { readonly kind: 'package'; readonly clientCodec: ClientCodec; readonly providerCodec: ProviderCodec };

/**
 * How calls for an operation are translated to a dialect; undefined where they cannot be.
 * @param operation its name
 */
export function translationMethod(
  operation: string,
  providerDialect: Dialect,
): TranslationMethod | undefined {
  const translation = embedTranslationOf(operation, providerDialect);
  if (translation !== undefined) return { kind: 'whole', translation };
  const clientCodec = clientCodecOf(operation);
  const providerCodec = providerCodecOf(providerDialect);
  return clientCodec === undefined || providerCodec === undefined
    ? undefined
    : { kind: 'package', clientCodec, providerCodec };
}
