import {
  atCapacity,
  callersMistake,
  keyDead,
  modelDenied,
  outOfCredit,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { PER_DAY, PLAN_WINDOW } from '../words.ts';

const ERRORS = 'platform.kimi.ai/docs/api/errors';

function body(type: string, message: string): string {
  return JSON.stringify({ error: { message, type } });
}

/** The platform of Moonshot, and Kimi Code, whose plans speak of an ended window as of a terminated access. */
export const moonshotRules: readonly Rule[] = [
  {
    id: 'moonshot.no-credit',
    when: { named: 'exceeded_current_quota_error' },
    verdict: outOfCredit,
    source: ERRORS,
    example: {
      status: 429,
      body: body('exceeded_current_quota_error', 'Your account is suspended, please check your plan'),
    },
  },
  {
    id: 'moonshot.key-invalid',
    when: { named: ['invalid_authentication_error', 'incorrect_api_key_error'] },
    verdict: keyDead,
    source: ERRORS,
    example: { status: 401, body: body('invalid_authentication_error', 'Invalid Authentication') },
  },
  {
    id: 'moonshot.at-capacity',
    when: { named: 'engine_overloaded_error' },
    verdict: atCapacity,
    source: ERRORS,
    example: { status: 429, body: body('engine_overloaded_error', 'The engine is overloaded') },
  },
  {
    // The type is that of the account's limit, but the message is about everyone's capacity.
    id: 'moonshot.many-callers',
    when: { status: 429, says: /\breceiving too many requests\b|\boverloaded\b/i },
    verdict: atCapacity,
    source: 'github.com/MoonshotAI/kimi-cli issue 907',
    example: {
      status: 429,
      body: body('rate_limit_reached_error', "We're receiving too many requests at the moment."),
    },
  },
  {
    id: 'moonshot.not-for-this-client',
    when: { status: 403, says: /\bonly available for\b/i },
    verdict: callersMistake,
    source: 'github.com/MoonshotAI/kimi-code issue 636',
    example: {
      status: 403,
      body: body('access_terminated_error', 'Kimi For Coding is currently only available for Coding Agents'),
    },
  },
  {
    id: 'moonshot.concurrency',
    when: { status: [403, 429], says: /\bconcurren/i },
    verdict: throttled,
    source: 'github.com/Wei-Shaw/sub2api issue 6203',
    example: { status: 403, body: "You've reached your concurrent request limit." },
  },
  {
    id: 'moonshot.plan-window',
    when: { status: [402, 403, 429], says: PLAN_WINDOW },
    verdict: throttledForLong,
    source: 'github.com/MoonshotAI/kimi-code issue 3014; github.com/openclaw/openclaw pull 142656',
    example: {
      status: 403,
      body: body('access_terminated_error', "You've reached your weekly (7-day) usage limit."),
    },
  },
  {
    id: 'moonshot.daily-limit',
    when: { status: 429, says: PER_DAY },
    verdict: throttledForLong,
    source: 'platform.kimi.ai/docs/pricing/limits',
    example: {
      status: 429,
      body: body('rate_limit_reached_error', 'request reached organization TPD rate limit'),
    },
  },
  {
    id: 'moonshot.rate-limit',
    when: { named: 'rate_limit_reached_error' },
    verdict: throttled,
    source: ERRORS,
    example: {
      status: 429,
      body: body('rate_limit_reached_error', 'request reached organization max RPM: 3, please try again'),
    },
  },
  {
    id: 'moonshot.model-not-found',
    when: { status: [403, 404], named: ['resource_not_found_error', 'permission_denied_error'] },
    verdict: modelDenied,
    source: ERRORS,
    example: {
      status: 404,
      body: body('resource_not_found_error', 'Not found the model or permission denied'),
    },
  },
];
