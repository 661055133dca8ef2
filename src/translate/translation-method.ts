import type { Dialect } from '../dialects/operations/operation.ts';
import { clientCodecOf } from './client/codecs.ts';
import type { ClientCodec, ProviderCodec, ProviderQuirks } from './codec.ts';
import { clientCountOf } from './tokens/client-counts.ts';
import type { ClientCount } from './tokens/client-counts.ts';
import { providerCountOf } from './tokens/provider-counts.ts';
import type { ProviderCount } from './tokens/provider-counts.ts';
import { embedTranslationOf } from './embed/translations.ts';
import { providerCodecOf } from './provider/codecs.ts';
import { imageTranslationOf } from './images/translations.ts';
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

/** Who translates: two functions, or two codecs with a package of the SDK between them, which may write what is only counted. */
export type TranslationMethod =
  | { readonly kind: 'whole'; readonly translation: WholeTranslation }
  | { readonly kind: 'package'; readonly clientCodec: ClientCodec; readonly providerCodec: ProviderCodec }
  | { readonly kind: 'count'; readonly client: ClientCount; readonly provider: ProviderCount };

/**
 * How calls for an operation are translated to a dialect; undefined where they cannot be.
 * @param operation its name
 */
export function translationMethod(
  operation: string,
  providerDialect: Dialect,
): TranslationMethod | undefined {
  const translation =
    embedTranslationOf(operation, providerDialect) ?? imageTranslationOf(operation, providerDialect);
  if (translation !== undefined) return { kind: 'whole', translation };
  const client = clientCountOf(operation);
  if (client !== undefined) {
    const provider = providerCountOf(providerDialect);
    return provider && { kind: 'count', client, provider };
  }
  const clientCodec = clientCodecOf(operation);
  const providerCodec = providerCodecOf(providerDialect);
  return clientCodec === undefined || providerCodec === undefined
    ? undefined
    : { kind: 'package', clientCodec, providerCodec };
}
