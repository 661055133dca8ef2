import {
  atCapacity,
  regionBlocked,
  throttledForLong,
  callersMistake,
  keyDead,
  modelDenied,
  outOfAllowance,
  outOfCredit,
  throttled,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { PER_DAY } from '../words.ts';

const ERRORS = 'docs.anthropic.com/en/api/errors';

function body(type: string, message: string): string {
  return JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });
}

/**
 * Anthropic: `type` is coarse, so that a 400 of type `invalid_request_error` may be the caller's mistake, an empty
 * account or a disabled organization, and a 429 may be no limit of the account at all.
 */
export const anthropicRules: readonly Rule[] = [
  {
    id: 'anthropic.organization-disabled',
    when: {
      status: ['2xx', 400, 401, 403],
      message: /^(?:this|your|the) organi[sz]ation (?:has been|is) (?:\w+ )?disabled\b/i,
    },
    verdict: keyDead,
    source: `${ERRORS}; the text is of an answer seen with 400 and 403`,
    example: { status: 400, body: body('invalid_request_error', 'This organization has been disabled.') },
  },
  {
    // What a suspended account gets.
    id: 'anthropic.oauth-not-allowed',
    when: {
      status: [401, 403],
      message: /^OAuth authentication is (?:currently )?not (?:allowed|supported)\b/i,
    },
    verdict: keyDead,
    source: 'github.com/Wei-Shaw/claude-relay-service issue 990',
    example: {
      status: 403,
      body: body('permission_error', 'OAuth authentication is currently not allowed for this organization.'),
    },
  },
  {
    // A subscription that may not send long prompts: shorter ones pass, and so does another plan.
    id: 'anthropic.long-context-needs-credit',
    when: { status: ['2xx', 429], says: /\b(?:extra usage|usage credits) (?:is|are) required\b/i },
    verdict: outOfAllowance,
    source: 'github.com/anthropics/claude-code issues 29584 and 64982',
    example: {
      status: 429,
      body: body('rate_limit_error', 'Extra usage is required for long context requests.'),
    },
  },
  {
    id: 'anthropic.spend-limit',
    when: { named: ['enforced_spend_limit_reached', 'billing_error'] },
    verdict: outOfCredit,
    source: `${ERRORS}: 402 billing_error`,
    example: { status: 402, body: body('billing_error', 'Payment needed.') },
  },
  {
    id: 'anthropic.no-credit',
    when: {
      status: ['2xx', 400, 403, 429],
      message:
        /^(?:your credit balance|you(?:'re| are) (?:now )?out of extra usage|[\w -]{0,60}\bdraw from your extra usage|you have (?:reached|exceeded) your (?:\w+ ){0,3}api usage limits)\b/i,
    },
    verdict: outOfCredit,
    source: 'github.com/anthropics/claude-code issue 38035',
    example: {
      status: 400,
      body: body(
        'invalid_request_error',
        'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
      ),
    },
  },
  {
    id: 'anthropic.key-invalid',
    when: { named: 'authentication_error' },
    verdict: keyDead,
    source: `${ERRORS}: 401 authentication_error`,
    example: { status: 401, body: body('authentication_error', 'invalid x-api-key') },
  },
  {
    id: 'anthropic.at-capacity',
    when: { named: 'overloaded_error' },
    verdict: atCapacity,
    source: `${ERRORS}: 529 overloaded_error`,
    example: { status: 529, body: body('overloaded_error', 'Overloaded') },
  },
  {
    // Its own client words this "temporarily limiting requests (not your usage limit)".
    id: 'anthropic.limiting-everybody',
    when: {
      status: ['2xx', 429],
      type: 'rate_limit_error',
      message:
        /^(?:Rate limited|Server is temporarily limiting requests)\b(?!.*\b(?:organization|account|your)\b)/i,
      unless: { headers: { 'retry-after': /./ } },
    },
    verdict: atCapacity,
    source: 'github.com/anthropics/claude-code issue 71670',
    example: { status: 429, body: body('rate_limit_error', 'Rate limited') },
  },
  {
    // The windows of a subscription: hours or a week, in headers of their own.
    id: 'anthropic.plan-window',
    when: {
      status: ['2xx', 429],
      type: 'rate_limit_error',
      headers: { 'anthropic-ratelimit-unified-reset': /./ },
    },
    verdict: throttledForLong,
    source: 'anthropics/claude-code: headers anthropic-ratelimit-unified-*',
    example: {
      status: 429,
      headers: { 'anthropic-ratelimit-unified-reset': '1775001600' },
      body: body('rate_limit_error', 'This request would exceed your account’s limit.'),
    },
  },
  {
    id: 'anthropic.daily-limit',
    when: { status: ['2xx', 429], type: 'rate_limit_error', says: PER_DAY },
    verdict: throttledForLong,
    source: 'docs.anthropic.com/en/api/rate-limits',
    example: {
      status: 429,
      body: body('rate_limit_error', 'The number of tokens has exceeded your daily rate limit.'),
    },
  },
  {
    // The CDN refuses a region before any key is looked at.
    id: 'anthropic.location',
    when: { status: 403, type: 'forbidden', message: /^request not allowed\b/i },
    verdict: regionBlocked,
    source: 'anthropic.com/supported-countries',
    example: { status: 403, body: body('forbidden', 'Request not allowed') },
  },
  {
    id: 'anthropic.rate-limit',
    when: { status: ['2xx', 429], type: 'rate_limit_error' },
    verdict: throttled,
    source: `${ERRORS}: 429 rate_limit_error`,
    example: {
      status: 429,
      headers: { 'retry-after': '12' },
      body: body('rate_limit_error', "This request would exceed your account's rate limit."),
    },
  },
  {
    id: 'anthropic.model-not-found',
    when: { named: 'not_found_error', message: /^model\b/i },
    verdict: modelDenied,
    source: 'pydantic/pydantic-ai tests/cassettes/test_model_name_suggestions',
    example: { status: 404, body: body('not_found_error', 'model: claude-sonet-4-5') },
  },
  {
    id: 'anthropic.request-too-large',
    when: { named: 'request_too_large' },
    verdict: callersMistake,
    source: `${ERRORS}: 413 request_too_large`,
    example: { status: 413, body: body('request_too_large', 'Request exceeds the maximum size') },
  },
];
