/** The parts of the surfaces a behaviour may be limited to. */
export const OPERATIONS = [
  'chat',
  'completions',
  'responses',
  'embeddings',
  'models',
  'moderations',
  'files',
  'images',
  'audio',
  'messages',
  'generate',
  'converse',
  'count-tokens',
  'videos',
  'other',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** For which requests, and for how many of them or how long. Common to all behaviours. */
export interface BehaviourScope {
  /** Over after this many requests. At most one of `times` and `forMs`; with neither it lasts for ever. */
  readonly times?: number;
  /** Over this many milliseconds after the first request it was played to. */
  readonly forMs?: number;
  /** Only for requests that name one of these models. */
  readonly models?: readonly string[];
  /** Only for these operations. */
  readonly operations?: readonly Operation[];
  /** Between 0 and 1: how likely it is to apply to a request that fits; the others go to the next behaviour. */
  readonly chance?: number;
}

/** How far an answer gets before it stalls: nothing of it sent, its headers sent, or its preamble too. */
export type StallPoint = 'request' | 'headers' | 'preamble';

/** A complete, right answer. */
export interface AnswerBehaviour extends BehaviourScope {
  readonly kind: 'answer';
  /** Content chunks of a stream; by default one for each word, at most 32. */
  readonly chunks?: number;
  /** Pause before each content chunk of a stream, milliseconds. Default 0. */
  readonly chunkDelayMs?: number;
  /** A stream is sent in pieces of so many bytes, wherever that cuts it. Default: each chunk whole. */
  readonly pieceBytes?: number;
}

/** The credential is wrong or revoked: OpenAI's 401 `invalid_api_key`. */
export interface InvalidKeyBehaviour extends BehaviourScope {
  readonly kind: 'invalid-key';
}

/** Too many requests: OpenAI's 429 `rate_limit_exceeded`. */
export interface RateLimitedBehaviour extends BehaviourScope {
  readonly kind: 'rate-limited';
  /**
   * How long to wait: seconds, sent where the vendor sends them (the `retry-after` header of OpenAI and Anthropic,
   * Gemini's `RetryInfo`, nowhere at Bedrock); text, sent as that header (an HTTP date); or false for nothing.
   * Default: what is left of `forMs`, else 1.
   */
  readonly retryAfter?: number | string | false;
  /** The `retry-after-ms` header. Default: not sent. */
  readonly retryAfterMs?: number;
  /** Further headers, such as `x-ratelimit-reset-requests: 6m0s`. They win over the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing left to spend: OpenAI's 429 `insufficient_quota`. */
export interface OutOfCreditBehaviour extends BehaviourScope {
  readonly kind: 'out-of-credit';
}

/** A failure of the provider itself. */
export interface ServerErrorBehaviour extends BehaviourScope {
  readonly kind: 'server-error';
  /** Default 500. */
  readonly status?: 500 | 502 | 503 | 504;
}

/** No room for anybody: OpenAI's 503 `server_is_overloaded`, Anthropic's 529 `overloaded_error`. */
export interface OverloadedBehaviour extends BehaviourScope {
  readonly kind: 'overloaded';
}

/** A right answer that begins late. */
export interface SlowFirstOutputBehaviour extends BehaviourScope {
  readonly kind: 'slow-first-output';
  readonly delayMs: number;
  /** What is sent before the delay. Default `request`: nothing. */
  readonly after?: StallPoint;
}

/** Accepts the request and never finishes, nor closes the connection. */
export interface HangBehaviour extends BehaviourScope {
  readonly kind: 'hang';
  /** What is sent before it falls silent. Default `request`: nothing. */
  readonly after?: StallPoint;
}

/**
 * The connection breaks in the middle of the answer: after some chunks of a stream, halfway through a body.
 * After a reset some network stacks throw away what the client has not read yet.
 */
export interface CutBehaviour extends BehaviourScope {
  readonly kind: 'cut';
  /** Content chunks of a stream sent before the cut. Default 1; 0 cuts after the preamble. */
  readonly afterChunks?: number;
  /** `reset` (RST, the default) or `close` (FIN before the answer's end). */
  readonly by?: 'reset' | 'close';
}

/** The answer ends in order for HTTP, but early: a stream without its end marker, half of a JSON body. */
export interface TruncateBehaviour extends BehaviourScope {
  readonly kind: 'truncate';
  /** Content chunks of a stream sent before its end. Default: all. */
  readonly afterChunks?: number;
}

/**
 * The words of an error inside a 200. `type` is the word each vendor has: Gemini's `status`, the name of Bedrock's
 * exception. `code` is OpenAI's, and the `reason` of Gemini's details; the others have none.
 */
export interface ErrorWords {
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

/** An error event inside a stream that began with 200. A plain answer becomes `error-200`. */
export interface ErrorEventBehaviour extends BehaviourScope {
  readonly kind: 'error-event';
  /** Content chunks sent before the error. Default 0: after the preamble, before any output. */
  readonly afterChunks?: number;
  /** Pause between what is sent before and the error, milliseconds. Default 0. */
  readonly delayMs?: number;
  /** Default: a failure of the provider itself. */
  readonly error?: Partial<ErrorWords>;
  /** Of a Responses stream: by which events. Default `both`, as OpenAI does. */
  readonly form?: 'error' | 'response.failed' | 'both';
}

/** 200 with the content type of the answer and no byte of body. */
export interface EmptyStreamBehaviour extends BehaviourScope {
  readonly kind: 'empty-stream';
}

/** 502 with an HTML page, as a proxy on the way writes it. */
export interface Html502Behaviour extends BehaviourScope {
  readonly kind: 'html-502';
}

/** Reads the request, then resets the connection before any byte of an answer. */
export interface RefuseBehaviour extends BehaviourScope {
  readonly kind: 'refuse';
}

/** 200 with the body of an error. */
export interface Error200Behaviour extends BehaviourScope {
  readonly kind: 'error-200';
  /** Default: a failure of the provider itself. */
  readonly error?: Partial<ErrorWords>;
}

/** Refuses the models named: OpenAI's 404 `model_not_found`. Other models are not touched. */
export interface ModelDeniedBehaviour extends BehaviourScope {
  readonly kind: 'model-denied';
  readonly models: readonly string[];
}

/** The caller's own mistake: OpenAI's 400 `context_length_exceeded`. */
export interface BadRequestBehaviour extends BehaviourScope {
  readonly kind: 'bad-request';
}

/** Any status, headers and body. */
export interface StatusBehaviour extends BehaviourScope {
  readonly kind: 'status';
  /** 200 to 599. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. Default: empty. */
  readonly body?: unknown;
}

/** What a key does to a request. */
export type Behaviour =
  | AnswerBehaviour
  | InvalidKeyBehaviour
  | RateLimitedBehaviour
  | OutOfCreditBehaviour
  | ServerErrorBehaviour
  | OverloadedBehaviour
  | SlowFirstOutputBehaviour
  | HangBehaviour
  | CutBehaviour
  | TruncateBehaviour
  | ErrorEventBehaviour
  | EmptyStreamBehaviour
  | Html502Behaviour
  | RefuseBehaviour
  | Error200Behaviour
  | ModelDeniedBehaviour
  | BadRequestBehaviour
  | StatusBehaviour;

export type BehaviourKind = Behaviour['kind'];

/** What one key does, over its life. */
export interface KeyScript {
  /** In order: a request gets the first one that fits it and is not over; with none left, an answer. */
  readonly behaviours: readonly Behaviour[];
  /** Begin again from the first when all of them are over. Default false. */
  readonly repeat?: boolean;
  /** Named by its answers where the vendor does, and owner of its files. Default: one of its own. */
  readonly organization?: string;
  /** A few words for people. */
  readonly note?: string;
}

/** What a simulator does, key by key. */
export interface Script {
  readonly keys: Readonly<Record<string, KeyScript>>;
  /** What keys do that are not named above, each from the beginning. Default: answer. */
  readonly unknownKeys?: KeyScript;
  /** Unknown and missing keys are refused as invalid. Not together with `unknownKeys`. */
  readonly knownKeysOnly?: boolean;
  /** What the lists of models hold. Requests may name any model. */
  readonly models?: readonly string[];
}
