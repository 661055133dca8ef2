import {
  callersMistake,
  noSuchEndpoint,
  outOfCredit,
  overloaded,
  regionBlocked,
  suspicious,
  throttled,
} from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import { KEY_NAMES, REQUEST_NAMES } from '../names.ts';
import type { Rule } from '../rule.ts';
import { ADDRESS_BLOCKED, NO_SUCH_PLACE } from '../words.ts';

const HTTP = 'RFC 9110, HTTP Semantics';

/**
 * A firewall or CDN blocks this machine's address before any key is looked at. A page of HTML under 403 is one: APIs
 * refuse keys in JSON.
 */
export const blockedAddressRules: readonly Rule[] = [
  {
    id: 'general.address-refused',
    when: { form: 'html', status: 403 },
    verdict: regionBlocked,
    source: 'github.com/run-llama/llama_index issue 16796; developers.cloudflare.com (1xxx errors)',
    example: {
      status: 403,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: "<html><head><title>Access Denied</title></head><body>You don't have permission to access this.</body></html>",
    },
  },
  {
    id: 'general.address-blocked',
    when: { status: [403, 429, 503], says: ADDRESS_BLOCKED, unless: { form: 'json', named: KEY_NAMES } },
    verdict: regionBlocked,
    source: 'developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors',
    example: { status: 429, body: 'error code: 1015' },
  },
  {
    // Relayed as a message.
    id: 'general.address-page-quoted',
    when: { form: 'json', status: 403, message: /^.{0,80}<(?:!doctype )?html\b/i },
    verdict: regionBlocked,
    source: 'github.com/jlcodes99/cockpit-tools issue 1324',
    example: { status: 403, body: '{"error":{"message":"403: <html><head></head></html>"}}' },
  },
  {
    id: 'general.address-challenged',
    when: { status: [403, 429, 503], headers: { 'cf-mitigated': /./ } },
    verdict: regionBlocked,
    source: 'developers.cloudflare.com/cloudflare-challenges: cf-mitigated',
    example: { status: 403, headers: { 'cf-mitigated': 'challenge' } },
  },
];

/** The provider has no such path. No key is held, and the next provider is tried. */
export const noEndpointRules: readonly Rule[] = [
  {
    id: 'general.no-such-page',
    when: { status: [404, 405], form: ['html', 'text', 'empty'] },
    verdict: noSuchEndpoint,
    source: 'github.com/Hmbown/Codewhale issue 1482 (nvidia)',
    example: { status: 404, body: '404 page not found' },
  },
  {
    id: 'general.no-such-place',
    when: { status: 404, message: NO_SUCH_PLACE },
    verdict: noSuchEndpoint,
    source: 'fastapi.tiangolo.com: {"detail":"Not Found"} for a path that is none',
    example: { status: 404, body: '{"detail":"Not Found"}' },
  },
];

/** A page of HTML comes from something in front of an API that answers in JSON; it knows no keys. */
export const htmlRule: Rule = {
  id: 'general.html',
  when: { form: 'html', status: [200, 408, 409, 429, '5xx'] },
  verdict: overloaded,
  source: 'developers.cloudflare.com/support/troubleshooting/http-status-codes',
  example: {
    status: 502,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: '<!DOCTYPE html><html><head><title>api.example.com | 502: Bad gateway</title></head></html>',
  },
};

/** A page of HTML under a refusal: it may be about the key or not. */
export const htmlRefusalRule: Rule = {
  id: 'general.html-refusal',
  when: { form: 'html', status: 401 },
  verdict: suspicious,
  source: `${HTTP}, section 15.5.2`,
  example: {
    status: 401,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>401 Authorization Required</title></head></html>',
  },
};

/** By status alone. An unexplained refusal is only counted. */
export const generalStatusRules: readonly Rule[] = [
  {
    id: 'general.payment-required',
    // The last two are Tavily's.
    when: { status: [402, 432, 433] },
    verdict: outOfCredit,
    source: 'api-docs.deepseek.com/quick_start/error_codes: 402 Insufficient Balance',
    example: { status: 402, body: body('', 'invalid_request_error', 'unknown_error') },
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
    // The provider timed out, or asks for a retry.
    id: 'general.timeout',
    when: { status: [408, 425] },
    verdict: overloaded,
    source: `${HTTP}, section 15.5.9; RFC 8470, section 5.2`,
    example: { status: 408, body: body('Request timed out', null) },
  },
  {
    id: 'general.client-error',
    when: { status: [400, 404, 405, 406, 409, 410, 411, 413, 414, 415, 416, 417, 422, 424, 431, 499] },
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
    // Conditional headers are not forwarded, so this is the provider's failure.
    id: 'general.not-modified',
    when: { status: 304 },
    verdict: overloaded,
    source: `${HTTP}, section 15.4.5`,
    example: { status: 304 },
  },
  {
    // Relayed to the client, who may follow it.
    id: 'general.redirect',
    when: { status: '3xx' },
    verdict: callersMistake,
    source: `${HTTP}, section 15.4`,
    example: { status: 307, headers: { location: 'https://files.example.com/1' } },
  },
  {
    id: 'general.refused',
    when: { status: [401, 403, 407] },
    verdict: suspicious,
    source: 'github.com/coder/coder issue 27419: a refusal without a reason is no proof',
    example: { status: 403, body: '{"error":{"message":"Forbidden"}}' },
  },
  {
    id: 'general.stream-client-error',
    when: { status: '2xx', named: REQUEST_NAMES },
    verdict: callersMistake,
    source: 'pydantic/pydantic-ai tests/models/cassettes/test_groq: an error event after output',
    example: {
      status: 200,
      stream: true,
      body: 'event: error\ndata: {"error":{"message":"Tool call did not fit","type":"invalid_request_error","code":"tool_use_failed"}}\n\n',
    },
  },
  {
    // The provider accepted the request and failed later, with an error that no rule knows.
    id: 'general.error-inside-success',
    when: { status: '2xx' },
    verdict: overloaded,
    source: 'openrouter.ai/docs/errors: errors after the answer has begun',
    example: { status: 200, stream: true, body: 'data: {"error":{"message":"Provider disconnected"}}\n\n' },
  },
];

/** Matches everything else. It is counted, so that a key that always gets it is noticed. */
export const lastRule: Rule = {
  id: 'general.unknown',
  when: {},
  verdict: suspicious,
  source: `${HTTP}, section 15: a client treats what it does not know by its class`,
  example: { status: 418, body: 'short and stout' },
};
