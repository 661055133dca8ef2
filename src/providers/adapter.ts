import type { Call } from '../dialects/operations/call.ts';
import type { Dialect, Operation } from '../dialects/operations/operation.ts';
import type { Key } from '../keys/key.ts';
import type { ProviderQuirks } from '../translate/codec.ts';
import type { ResponseTranslator } from '../translate/response-translator.ts';
import type { UpstreamResult } from '../upstream/exchange.ts';
import type { UpstreamRequest } from '../upstream/transport.ts';
import type { SigningClock } from './signing-clock.ts';

/** How requests to one configured provider are built: what the adapter of its type makes of its configuration. */
export interface ProviderAdapter {
  /** Scheme, host and port. */
  readonly origin: string;

  /**
   * Whether the provider has the operation itself, so that bytes can pass through.
   * @param model the provider's name for it
   */
  readonly supports: (operation: Operation, model?: string) => boolean;

  /**
   * Adds what every request to the provider has and no client can know: the key's credential, and a signature over the final path
   * and body where keys sign. Without a key it is the client's own credential, or none.
   */
  readonly authorize: (
    request: UpstreamRequest,
    key: Key | undefined,
    call: Call,
  ) => UpstreamRequest | Promise<UpstreamRequest | CredentialFailure>;

  /** What stands for OpenAI's `/v1` here; absent where it does not speak OpenAI's dialect at an address of its own. */
  readonly openaiBase?: OpenaiBase;

  /** The path of every request, where it has only one. */
  readonly onlyPath?: string;

  /** Where it has an operation whose path leads to nothing there as OpenAI writes it: `originalPaths` of its type. */
  readonly originalPath?: (operation: Operation) => string | undefined;

  /** The base path of its own API, where its type's base URL does not say. As `Endpoint.basePath`. */
  readonly ownBasePath?: string;

  /** The dialect that calls to generate something are translated to, where the provider does not support them. */
  readonly native: Dialect;

  /** The same, where it depends on the model. */
  readonly nativeOf?: (model: string) => Dialect;

  /** What requests that name no model are for, where its URL says that. */
  readonly unnamedModel?: string;

  /** It answers 200 with an error in the body. */
  readonly errorsInside?: boolean;

  /** Where providers of one dialect differ. Absent: `NO_QUIRKS`. */
  readonly quirks?: ProviderQuirks;

  /**
   * Converts a call that the provider does not support into one for its own API, before any translation between
   * dialects; undefined where it has nothing for this operation.
   * @param model the provider's name for it
   * @throws NotExpressible where the call holds what that API cannot express
   */
  readonly convert?: (call: Call, model: string | undefined) => Converted | Promise<Converted> | undefined;

  /**
   * Builds the request for a supported call, from the untouched original, with this key's credential. Without a key
   * the client's own credential is sent, or none.
   * @param model the provider's name for it
   */
  readonly build: (
    call: Call,
    key: Key | undefined,
    model: string | undefined,
  ) => UpstreamRequest | Promise<UpstreamRequest | CredentialFailure>;

  /** The time that requests are signed by; absent where none are. */
  readonly signingClock?: SigningClock;

  /**
   * The provider answered 401 to this key: a token that was made from it must not be used again.
   * @param headers of the refused request
   */
  readonly invalidateCredential?: (key: Key, headers: readonly string[]) => void;
}

/** Where OpenAI's API begins at a provider. */
export interface OpenaiBase {
  /** As `Endpoint.basePath`. */
  readonly path: string;
  /** Added to queries that do not have it: `name=value`. */
  readonly query?: string;
}

/**
 * A call to the provider's own API, and what translates the answer back; without a translator it is the client's call, which
 * the provider takes as it is after all.
 */
export interface Converted {
  readonly call: Call;
  readonly translator: ResponseTranslator | undefined;
}

/** No request could be authenticated with the key: the token server's answer or a fault, judged like a provider's. */
export interface CredentialFailure {
  readonly kind: 'credential-failure';
  readonly result: UpstreamResult;
}

/**
 * The failure of a key that cannot sign or make a token. Only for errors thrown over the key alone: what a client sends
 * must never lead here. The error's message may quote the key, so that only its name is kept.
 */
export function unusableKey(error: unknown): CredentialFailure {
  const detail = `key-${error instanceof Error ? error.name.toLowerCase() : 'error'}`;
  return { kind: 'credential-failure', result: { kind: 'fault', fault: 'key-unusable', detail } };
}
