/** How a provider wants its key: as `Authorization: Bearer KEY`, with another scheme, or bare in the header named. */
export type Credential =
  | { readonly kind: 'bearer' }
  | { readonly kind: 'scheme'; readonly scheme: string }
  | { readonly kind: 'header'; readonly name: string };

/**
 * A type of provider: all that is known of a vendor and can be said as data. What needs code has an adapter of its own;
 * `providers/open-adapter.ts` lists those.
 */
export interface ProviderType {
  readonly type: string;
  /**
   * Where it answers unless the configuration says otherwise: everything before an operation's own suffix, such as
   * `/chat/completions`. Absent where every customer has their own.
   */
  readonly baseUrl?: string;
  /** Options that say where it is in place of `baseUrl`; the first one that is given counts. */
  readonly baseUrlOptions?: readonly BaseUrlOption[];
  /** The environment variable its own documentation puts the key in. Only beside a `baseUrl`. */
  readonly env?: string;
  /** A cheap model for health checks. Absent: none is known that every account may use. */
  readonly healthCheckModel?: string;
  readonly credential: Credential;
  /** Options that make one more key of its pool. */
  readonly keyOptions?: KeyOptions;
  /** Names of the options that only some types know, this one among them; `config/schema/vendor-fields.ts` has them. */
  readonly options?: readonly string[];
  /** What it speaks, where that is not OpenAI's dialect; `own` is an API that chats are turned into. */
  readonly speaks?: 'anthropic' | 'bedrock' | 'gemini' | 'own';
  /**
   * Its list of models is for valid keys alone, at its own address: worth trying as a check of a credential. Whether an
   * address keeps to that is found out before it is believed.
   */
  readonly listNeedsKey?: boolean;
  /** What else costs nothing and asks for a valid key, where it has no list of models that does: a GET of its own API. */
  readonly freeCall?: { readonly name: string; readonly path: string; readonly query?: string };
  /** It may be used without any key. */
  readonly keyless?: boolean;
  /**
   * The operations of OpenAI's that its documentation tells of, by their names; `files.*` is `files` and all
   * below it. Absent: all, since nothing is known.
   */
  readonly offers?: readonly string[];
  /**
   * Operations that do not stand behind the base URL, with their whole paths there. They move with a base URL
   * that ends as the usual one does.
   */
  readonly paths?: Readonly<Record<string, string>>;
  /** Further `paths` where an option of its own, a switch, is on: by the name of that option. */
  readonly pathsWith?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Fields that are added to the bodies of requests which do not have them. */
  readonly bodyFields?: readonly DefaultField[];
  /** Where it speaks Anthropic's dialect as well, as a base path; it moves as `paths` do. */
  readonly anthropic?: AdditionalApi;
  /** Where it has an API of its own beside, whose operations clients may ask for: likewise. */
  readonly own?: AdditionalApi;
  /**
   * Headers of clients that pass to it beside those that pass to all, after its documentation; see `passed-headers`. In
   * lower case.
   */
  readonly headers?: readonly string[];
  /** It answers 200 to what it refuses, and says so in the body. */
  readonly errorsInside?: boolean;
  /** It knows the role `developer` (OpenAI's word for instructions), or passes it on. Others are sent `system`. */
  readonly developerRole?: boolean;
  /** It takes `max_completion_tokens` alone. Others know `max_tokens`. */
  readonly maxCompletionTokens?: boolean;
  /** It wants to see the model's reasoning again while that calls tools, as `reasoning_content`. */
  readonly resendsReasoning?: boolean;
  /** It is not to be sent `stream_options.include_usage`. */
  readonly refusesStreamUsage?: boolean;
  /**
   * `capabilities` of the configuration add nothing to it: its requests are signed or have paths of their own making, or
   * it passes on every path as it is.
   */
  readonly ownPathsOnly?: boolean;
  /** For the reader of the documentation: what differs, and what is to be known. Whole sentences. */
  readonly notes?: string;
}

/** Another vendor's API that a provider has beside OpenAI's. */
export interface AdditionalApi {
  readonly basePath: string;
  /** As in the row itself. */
  readonly offers: readonly string[];
}

/** An option of the configuration that says where a provider is. */
export interface BaseUrlOption {
  readonly option: string;
  /** The base URL that its value makes. Absent: the value itself. */
  readonly baseUrl?: (value: string) => string | undefined;
  /** The option for the port, and the port where neither that nor the value says one. */
  readonly port?: { readonly option: string; readonly usual: number };
  /** What is expected where neither it nor `baseUrl` is given, in words of its own. */
  readonly missing?: string;
  /** It says something else as well, and may stand beside `baseUrl`, which counts then. */
  readonly besideBaseUrl?: boolean;
}

/** Options that hold the parts of a key, which are joined by colons. */
export interface KeyOptions {
  /** All of them, or none. */
  readonly parts: readonly string[];
  /** A further part of some keys. */
  readonly optionalPart?: string;
}

/** A field at the top of the bodies of one operation. */
export interface DefaultField {
  readonly operation: string;
  readonly name: string;
  readonly value: boolean;
  /** The option, a switch, that has to be on. Absent: it is always added. */
  readonly option?: string;
}

/** Whether an operation is one of those that a row names. */
export function isOffered(offers: readonly string[] | undefined, name: string): boolean {
  if (offers === undefined) return true;
  return offers.some((each) =>
    each.endsWith('.*') ? `${name}.`.startsWith(each.slice(0, -1)) : each === name,
  );
}

export const bearer: Credential = { kind: 'bearer' };
/** The key alone, without `Bearer`. */
export const bareToken: Credential = { kind: 'header', name: 'authorization' };

/** Anthropic's messages, and nothing else of its API. */
export function messagesAt(basePath: string): AdditionalApi {
  return { basePath, offers: ['messages.create'] };
}
