import type { Call } from '../dialects/operations/call.ts';
import type { Dialect, Operation } from '../dialects/operations/operation.ts';
import type { Key } from '../keys/key.ts';
import type { ProviderQuirks } from '../translate/codec.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import type { UpstreamResult } from '../upstream/exchange.ts';
import type { UpstreamRequest } from '../upstream/transport.ts';

/** How one configured provider is spoken to: what its type makes of its configuration. */
export interface ProviderAdapter {
  /** Scheme, host and port. */
  readonly origin: string;

  /**
   * Whether the provider has the operation as it is, so that bytes can pass through.
   * @param model in the provider's words
   */
  supports(operation: Operation, model?: string): boolean;

  /** What calls to generate something are translated to, where the provider does not take them as they are. */
  readonly native: Dialect;

  /** It answers 200 to what it refuses, and says so in the body. */
  readonly errorsInside?: boolean;

  /** The same, where it depends on the model. */
  readonly nativeOf?: (model: string) => Dialect;

  /** Where providers of one dialect differ; absent: as most. */
  readonly quirks?: ProviderQuirks;

  /**
   * Turns a call that the provider does not take into one that it does, by the provider's own means and before
   * any translation between dialects; undefined where it has none for this operation. Throws `NotExpressible`
   * for a call that holds what the provider has no means for.
   * @param model in the provider's words
   */
  readonly convert?: (call: Call, model: string | undefined) => Converted | undefined;

  /**
   * Builds the request for a call that it takes, from the untouched original, with this key's credential.
   * Without a key the client's own credential travels, or none.
   * @param model in the provider's words
   */
  build(
    call: Call,
    key: Key | undefined,
    model: string | undefined,
  ): UpstreamRequest | Promise<UpstreamRequest | CredentialFailure>;

  /**
   * The provider answered 401 to this key: what was made of it for requests has to be made anew.
   * @param headers of the request that it refused
   */
  readonly invalidateCredential?: (key: Key, headers: readonly string[]) => void;
}

/** A call in another form, and the way back for its answer. */
export interface Converted {
  readonly call: Call;
  readonly translator: ResponseTranslator;
}

/**
 * The key's credential could not be turned into what requests carry: what whoever does that answered, or did
 * not. It is judged like a provider's answer.
 */
export interface CredentialFailure {
  readonly kind: 'credential-failure';
  readonly result: UpstreamResult;
}

/**
 * What comes of a key that nothing can be made of: no signature, no token. To be given where the key alone is
 * worked on, so that nothing a client says can lead here. The error's message may quote the key; its name does not.
 */
export function unusableKey(error: unknown): CredentialFailure {
  const detail = `key-${error instanceof Error ? error.name.toLowerCase() : 'error'}`;
  return { kind: 'credential-failure', result: { kind: 'fault', fault: 'key-unusable', detail } };
}
