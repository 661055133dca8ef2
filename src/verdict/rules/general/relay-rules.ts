import { atCapacity } from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import { BILLING_NAMES, KEY_NAMES, RATE_NAMES, UNAUTHORIZED_NAMES } from '../names.ts';
import type { Rule } from '../rule.ts';
import { BUSY_OR_FAST, REFUSED_OR_BROKE } from '../words.ts';

/**
 * Errors of a gateway's or reseller's upstream. The credit, key or account in them is not ours: all customers of the
 * relay get them, and another provider does not. Tried before a vendor's own table, except that of a reseller.
 */
export const relayRules: readonly Rule[] = [
  {
    // The message repeats the errors that emptied its list of deployments.
    id: 'relays.no-deployment',
    when: { status: ['2xx', '4xx', '5xx'], says: /\bno (?:healthy )?deployments? available\b/i },
    verdict: atCapacity,
    source: 'github.com/BerriAI/litellm issue 5764 and pull 2493',
    example: {
      status: 429,
      body: body('No deployments available for selected model, Try again in 60 seconds.', '429', 'None'),
    },
  },
  {
    id: 'relays.no-account',
    when: {
      status: ['2xx', 429, '5xx'],
      says: /\bno available (?:[\w-]+ ){0,3}accounts?\b/i,
      unless: { says: /\bmodels?\b/i },
    },
    verdict: atCapacity,
    source: 'github.com/Wei-Shaw/sub2api issue 7436',
    example: { status: 503, body: body('No available compatible accounts', null, 'api_error') },
  },
  {
    id: 'relays.refused',
    when: {
      relayed: true,
      status: ['2xx', '4xx', '5xx'],
      named: [...KEY_NAMES, ...UNAUTHORIZED_NAMES, ...BILLING_NAMES],
    },
    verdict: atCapacity,
    source: 'github.com/Wei-Shaw/sub2api issue 7436: upstream_error around what the provider behind it said',
    example: {
      status: 403,
      body: '{"error":{"code":"insufficient_quota","message":"Quota of the channel is used up.","upstream_status":429}}',
    },
  },
  {
    id: 'relays.refused-words',
    when: { relayed: true, status: ['2xx', '4xx', '5xx'], says: REFUSED_OR_BROKE },
    verdict: atCapacity,
    source: 'github.com/QuantumNous/new-api issue 6306; github.com/OpenRouterTeam/ai-sdk-provider issue 24',
    example: {
      status: 403,
      body: '{"error":{"message":"Your account is suspended.","code":403,"metadata":{"provider_name":"P"}}}',
    },
  },
  {
    id: 'relays.limited',
    when: { relayed: true, status: ['2xx', 402, 403, 429], named: RATE_NAMES },
    verdict: atCapacity,
    source: 'openrouter.ai/docs/api-reference/errors: metadata.provider_name',
    example: {
      status: 429,
      body: '{"error":{"message":"Slow down.","code":"rate_limit_exceeded","metadata":{"provider_name":"P"}}}',
    },
  },
  {
    id: 'relays.limited-words',
    when: { relayed: true, status: ['2xx', 402, 403, 429], says: BUSY_OR_FAST },
    verdict: atCapacity,
    source: 'openrouter.ai/docs/api-reference/errors: metadata.provider_name',
    example: { status: 429, body: body('Upstream rate limit reached, retry later', null, 'new_api_error') },
  },
];
