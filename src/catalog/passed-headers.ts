import type { Vendor } from './row.ts';

/*
 * The allow-list of a client's headers: those that vendors document, without those that say whose request it is, which
 * only the key does. Who pays: an application that relies on a header which is not here, until `passHeaders` of the
 * configuration names it.
 *
 * A name that ends in `*` is a prefix: everything passes that begins so, but for names that fit `IDENTITY`.
 */

/** What passes to every provider. */
export const PASSED_EVERYWHERE: readonly string[] = [
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'user-agent',
  // An id by which a request is found again.
  'x-request-id',
  // W3C Trace Context, which self-hosted servers read. Not `baggage`, which applications send each other.
  'traceparent',
  'tracestate',
  // Of a WebSocket (RFC 6455, 4.1), without extensions: compressed messages could not be read.
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
];

/** What passes with a GET as well: a part of a file (RFC 9110, 14.2). No conditions, which could fail a good request. */
export const PASSED_WITH_GET: readonly string[] = ['range', 'if-range'];

type ByFamily = Readonly<Record<string, readonly string[]>>;

/** What passes in requests of one family of APIs (`Family` of the dialects): what belongs to the dialect itself. */
export const PASSED_BY_FAMILY = {
  openai: ['openai-beta'],
  // docs.claude.com/en/api/versioning and beta-headers.
  anthropic: ['anthropic-beta', 'anthropic-version'],
  // docs.cloud.google.com/apis/docs/system-parameters: the others change whose request it is, its meaning or the form of
  // its answer, and `x-server-timeout` could make good keys fail.
  gemini: ['x-goog-api-client'],
  bedrock: [],
  vendor: [],
} satisfies ByFamily;

/**
 * What passes as well where a client speaks Bedrock's own API, and is no word of any other: a guardrail, a trace, a tier.
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html.
 */
export const PASSED_TO_BEDROCK: readonly string[] = ['x-amzn-bedrock-*'];

/**
 * What clients mean for one vendor: what its SDKs and assistants say of themselves, of the machine and of the session. It passes to
 * that vendor's own API and to nobody else, whoever speaks the dialect.
 */
export const PASSED_TO_VENDOR: Readonly<Record<Vendor, readonly string[]>> = {
  openai: [
    'openai-*',
    'x-openai-*',
    'x-stainless-*',
    // platform.openai.com/docs/api-reference/debugging-requests. Codex puts the id of its session there.
    'x-client-request-id',
    // Codex: who it is, and its session (github.com/openai/codex, codex-rs/core/src/client.rs).
    'originator',
    'version',
    'x-codex-*',
    'conversation_id',
    'session_id',
    'session-id',
  ],
  // Beside what the API documents Claude Code's.
  anthropic: ['anthropic-*', 'x-anthropic-*', 'x-stainless-*', 'x-app', 'x-claude-*', 'x-client-request-id'],
};

/** What passes as well where the client's own credential is sent, so that the client says whose request it is. */
export const PASSED_WITH_OWN_CREDENTIAL = {
  openai: ['chatgpt-account-id'],
  anthropic: [],
  gemini: ['x-goog-user-project'],
  bedrock: [],
  vendor: [],
} satisfies ByFamily;

/**
 * What never passes, whatever the configuration says: credentials for Sparekey, hop-by-hop headers (RFC 9110, 7.6.1), what
 * is computed anew of the body, the client's address, other methods, conditions, and parts of our own signatures.
 */
export const NEVER_PASSED: readonly string[] = [
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'cookie',
  'cookie2',
  'proxy-*',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'http2-settings',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'forwarded',
  'via',
  'x-forwarded-*',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'origin',
  'referer',
  'sec-fetch-*',
  'sec-websocket-extensions',
  'x-http-method*',
  'x-method-override',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'x-amz-*',
  'x-tc-*',
  'x-mse-consumer',
  'x-sparekey-*',
];

/** Words in names, in lower case, of headers that say whose request it is, for whom, or who pays. */
export const IDENTITY =
  /(?:^|[-_])(?:account|actor|api-?key|assertion|auth|authenticate|authorization|billing|consumer|cookie|credential|customer|delegation|iam|identity|impersonate|key|org|organi[sz]ation|password|principal|project|quota|role|secret|signature|subscription|tenant|token|user|usertoken|workspace)s?(?:[-_]|$)/;
