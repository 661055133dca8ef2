/** How a provider wants its key: as `Authorization: Bearer KEY`, with another scheme, or bare in the header named. */
export type Credential =
  | { readonly kind: 'bearer' }
  | { readonly kind: 'scheme'; readonly scheme: string }
  | { readonly kind: 'header'; readonly name: string };

/**
 * A type of provider. `baseUrl` is everything before an operation's own suffix: `/v1` for most, since the suffix
 * is `/chat/completions`. What more than a row a type needs is in `wires.ts`.
 */
export interface ProviderType {
  readonly type: string;
  /** Where it answers unless the configuration says otherwise; absent where every customer has their own. */
  readonly baseUrl?: string;
  /** The environment variable its own documentation puts the key in. Only beside a `baseUrl`. */
  readonly env?: string;
  /** A cheap model for health checks. Absent: none is known that every account may use. */
  readonly healthCheckModel?: string;
  readonly credential: Credential;
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
  /** For the reader of the documentation: what differs, and what is to be known. Whole sentences. */
  readonly notes?: string;
}

/** Another vendor's API that a provider has beside OpenAI's. */
export interface AdditionalApi {
  readonly basePath: string;
  /** As in the row itself. */
  readonly offers: readonly string[];
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
