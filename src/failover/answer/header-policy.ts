/*
 * What of the headers of a provider's answer travels on to the client: a list of what passes, and nothing else does. A
 * header may steer a proxy (`x-accel-redirect` has nginx answer with a file of its own), bind a browser to
 * the provider (cookies, `strict-transport-security`, `clear-site-data`), or lead a client to where its credential is no
 * good (`location`). Who pays: a client that reads a header which is not listed, until `passHeaders` names it.
 */

const PASSED: ReadonlySet<string> = new Set([
  // Of the body (RFC 9110, 8 and 14).
  'content-type',
  'content-length',
  'content-encoding',
  'content-disposition',
  'content-language',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
  'date',
  'vary',
  'cache-control',
  // When to come back, as SDKs read it.
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'deprecation',
  'sunset',
  // Codex (github.com/openai/codex, codex-rs/codex-api/src/sse/responses.rs): whether reasoning is in the count of tokens.
  'x-reasoning-included',
  // By which support finds a request, where the name does not say so itself.
  'cf-ray',
  'nvcf-reqid',
  'x-amzn-requestid',
  'x-amzn-errortype',
  'x-tt-logid',
  // Azure (learn.microsoft.com/azure/ai-foundry/openai).
  'x-ms-region',
  'x-ms-rai-invoked',
  'x-ms-error-code',
  'azureml-model-session',
  // Of a WebSocket (RFC 6455, 4.2.2).
  'sec-websocket-accept',
  'sec-websocket-protocol',
]);

/** What the vendors say of an answer: times, usage, models, versions. */
const PASSED_BEGINNINGS: readonly string[] = [
  'openai-',
  'anthropic-',
  'x-openai-',
  'x-codex-',
  'x-gemini-',
  'x-amzn-bedrock-',
  'x-dashscope-',
  'x-openrouter-',
  'x-groq-',
  'x-grok-',
  'x-fireworks-',
  'fireworks-',
  'x-cerebras-',
  'x-mistral-',
  'x-cohere-',
  'x-compute-',
  'x-inference-',
  'x-ds-',
  'msh-',
  'nvcf-',
  'cf-aig-',
  'x-models-',
];

/** Ids of requests and limits, whoever's: `x-request-id`, `apim-request-id`, `x-ratelimit-…`, `ratelimit-policy`. */
const IDS_AND_LIMITS = /(?:^|-)(?:(?:request|trace|correlation|generation|log)-?id$|rate-?limit(?:-|$))/;

/** Whose account answered is between the operator and the provider. */
const ACCOUNTS = /(?:^|-)(?:account|org|organi[sz]ation|project|tenant|workspace)(?:-?(?:id|uuid|name))?$/;

/** What stops here whatever the configuration says. A name may end in `*`. */
const NEVER_PASSED: readonly string[] = [
  // Between two neighbours (RFC 9110, 7.6.1).
  'connection',
  'keep-alive',
  'proxy-*',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Binds a client to the provider's own origin, or leads it there.
  'set-cookie',
  'set-cookie2',
  'www-authenticate',
  'authentication-info',
  'alt-svc',
  'location',
  'refresh',
  'content-location',
  'link',
  'strict-transport-security',
  'public-key-pins*',
  'expect-ct',
  'origin-*',
  'access-control-*',
  'clear-site-data',
  'content-security-policy*',
  'cross-origin-*',
  'permissions-policy',
  'nel',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'sourcemap',
  'x-sourcemap',
  // Orders to proxies: nginx, Apache, lighttpd, LiteSpeed, Perlbal, caches.
  'x-accel-*',
  'x-sendfile*',
  'x-lighttpd-*',
  'x-litespeed-*',
  'x-reproxy-*',
  'x-forwarded-*',
  'status',
  'surrogate-*',
  'cdn-cache-control',
  'x-http-method*',
  'x-method-override',
  'x-original-*',
  'x-rewrite-*',
  // None is offered, and messages that one has changed could not be read.
  'sec-websocket-extensions',
  // Sparekey's own.
  'x-sparekey-*',
];

/** How many names are cached, so that a provider which invents them costs no memory. */
const MAX_NAMES_KNOWN = 1024;

const known = new Map<string, HeaderPolicy>();

/** What becomes of a header by its name alone. */
type HeaderPolicy = 'passes' | 'stops' | 'never' | 'account';

/**
 * Whether a header of a provider's answer passes.
 * @param lowerName in lower case
 * @param extra further names of the configuration, in lower case; one may end in `*`
 * @param isOwnAccount whether the client asked with its own credential: then it may know whose account that is
 */
export function passesToClient(
  lowerName: string,
  value: string | readonly string[],
  extra: readonly string[],
  isOwnAccount: boolean,
): boolean {
  switch (policyOf(lowerName)) {
    case 'never':
      return false;
    case 'passes':
      return lowerName !== 'cache-control' || !allowsSharedCaching(String(value));
    case 'account':
      return isOwnAccount || extra.includes(lowerName);
    case 'stops':
      return extra.length > 0 && isAmong(extra, lowerName);
  }
}

function policyOf(lowerName: string): HeaderPolicy {
  let policy = known.get(lowerName);
  if (policy === undefined) {
    policy = classifyName(lowerName);
    if (known.size < MAX_NAMES_KNOWN) known.set(lowerName, policy);
  }
  return policy;
}

function classifyName(lowerName: string): HeaderPolicy {
  if (isAmong(NEVER_PASSED, lowerName)) return 'never';
  if (PASSED.has(lowerName) || IDS_AND_LIMITS.test(lowerName)) return 'passes';
  if (ACCOUNTS.test(lowerName)) return 'account';
  return PASSED_BEGINNINGS.some((beginning) => lowerName.startsWith(beginning)) ? 'passes' : 'stops';
}

function isAmong(names: readonly string[], lowerName: string): boolean {
  return names.some((each) =>
    each.endsWith('*') ? lowerName.startsWith(each.slice(0, -1)) : each === lowerName,
  );
}

/** One client's answer is never another's: no shared cache may be allowed to store it (RFC 9111, 3.5). */
function allowsSharedCaching(value: string): boolean {
  return /\b(?:public|s-maxage|must-revalidate)\b/i.test(value);
}
