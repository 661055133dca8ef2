import {
  blocked,
  callersMistake,
  keyDead,
  largerThanLimit,
  modelDenied,
  outOfCredit,
  overloaded,
  regionBlocked,
  throttled,
  throttledByTheDay,
} from './consequences.ts';
import { openaiBody as body } from './example-body.ts';
import type { Rule } from './rule.ts';

/*
 * For providers that speak OpenAI's shape, and for those nothing is known of. The words most of them have taken
 * over from OpenAI come first, then what HTTP itself says. A refusal that nobody explains raises a suspicion
 * and no more; a caller's mistake touches no key.
 */

const HTTP = 'RFC 9110, HTTP Semantics';

const sharedWords: readonly Rule[] = [
  {
    id: 'general.key-invalid',
    when: {
      status: [200, 400, 401, 403],
      named: ['invalid_api_key', 'incorrect_api_key_error', 'invalid_authentication_error'],
    },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (perplexity)',
    example: {
      status: 401,
      body: '{"error":{"message":"Invalid API key provided. Ensure your API key is correct and active.","type":"invalid_api_key","code":401}}',
    },
  },
  {
    id: 'general.key-invalid-words',
    when: {
      status: [400, 401, 403],
      message: /^(?:invalid|incorrect|expired|revoked) (?:x-)?api[ _-]?key\b/i,
    },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (mistral, xai)',
    example: { status: 401, body: '{"detail":"Invalid API Key"}\n' },
  },
  {
    id: 'general.no-credit',
    when: {
      status: [200, '4xx'],
      named: [
        'insufficient_quota',
        'insufficient_user_quota',
        'insufficient_balance',
        'insufficient_credits',
        'billing_not_active',
      ],
    },
    verdict: outOfCredit,
    source: 'github.com/popjane/free_chatgpt_api issue 26: a gateway in the code it shares with many',
    example: {
      status: 403,
      body: body('user quota is not enough', 'insufficient_user_quota', 'v_api_error'),
    },
  },
  {
    id: 'general.payment-required',
    when: { status: 402 },
    verdict: outOfCredit,
    source: 'api-docs.deepseek.com/quick_start/error_codes: 402 Insufficient Balance',
    example: { status: 402, body: body('Insufficient Balance', 'invalid_request_error', 'unknown_error') },
  },
  {
    id: 'general.content-policy',
    when: { named: ['content_filter', 'content_policy_violation', 'ResponsibleAIPolicyViolation'] },
    verdict: blocked,
    source: 'traceloop/openllmetry opentelemetry-instrumentation-openai cassettes/test_azure',
    example: {
      status: 400,
      body: '{"error":{"message":"The response was filtered","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}',
    },
  },
  {
    id: 'general.larger-than-limit',
    when: { status: [413, 429], message: /^Request too large for model\b/ },
    verdict: largerThanLimit,
    source: 'github.com/assafelovic/gpt-researcher issue 985 (groq says it with 413)',
    example: {
      status: 413,
      body: body(
        'Request too large for model `m` in organization `o` on tokens per minute (TPM): Limit 6000, Requested 9000',
        'rate_limit_exceeded',
        'tokens',
      ),
    },
  },
  {
    id: 'general.context-length',
    when: { named: 'context_length_exceeded' },
    verdict: callersMistake,
    source: 'github.com/thepersonalaicompany/amurex-backend issue 51 (groq)',
    example: {
      status: 400,
      body: body("This model's maximum context length is …", 'context_length_exceeded'),
    },
  },
  {
    id: 'general.model-not-found',
    when: {
      named: ['model_not_found', 'model_not_available', 'model_not_supported', 'model_decommissioned'],
    },
    verdict: modelDenied,
    source: 'pydantic/pydantic-ai tests/cassettes/test_model_name_suggestions (groq)',
    example: {
      status: 404,
      body: body('The model `m` does not exist or you do not have access to it.', 'model_not_found'),
    },
  },
  {
    id: 'general.model-not-found-words',
    when: {
      status: [403, 404],
      message:
        /\bmodels?\b.{0,200}\b(?:does not exist|not found|was removed|been (?:deprecated|removed|retired)|(?:do|does) not have access)/i,
    },
    verdict: modelDenied,
    source: 'Arize-ai/openinference cassettes (ollama); traceloop/openllmetry cassettes (cohere)',
    example: { status: 404, body: '{"error":"model \'nonexistent-model:latest\' not found"}' },
  },
  {
    id: 'general.country',
    when: { named: 'unsupported_country_region_territory' },
    verdict: regionBlocked,
    source: 'github.com/anomalyco/opencode issue 8796: passed on by a gateway',
    example: {
      status: 403,
      body: body('Country, region, or territory not supported', 'unsupported_country_region_territory'),
    },
  },
];

const insideSuccess: readonly Rule[] = [
  {
    id: 'general.stream-rate-limit',
    when: {
      status: 200,
      named: ['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests', 'resource_exhausted'],
    },
    verdict: throttled,
    source: 'docs.anthropic.com/en/api/errors: errors may come after a 200',
    example: {
      status: 200,
      stream: true,
      body: 'data: {"error":{"message":"Rate limit reached","type":"rate_limit_error"}}\n\n',
    },
  },
  {
    id: 'general.stream-client-error',
    when: { status: 200, named: ['invalid_request_error', 'invalid_request', 'invalid_argument'] },
    verdict: callersMistake,
    source: 'pydantic/pydantic-ai tests/models/cassettes/test_groq: an error event after output',
    example: {
      status: 200,
      stream: true,
      body: 'event: error\ndata: {"error":{"message":"Tool call validation failed","type":"invalid_request_error","code":"tool_use_failed"}}\n\n',
    },
  },
];

const statuses: readonly Rule[] = [
  {
    // The API answers in JSON. A page is from something in front of it, which knows nothing of keys.
    id: 'general.html',
    when: { form: 'html', status: [200, 401, 403, 408, 409, 429, '5xx'] },
    verdict: overloaded,
    source: 'developers.cloudflare.com/support/troubleshooting/http-status-codes',
    example: {
      status: 502,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: '<!DOCTYPE html><html><head><title>api.example.com | 502: Bad gateway</title></head></html>',
    },
  },
  {
    id: 'general.daily-limit',
    when: { status: 429, message: /\bper day\b|\bdaily\b|\((?:RPD|TPD)\)/i },
    verdict: throttledByTheDay,
    source: 'console.groq.com/docs/rate-limits',
    example: {
      status: 429,
      headers: { 'retry-after': '578' },
      body: body(
        'Rate limit reached for model `m` on tokens per day (TPD): Limit 100000, Used 99800. Please try again in 9m38.016s.',
        'rate_limit_exceeded',
        'tokens',
      ),
    },
  },
  {
    id: 'general.rate-limit',
    when: { status: 429 },
    verdict: throttled,
    source: 'RFC 6585, section 4',
    example: { status: 429, headers: { 'retry-after': '7' }, body: body('Rate Limit Reached', null) },
  },
  {
    id: 'general.server-error',
    when: { status: '5xx' },
    verdict: overloaded,
    source: `${HTTP}, section 15.6; 520 to 527 are Cloudflare's, 529 Anthropic's`,
    example: { status: 503, headers: { 'retry-after': '3' }, body: 'upstream connect error' },
  },
  {
    // The provider waited in vain or asks to be tried again.
    id: 'general.timeout',
    when: { status: [408, 425] },
    verdict: overloaded,
    source: `${HTTP}, section 15.5.9; RFC 8470, section 5.2`,
    example: { status: 408, body: body('Request timed out', null) },
  },
  {
    id: 'general.client-error',
    when: { status: [400, 404, 405, 406, 409, 410, 411, 413, 414, 415, 416, 417, 422, 431] },
    verdict: callersMistake,
    source: `${HTTP}, section 15.5`,
    example: { status: 422, body: '{"detail":[{"loc":["body","n"],"msg":"value is not a valid integer"}]}' },
  },
  {
    id: 'general.unavailable-for-legal-reasons',
    when: { status: 451 },
    verdict: regionBlocked,
    source: 'RFC 7725',
    example: { status: 451 },
  },
  {
    // Passed on: where it points is between the client and the provider.
    id: 'general.redirect',
    when: { status: '3xx' },
    verdict: callersMistake,
    source: `${HTTP}, section 15.4`,
    example: { status: 307, headers: { location: 'https://files.example.com/1' } },
  },
  {
    id: 'general.refused',
    when: { status: [401, 403] },
    verdict: { class: 'unknown', scope: 'key', retry: 'other-key' },
    source: 'github.com/coder/coder issue 27419: a refusal without a reason is no proof',
    example: { status: 403, body: '{"error":{"message":"Forbidden"}}' },
  },
  {
    // The provider took the request and then failed it, in words of its own.
    id: 'general.error-inside-success',
    when: { status: 200 },
    verdict: overloaded,
    source: 'openrouter.ai/docs/errors: errors after the answer has begun',
    example: { status: 200, stream: true, body: 'data: {"error":{"message":"Provider disconnected"}}\n\n' },
  },
];

/** Fits everything: what no other rule knows. It counts, so that a key that always gets it is noticed. */
export const lastRule: Rule = {
  id: 'general.unknown',
  when: {},
  verdict: { class: 'unknown', scope: 'key', retry: 'other-key' },
  source: `${HTTP}, section 15: a client treats what it does not know by its class`,
  example: { status: 418, body: 'short and stout' },
};

/** In the order they are tried. */
export const generalRules: readonly Rule[] = [...sharedWords, ...insideSuccess, ...statuses, lastRule];
