/** What is spoken: by clients, by providers. It decides how an error is written and what counts as output. */
export type Dialect =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai'
  | 'anthropic-messages'
  | 'gemini-generate'
  /** Spoken by providers alone. */
  | 'bedrock-converse'
  /** A provider's own, which nobody else speaks. */
  | 'vendor';

/** Dialects that one vendor's API is made of: a provider that speaks one of them speaks the others. */
export type Family = 'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'vendor';

/** The family a dialect belongs to. */
export function familyOf(dialect: Dialect): Family {
  switch (dialect) {
    case 'openai-chat':
    case 'openai-responses':
    case 'openai':
      return 'openai';
    case 'anthropic-messages':
      return 'anthropic';
    case 'gemini-generate':
      return 'gemini';
    case 'bedrock-converse':
      return 'bedrock';
    case 'vendor':
      return 'vendor';
  }
}

/** One thing a client can ask for. */
export interface Operation {
  /** The SDK's own words: `chat.completions`, `files.create`, `messages.create`, `gemini.generateContent`. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /**
   * The operation's own suffix, which ends a request's path. `{id}` is one segment, `{model}` all that follow;
   * `{model}:verb` all that follow up to a colon and the verb.
   */
  readonly pattern: string;
  /**
   * Where the model customarily stands. Some operations take JSON and forms alike: the body's content type
   * says which of the two it is.
   */
  readonly modelIn: 'json' | 'form' | 'path' | 'query' | 'none';
  /** Whether it answers with a stream: always, never, or where the body's `stream` says so. */
  readonly streams: 'always' | 'never' | 'as-asked';
  /** No provider has it: it is put into what they have. */
  readonly isTranslated: boolean;
  /** Asks for a WebSocket rather than for an answer. */
  readonly upgrades: boolean;
  /** False where the provider has a default, or where a stored prompt brings its own. */
  readonly modelRequired: boolean;
  /**
   * Makes something that lasts, or that is paid for by the piece as images are, or acts beyond its answer as workflows
   * do: doing it twice would be wrong. Where it `heedsStore`, that holds while the body says nothing; see `createsLasting`.
   */
  readonly creates: boolean;
  /** The body's `store` and `background` decide whether something lasting is created. */
  readonly honorsStore: boolean;
  /** Deals with things that live with the account of the key that made them: made, listed and read with one key. */
  readonly stateful: boolean;
  /**
   * Fields of its answer that name things which live with that account, so that later calls for them can be
   * sent there: a text, a list of texts, or an object that has an `id`.
   */
  readonly answerIds: readonly string[];
  /** More such fields, of things that any key of its provider reaches: they matter where clients are kept apart. */
  readonly ownedIds: readonly string[];
  /** Fields of its query that name such things. */
  readonly idsInQuery: readonly string[];
}

/** What an operation has that most have not. */
export type Traits = Partial<Omit<Operation, 'name' | 'dialect' | 'method' | 'pattern'>>;

/** An operation with what most have in common. */
export function operation(
  name: string,
  dialect: Dialect,
  method: Operation['method'],
  pattern: string,
  traits: Traits = {},
): Operation {
  const modelIn = traits.modelIn ?? 'none';
  return {
    name,
    dialect,
    method,
    pattern,
    modelIn,
    modelRequired: modelIn !== 'none',
    streams: 'as-asked',
    isTranslated: false,
    upgrades: false,
    creates: false,
    honorsStore: false,
    stateful: false,
    answerIds: [],
    ownedIds: [],
    idsInQuery: [],
    ...traits,
  };
}

/** The model is a field of the body. */
export const JSON_MODEL: Traits = { modelIn: 'json' };
/** The model is a field of a form. */
export const FORM_MODEL: Traits = { modelIn: 'form' };
/** It deals with what lives with the account of the key that made it. */
export const STATEFUL: Traits = { stateful: true };
/** It makes such a thing, and its answer names it. */
export const CREATES: Traits = { creates: true, stateful: true, answerIds: ['id'] };

/**
 * Whether a call creates something that lasts at the provider, or is paid for by the piece: then it must not be sent again
 * where it may have arrived.
 * @param flags - the body's `store` and `background`: a provider keeps what works in the background whatever `store` is
 */
export function createsResource(
  { creates, honorsStore }: Operation,
  { store, background }: { readonly store: boolean | undefined; readonly background: boolean },
): boolean {
  return honorsStore ? background || (store ?? creates) : creates;
}

/** Operations that ask a model for text, in whatever dialect. */
const CHATS: ReadonlySet<string> = new Set([
  'chat.completions',
  'chat.completions.response',
  'responses.create',
  'messages.create',
  'gemini.generateContent',
  'gemini.streamGenerateContent',
  'bedrock.converse',
  'bedrock.converseStream',
  'coze.chat',
  'deepl.translate',
  'dify.chat_messages',
  'hunyuan.chat',
  'triton.generate',
]);

/** Whether a health check, which is a chat, can ask of a model what this operation asks of it. */
export function isChat({ name }: Operation): boolean {
  return CHATS.has(name);
}
