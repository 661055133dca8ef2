/** A vendor whose clients send it more than its dialect asks for. */
export type Vendor = 'openai' | 'anthropic';

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
  /** Options that make its base URL, where `baseUrl` does not; the first one that is given counts. */
  readonly baseUrlOptions?: readonly BaseUrlOption[];
  /** The environment variable its own documentation puts the key in. Only beside a `baseUrl`. */
  readonly env?: string;
  /** Further variables that it, or its SDK, has documented, for where `env` is not set. */
  readonly otherEnv?: readonly string[];
  /**
   * The names of its own models, by their beginnings (`prefix*`), after its list of models on 2026-11-30: where several providers
   * are made from the environment, these models are its.
   */
  readonly ownModels?: readonly string[];
  /** The weights of these are open, so that hosts may have them too. */
  readonly openWeights?: boolean;
  /** It hosts models of many makers, most of them under `maker/model`. */
  readonly hostsModels?: boolean;
  /** A cheap model for health checks. Absent: none is known that every account may use. */
  readonly healthCheckModel?: string;
  /** How its keys begin, where nobody else's do; the longest one counts. */
  readonly keyPrefixes?: readonly string[];
  /** Other names that people know it by, and try as a type; letters and digits alone, in lower case. */
  readonly alsoCalled?: readonly string[];
  /** The header that its key is sent in, by `providers/request/headers.ts`. */
  readonly credential: Credential;
  /** Options that make one more key of its pool. */
  readonly keyOptions?: KeyOptions;
  /** Names of the options that only some types know, this one among them; `config/schema/vendor-fields.ts` has them. */
  readonly options?: readonly string[];
  /** Its native API, where that is not OpenAI's; `own` is one that chats are converted to. */
  readonly speaks?: 'anthropic' | 'bedrock' | 'gemini' | 'own';
  /**
   * At its own address the list of models is for valid keys alone, and so may check a credential for free. Whether that
   * holds at an address is found out before it is relied on.
   */
  readonly listNeedsKey?: boolean;
  /** A GET of its own API that is free and needs a valid key, where it has no list of models that does. */
  readonly freeCall?: { readonly name: string; readonly path: string; readonly query?: string };
  /** It may be used without any key. */
  readonly keyless?: boolean;
  /** The names of those operations of OpenAI's that it documents; `files.*` is `files` and all below. Absent: all. */
  readonly offers?: readonly string[];
  /**
   * Whole paths of operations that are not behind the base URL. With a configured base URL that ends as the type's own
   * does, they move along.
   */
  readonly paths?: Readonly<Record<string, string>>;
  /** Further `paths` where an option of its own, a switch, is on: by the name of that option. */
  readonly pathsWith?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Whole paths of operations that are asked for as OpenAI or Anthropic write them (`/v1/chat/completions`), with `protocol: original`:
   * the vendor has nothing there, and the Higress plugin sends them here. They move along as `paths` do.
   */
  readonly originalPaths?: Readonly<Record<string, string>>;
  /** Fields that are added to the bodies of requests which do not have them. */
  readonly bodyFields?: readonly DefaultField[];
  /** Where it has Anthropic's API as well; the base path moves as `paths` do. */
  readonly anthropic?: AdditionalApi;
  /** Where it has an API of its own as well, whose operations clients may call; likewise. */
  readonly own?: AdditionalApi;
  /** Headers of clients that pass to it beside those of `passed-headers.ts`, as it documents them. In lower case. */
  readonly passedClientHeaders?: readonly string[];
  /**
   * Query parameters of clients that pass to it alone, unless the configuration says the same itself. In lower case, letters only.
   */
  readonly passedClientParameters?: readonly string[];
  /** It is this vendor's own API: what clients mean for the vendor passes to it, and to nobody else. */
  readonly vendor?: Vendor;
  /**
   * Members of an assistant's messages and calls in chats that it refuses, or has no use for, and that answers of other
   * providers have.
   */
  readonly refusedInHistory?: readonly string[];
  /** It takes `extra_content` in calls, where Gemini's signatures stand, or passes it on to whoever does. */
  readonly takesExtraContent?: boolean;
  /**
   * Chats of OpenAI's clients leave as they were written: it is OpenAI, or nothing is known of who answers. Those for others that
   * speak its dialect are fitted to what these take.
   */
  readonly chatsAsWritten?: boolean;
  /** It answers 200 with an error in the body. */
  readonly errorsInside?: boolean;
  /** It knows the role `developer` (OpenAI's for instructions since 2024), or forwards it. Others are sent `system`. */
  readonly developerRole?: boolean;
  /** A request need not name a model: it has one, or whoever answers decides. */
  readonly needsNoModel?: boolean;
  /** It wants the model's earlier reasoning back while that calls tools, as `reasoning_content`. */
  readonly resendsReasoning?: boolean;
  /** It is never sent `stream_options.include_usage`. */
  readonly refusesStreamUsage?: boolean;
  /**
   * `capabilities` of the configuration have no effect, or its adapter heeds them itself: its requests are signed or have paths
   * of its own, or every path passes through.
   */
  readonly ownPathsOnly?: boolean;
  /** For docs/PROVIDERS.md: what a user should know of it. Whole sentences. */
  readonly notes?: string;
}

/** Another vendor's API that a provider has beside OpenAI's. */
export interface AdditionalApi {
  readonly basePath: string;
  /** As in the row itself. */
  readonly offers: readonly string[];
}

/** An option of the configuration that makes a base URL. */
export interface BaseUrlOption {
  readonly option: string;
  /** The base URL that its value makes. Absent: the value itself. */
  readonly baseUrl?: (value: string) => string | undefined;
  /** The option for the port, and the port where neither that nor the value has one. */
  readonly port?: { readonly option: string; readonly usual: number };
  /** The message where neither it nor `baseUrl` is given. Absent: a general one. */
  readonly missing?: string;
  /** It has another meaning too, and may be given together with `baseUrl`, which counts then. */
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

/** Whether a row offers an operation. @param offers - of the row */
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
