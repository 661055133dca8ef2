import type { BodyFacts, IdField, ModelField } from '../scan/body-facts.ts';

/** The API format of a client or a provider. It decides how an error is written and what counts as output. */
export type Dialect =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai'
  | 'anthropic-messages'
  | 'gemini-generate'
  | 'bedrock-converse'
  /** A format of one provider's own. */
  | 'vendor';

/** Dialects that make up one vendor's API: a provider that has one of them has the others. */
export type Family = 'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'vendor';

/** How an error is written: as a dialect has it, or as one vendor's own API does. */
export type ErrorForm =
  | Dialect
  /** A message alone. */
  | 'text'
  | 'cohere'
  | 'dashscope'
  | 'minimax'
  | 'tencent';

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

/** One operation of an API. */
export interface Operation {
  /** The name in the vendor's SDK: `chat.completions`, `files.create`, `messages.create`, `gemini.generateContent`. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * The suffix of a request's path. `{id}` and `{name}` are one segment, of which the first names a resource; `{model}` is one
   * where more segments follow, else all that are left, and `{model}:verb` all that are left up to a colon and the verb.
   */
  readonly pattern: string;
  /**
   * Where the model is. Some operations take JSON and forms alike: then the content type decides between the two.
   */
  readonly modelIn: 'json' | 'form' | 'path' | 'query' | 'none';
  /** The field of a JSON body that names it. */
  readonly modelField: ModelField;
  /** How its clients read errors. */
  readonly errorForm: ErrorForm;
  /** Whether it answers with a stream: always, never, where the body asks for one, or where it does not decline one. */
  readonly streams: 'always' | 'never' | 'as-asked' | 'unless-declined';
  /** No provider has it: it is always translated. */
  readonly isTranslated: boolean;
  /** Its path belongs to no operation: it is sent as the client wrote it. See `passthrough.ts`. */
  readonly isPassthrough: boolean;
  /** It opens a WebSocket. */
  readonly upgrades: boolean;
  /** False where the provider has a default, or where a stored prompt names a model. */
  readonly modelRequired: boolean;
  /**
   * Creates something that lasts, or is paid for by the piece as images are, or acts beyond its answer as workflows do: it must
   * not be done twice. With `honorsStore` this is the default of the body's `store`; see `createsResource`.
   */
  readonly creates: boolean;
  /** The body's `store` and `background` decide whether it creates something that lasts. */
  readonly honorsStore: boolean;
  /** Its resources belong to the account of the key that created them: they are created, listed and read with one key. */
  readonly stateful: boolean;
  /**
   * Fields of its answer with the ids of such resources, so that later calls for them go to the same key: a string, a list of
   * strings, or an object with an `id`.
   */
  readonly answerIds: readonly string[];
  /** More such fields, of resources that any key of the provider can use: they matter where clients are kept apart. */
  readonly ownedIds: readonly string[];
  /** Fields of its query with ids of resources. */
  readonly idsInQuery: readonly string[];
  /** Another suffix that clients may ask by, without ids: providers are asked by the pattern all the same. */
  readonly otherPattern?: string;
  /** Fields of its body, beside those that all bodies are looked through for, with the id of a resource. */
  readonly idsInBody: readonly IdField[];
  /** It asks a model for text: a health check, which is a chat, can ask the same model for the same. */
  readonly isChat: boolean;
  /** It counts the tokens of a request. Who cannot is made up for by an estimate. */
  readonly isCount: boolean;
}

/** What an operation has that most do not have. */
export type Traits = Partial<Omit<Operation, 'name' | 'dialect' | 'method' | 'pattern'>>;

/** An operation, with the defaults that most have. */
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
    modelField: 'model',
    errorForm: dialect,
    modelRequired: modelIn !== 'none',
    streams: 'as-asked',
    isTranslated: false,
    isPassthrough: false,
    upgrades: false,
    creates: false,
    honorsStore: false,
    stateful: false,
    answerIds: [],
    ownedIds: [],
    idsInQuery: [],
    idsInBody: [],
    isChat: false,
    isCount: false,
    ...traits,
  };
}

/** Whether a call wants a stream. @param facts - of its body */
export function isStreamed(
  { streams, dialect }: Operation,
  { stream, vendorStream }: Pick<BodyFacts, 'stream' | 'vendorStream'>,
): boolean {
  const asked = dialect === 'vendor' ? (vendorStream ?? stream) : stream;
  switch (streams) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'as-asked':
      return asked === true;
    case 'unless-declined':
      return asked !== false;
  }
}

/** The model is a field of the body. */
export const JSON_MODEL: Traits = { modelIn: 'json' };
/** The model is a field of a form. */
export const FORM_MODEL: Traits = { modelIn: 'form' };
/** Its resources belong to the account of the key that created them. */
export const STATEFUL: Traits = { stateful: true };
/** It creates such a resource, and its answer has the id. */
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
