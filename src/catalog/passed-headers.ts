import type { Family } from '../dialects/operations/operation.ts';

/*
 * What of a client's headers travels on: a list of what passes, and nothing else does. A header that a vendor's
 * documentation does not have does nothing there, and one that it has may say whose request it is, which only the
 * holder of the key says. Who pays: an application that relies on a header nobody thought of, until `passHeaders` of
 * the configuration names it.
 *
 * A name may end in `*`: then everything passes that begins so, but for what says who asks (`IDENTITY`).
 */

/** What passes to every provider. */
export const PASSED_EVERYWHERE: readonly string[] = [
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'user-agent',
  // Ids by which a request is found again (platform.openai.com/docs/api-reference/debugging-requests).
  'x-client-request-id',
  'x-request-id',
  // W3C Trace Context, which self-hosted servers read. `baggage` holds what applications tell each other, and stays here.
  'traceparent',
  'tracestate',
  // Of a WebSocket (RFC 6455, 4.1). Extensions are not asked for: compressed messages could not be looked at.
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
];

/** What beside it passes with a GET: a part of a file (RFC 9110, 14.2). Nothing that could have a good request refused. */
export const PASSED_WITH_GET: readonly string[] = ['range', 'if-range'];

/** What passes to a provider that is spoken to in the words of an API. */
export const PASSED_BY_FAMILY: Readonly<Record<Family, readonly string[]>> = {
  openai: [
    'openai-*',
    'x-openai-*',
    'x-stainless-*',
    // Codex: who it is, and its session (github.com/openai/codex, codex-rs/core/src/client.rs).
    'originator',
    'version',
    'x-codex-*',
    // Names of a session by which providers find their caches (docs.fireworks.ai, developers.cloudflare.com/workers-ai).
    'conversation_id',
    'session_id',
    'session-id',
    'x-session-affinity',
    'x-session-id',
  ],
  // docs.claude.com/en/api/versioning and beta-headers; the rest is Claude Code's.
  anthropic: ['anthropic-*', 'x-anthropic-*', 'x-stainless-*', 'x-app', 'x-claude-*'],
  // docs.cloud.google.com/apis/docs/system-parameters: of these all others change whose request it is, what is asked
  // for, or the shape of the answer. `x-server-timeout` would have good keys fail.
  gemini: ['x-goog-api-client'],
  bedrock: [],
  vendor: [],
};

/** What passes beside it where the client's own credential travels: then it is the client who says whose request it is. */
export const PASSED_WITH_OWN_CREDENTIAL: Readonly<Record<Family, readonly string[]>> = {
  openai: ['chatgpt-account-id'],
  anthropic: [],
  gemini: ['x-goog-user-project'],
  bedrock: [],
  vendor: [],
};

/**
 * What never travels on, whatever the configuration says: what clients call Sparekey with, what is between two neighbours
 * on the way (RFC 9110, 7.6.1), what is said anew of the body, where the client is, which method is meant, on what
 * condition, and what belongs to a signature of ours.
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

/** Words of names that say who asks, for whom, or who pays. For names in lower case. */
export const IDENTITY =
  /(?:^|[-_])(?:account|actor|api-?key|assertion|auth|authenticate|authorization|billing|consumer|cookie|credential|customer|delegation|iam|identity|impersonate|key|org|organi[sz]ation|password|principal|project|quota|role|secret|signature|subscription|tenant|token|user|usertoken|workspace)s?(?:[-_]|$)/;
