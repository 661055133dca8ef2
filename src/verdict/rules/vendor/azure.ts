import {
  atCapacity,
  keyDead,
  modelDenied,
  outOfAllowance,
  throttled,
  throttledForLong,
  throttledModel,
  throttledModelForLong,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';

const QUOTA = 'learn.microsoft.com/azure/ai-services/openai/quotas-limits';

/** Azure OpenAI: `code` is often the status again, so that the message decides. */
export const azureRules: readonly Rule[] = [
  {
    id: 'azure.key-invalid',
    when: { status: 401, saysAboutKey: /\binvalid subscription key\b|\bwrong api endpoint\b/i },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (azure)',
    example: {
      status: 401,
      body: '{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}',
    },
  },
  {
    id: 'azure.blocked',
    when: { status: 403, saysAboutKey: /\btemporarily blocked\b|\bcontinuous(?:ly)? violat/i },
    verdict: keyDead,
    source: 'learn.microsoft.com/answers: resource temporarily blocked for its content',
    example: {
      status: 403,
      body: '{"error":{"code":"403","message":"Your resource has been temporarily blocked because we detected behavior that may violate our content policy."}}',
    },
  },
  {
    // The identity lacks the role; the resource's key would do.
    id: 'azure.role-missing',
    when: { status: [401, 403], named: 'permissiondenied' },
    verdict: modelDenied,
    source: 'learn.microsoft.com/azure/ai-services/openai/how-to/role-based-access-control',
    example: {
      status: 401,
      body: '{"error":{"code":"PermissionDenied","message":"The principal lacks the required data action."}}',
    },
  },
  {
    id: 'azure.at-capacity',
    when: { status: 429, named: ['no_capacity', 'engineoverloaded'] },
    verdict: atCapacity,
    source: QUOTA,
    example: {
      status: 429,
      body: '{"message":"Please try later.","type":"too_many_requests","param":null,"code":"no_capacity"}',
    },
  },
  {
    id: 'azure.at-capacity-words',
    when: { status: 429, says: /\bhigh demand\b|\bpeak load\b|\bprovisioned throughput\b/i },
    verdict: atCapacity,
    source: QUOTA,
    example: {
      status: 429,
      body: 'The system is currently experiencing high demand. Please retry after 20 seconds.',
    },
  },
  {
    // GitHub Models counts by user and model.
    id: 'azure.daily-limit-of-user',
    when: { status: 429, says: /bymodelbyday\b/i },
    verdict: throttledModelForLong,
    source: 'docs.github.com/github-models/prototyping-with-ai-models: rate limits',
    example: {
      status: 429,
      body: '{"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 5631 seconds before retrying."}}',
    },
  },
  {
    id: 'azure.limit-of-user',
    when: { status: 429, says: /\buserby(?:model|\w+model)/i },
    verdict: throttledModel,
    source: 'docs.github.com/github-models/prototyping-with-ai-models: rate limits',
    example: {
      status: 429,
      body: '{"error":{"code":"RateLimitReached","message":"Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 46 seconds before retrying."}}',
    },
  },
  {
    id: 'azure.daily-limit',
    when: { status: 429, says: /\bper (?:day|86400 ?s)|\bbyday\b/i },
    verdict: throttledForLong,
    source: 'docs.github.com/github-models/prototyping-with-ai-models: rate limits',
    example: {
      status: 429,
      body: '{"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserByDay. Please wait 5631 seconds before retrying."}}',
    },
  },
  {
    // A limit per minute has named a day as its wait: capped like any other.
    id: 'azure.rate-limit',
    when: { status: 429, says: /\brate limit\b/i },
    verdict: throttled,
    source: QUOTA,
    example: {
      status: 429,
      body: '{"error":{"code":"429","message":"Requests have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 86400 seconds."}}',
    },
  },
  {
    id: 'azure.quota-of-deployment',
    when: { status: [403, 429], says: /\bout of call volume quota\b|\bquota is exceeded\b/i },
    verdict: outOfAllowance,
    source: 'learn.microsoft.com/azure/ai-services (free tier)',
    example: {
      status: 403,
      body: '{"error":{"code":"403","message":"Out of call volume quota for OpenAI F0 pricing tier."}}',
    },
  },
];
