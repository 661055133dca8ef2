import {
  atCapacity,
  blocked,
  callersMistake,
  keyDead,
  largerThanLimit,
  modelDenied,
  outOfCredit,
  throttled,
  throttledForLong,
  throttledModel,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { LARGER_THAN_CREDIT, NOTHING_LEFT } from '../words.ts';

const ERRORS = 'openrouter.ai/docs/api-reference/errors';

function body(code: number, message: string, metadata: Record<string, unknown> = {}): string {
  return JSON.stringify({ error: { code, message, metadata } });
}

/** OpenRouter: its own limits, and those of the providers behind it, which no key of ours can be blamed for. */
export const openrouterRules: readonly Rule[] = [
  {
    id: 'openrouter.budget-in-flight',
    when: { saysInOwnWords: /\bin_flight_budget_exhausted\b|\bin[- ]flight\b/i },
    verdict: throttled,
    source: ERRORS,
    example: { status: 402, body: body(402, 'in_flight_budget_exhausted') },
  },
  {
    id: 'openrouter.budget-in-flight-reason',
    when: { named: 'in_flight_budget_exhausted' },
    verdict: throttled,
    source: ERRORS,
    example: { status: 402, body: body(402, 'Wait.', { error_type: 'in_flight_budget_exhausted' }) },
  },
  {
    // More than the account or the key has left: a smaller request may pass.
    id: 'openrouter.larger-than-credit',
    when: { status: [402, 403], says: LARGER_THAN_CREDIT, unless: { says: NOTHING_LEFT } },
    verdict: largerThanLimit,
    source: 'github.com/can1357/oh-my-pi issue 9569; github.com/anomalyco/opencode issue 12219',
    example: {
      status: 402,
      body: body(402, 'This request requires more credits, or fewer max_tokens. You can only afford 3919.'),
    },
  },
  {
    // The key's own cap: the account's other keys have theirs.
    id: 'openrouter.key-cap',
    when: { status: [402, 403], message: /\/settings\/keys\b|\bkey limit\b/i },
    verdict: { ...outOfCredit, scope: 'key', retry: 'other-key' },
    source: 'openrouter.ai/docs/api-reference/limits',
    example: {
      status: 402,
      body: body(402, 'Visit https://openrouter.ai/settings/keys and create a key with a higher limit'),
    },
  },
  {
    id: 'openrouter.no-credit',
    when: { status: [402, 429], named: 'openrouter_credits' },
    verdict: outOfCredit,
    source: ERRORS,
    example: { status: 402, body: body(402, 'Not enough.', { limit_source: 'openrouter_credits' }) },
  },
  {
    id: 'openrouter.upstream-pool',
    when: { named: 'upstream_provider_shared_pool' },
    verdict: atCapacity,
    source: ERRORS,
    example: { status: 429, body: body(429, 'Limited.', { limit_source: 'upstream_provider_shared_pool' }) },
  },
  {
    id: 'openrouter.upstream-limit',
    when: {
      status: ['2xx', 401, 402, 429],
      says: /^provider returned error\b|\bupstream\b/i,
      unless: { status: 200 },
    },
    verdict: atCapacity,
    source: `${ERRORS}: the provider's own error is in metadata.raw`,
    example: {
      status: 429,
      body: body(429, 'Provider returned error', { raw: 'm:free is temporarily rate-limited upstream.' }),
    },
  },
  {
    // Google's whole answer, passed on as a message.
    id: 'openrouter.upstream-quoted',
    when: { status: 429, named: ['resource_exhausted', 'rate_limit_error', 'overloaded_error'] },
    verdict: atCapacity,
    source: 'vercel/ai packages/openai/src/openai-error.test.ts',
    example: {
      status: 429,
      body: body(429, '{"error":{"code":429,"message":"Exhausted.","status":"RESOURCE_EXHAUSTED"}}'),
    },
  },
  {
    id: 'openrouter.free-models-per-day',
    when: { status: 429, says: /\bper-day\b/ },
    verdict: throttledForLong,
    source: 'openrouter.ai/docs/api-reference/limits',
    example: { status: 429, body: body(429, 'Rate limit exceeded: free-models-per-day.') },
  },
  {
    // A cap of free models, each its own.
    id: 'openrouter.limit-of-model',
    when: { status: 429, says: /\blimit_r?p?[mdh]\w*\// },
    verdict: throttledModel,
    source: 'tmc/langchaingo llms/openai/testdata/TestOpenRouterStreaming.httprr',
    example: { status: 429, body: body(429, 'Rate limit exceeded: limit_rpm/a/m/e8440b11. Please retry.') },
  },
  {
    id: 'openrouter.rate-limit',
    when: { status: 429 },
    verdict: throttled,
    source: 'openrouter.ai/docs/api-reference/limits',
    example: { status: 429, body: body(429, 'Rate limit exceeded: free-models-per-min.') },
  },
  {
    id: 'openrouter.moderation',
    when: { status: 403, says: /\bmoderation\b|\bflagged\b/i },
    verdict: blocked,
    source: `${ERRORS}: 403 for moderation`,
    example: { status: 403, body: body(403, 'Your input was flagged.', { reasons: ['self-harm'] }) },
  },
  {
    // No upstream supports what this request uses: without tools or an image it would.
    id: 'openrouter.no-endpoint-for-request',
    when: { status: 404, says: /\bno endpoints found that (?:support|can handle)\b/i },
    verdict: { ...callersMistake, retry: 'other-provider' },
    source: 'github.com/Kilo-Org/kilocode issue 9006; openrouter.ai/docs/guides/routing/provider-selection',
    example: { status: 404, body: body(404, 'No endpoints found that support tool use.') },
  },
  {
    id: 'openrouter.no-endpoint',
    when: { status: 404 },
    verdict: modelDenied,
    source: 'openrouter.ai/docs/guides/privacy: data policies and allowed providers',
    example: { status: 404, body: body(404, 'No endpoints found matching your data policy.') },
  },
  {
    // Its only wordings for a bad key: not found, not authorized, no credentials.
    id: 'openrouter.key-invalid',
    when: { status: 401, form: 'json' },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (openrouter)',
    example: { status: 401, body: body(401, 'Missing Authentication header') },
  },
];
