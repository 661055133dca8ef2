/** What a model of the fake provider does wrong. `once`: to the first request for it alone. */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'status'; readonly error: ErrorAnswer; readonly once?: true }
  | { readonly kind: 'reset'; readonly once: true }
  | { readonly kind: 'silence' }
  | { readonly kind: 'slow-first-word' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'stall' }
  | { readonly kind: 'malformed-chunk' }
  | { readonly kind: 'no-done' }
  /** From the start of the scenario on, for a time. */
  | { readonly kind: 'down' }
  /** Answers, but for a conversation that ends with a message of the assistant's. */
  | { readonly kind: 'no-prefill' };

/** An error as OpenAI would give it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long the faults last. Milliseconds. */
export interface Times {
  readonly silenceMs: number;
  readonly firstWordMs: number;
  readonly stallMs: number;
  readonly downMs: number;
  readonly betweenWordsMs: number;
}

/** After how many words of sixty. */
export const CUT_AFTER = 40;
export const STALL_AFTER = 20;
export const MALFORMED_AFTER = 10;

/** What every request is answered with, but for the faults. */
export const ANSWER = Array.from({ length: 60 }, (_, index) => `word${index + 1}`).join(' ');

const OVERLOADED: ErrorAnswer = {
  status: 503,
  type: 'server_error',
  code: 'overloaded',
  message: 'The engine has more to do than it can. Try again later.',
};

const RATE_LIMITED: ErrorAnswer = {
  status: 429,
  type: 'rate_limit_error',
  code: 'rate_limit_exceeded',
  message: 'Rate limit reached for this model.',
};

/** By the model's name, which is the scenario's id in small letters behind `fault-`. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  healthy: { kind: 'none' },
  'healthy-no-prefill': { kind: 'no-prefill' },
  'fault-s01': { kind: 'status', error: { ...RATE_LIMITED, headers: { 'retry-after': '2' } }, once: true },
  'fault-s02': { kind: 'status', error: RATE_LIMITED },
  'fault-s03': {
    kind: 'status',
    error: { status: 500, type: 'server_error', code: null, message: 'The server had an error.' },
    once: true,
  },
  'fault-s04': { kind: 'status', error: OVERLOADED },
  'fault-s05': { kind: 'reset', once: true },
  'fault-s06': { kind: 'silence' },
  'fault-s07': { kind: 'slow-first-word' },
  'fault-s08': { kind: 'cut' },
  'fault-s09': { kind: 'stall' },
  'fault-s10': { kind: 'malformed-chunk' },
  'fault-s11': { kind: 'no-done' },
  'fault-s12': {
    kind: 'status',
    error: {
      status: 400,
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
      message: "This model's maximum context length is 8192 tokens, and your messages are 9631.",
    },
  },
  'fault-s13': {
    kind: 'status',
    error: {
      status: 400,
      type: 'invalid_request_error',
      code: 'content_policy_violation',
      message: 'Your request was rejected by our safety system.',
    },
  },
  'fault-s14': { kind: 'cut' },
  'fault-s15': { kind: 'down' },
  'fault-s16': { kind: 'status', error: OVERLOADED },
};

/** What is answered while the provider is down. */
export const DOWN = OVERLOADED;
