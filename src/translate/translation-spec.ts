import type { Dialect } from '../dialects/operations/operation.ts';
import type { ProviderQuirks } from './codec.ts';

/** Which translation it is. */
export interface TranslationSpec {
  /** The name of the client's operation, and its dialect. */
  readonly operation: string;
  readonly clientDialect: Dialect;
  /** What the provider speaks. */
  readonly providerDialect: Dialect;
  /** In the provider's words. */
  readonly model: string;
  readonly quirks: ProviderQuirks;
  readonly stream: boolean;
}
