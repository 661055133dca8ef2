import {
  blocked,
  keyDead,
  modelDenied,
  outOfCredit,
  throttled,
  throttledForLong,
  throttledModelForLong,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { ASKS_FOR_PLAN, OUT_OF_CREDIT, REGION } from '../words.ts';

function body(code: string, error: string): string {
  return JSON.stringify({ code, error });
}

/** xAI: `code` is a phrase and `error` the text. One code stands for an access list and for an empty account. */
export const xaiRules: readonly Rule[] = [
  {
    id: 'xai.no-credit',
    when: {
      status: ['2xx', 402, 403, 429],
      saysAboutKey: /\bused all available credits\b|\bspending limit\b|\b(?:any|out of) credits\b/i,
    },
    verdict: outOfCredit,
    source: 'github.com/griptape-ai/griptape-nodes-engine issue 1079',
    example: {
      status: 403,
      body: body(
        'permission-denied',
        'Your team t has either used all available credits or reached its monthly spending limit.',
      ),
    },
  },
  {
    // With 400, and a code that stands for the caller's mistakes as well.
    id: 'xai.key-invalid-words',
    when: { status: [400, 401, 403], message: /^Incorrect API key provided\b/ },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (xai)',
    example: {
      status: 400,
      body: body('invalid-argument', 'Incorrect API key provided. You can obtain one.'),
    },
  },
  {
    id: 'xai.blocked-for-money',
    when: { named: /spending-limit$/ },
    verdict: outOfCredit,
    source: 'github.com/NousResearch/hermes-agent issue 26847',
    example: { status: 403, body: body('personal-team-blocked:spending-limit', 'Blocked.') },
  },
  {
    id: 'xai.free-usage-of-model',
    when: { named: /free-usage-exhausted$/, says: /\bfor model\b/i },
    verdict: throttledModelForLong,
    source: 'router-for-me/CLIProxyAPI internal/runtime/executor/xai_status_err_test.go',
    example: {
      status: 429,
      body: body('subscription:free-usage-exhausted', 'All free usage for model m is used.'),
    },
  },
  {
    id: 'xai.free-usage',
    when: { named: /free-usage-exhausted$/ },
    verdict: throttledForLong,
    source: 'router-for-me/CLIProxyAPI internal/runtime/executor/xai_status_err_test.go',
    example: {
      status: 429,
      body: body('subscription:free-usage-exhausted', 'Usage resets over a rolling 24-hour window.'),
    },
  },
  {
    id: 'xai.key-invalid',
    when: { status: [400, 401, 403], named: /^unauthenticated/ },
    verdict: keyDead,
    source: 'docs.x.ai/docs/key-information/debugging',
    example: {
      status: 403,
      body: body('unauthenticated:bad-credentials', 'The token was not accepted.'),
    },
  },
  {
    id: 'xai.content',
    when: { status: [400, 403], says: /\bcontent\b.{0,40}\b(?:violates|guidelines|safety)\b/i },
    verdict: blocked,
    source: 'docs.x.ai/docs/key-information/debugging: 403 for content',
    example: { status: 403, body: body('permission-denied', 'Content violates usage guidelines.') },
  },
  {
    id: 'xai.key-blocked',
    when: { status: 403, saysAboutKey: /\b(?:api key|team)\b.{0,60}\b(?:blocked|disabled)\b/i },
    verdict: keyDead,
    source: 'docs.x.ai/docs/key-information/debugging',
    example: { status: 403, body: body('permission-denied', 'Your API key is currently blocked.') },
  },
  {
    id: 'xai.not-permitted',
    when: {
      status: 403,
      unless: {
        says: new RegExp([OUT_OF_CREDIT, ASKS_FOR_PLAN, REGION].map(({ source }) => source).join('|'), 'i'),
      },
    },
    verdict: modelDenied,
    source: 'docs.x.ai/docs/key-information/debugging: 403, ask for permission',
    example: { status: 403, body: body('permission-denied', 'Access to the chat endpoint is denied.') },
  },
  {
    id: 'xai.rate-limit',
    when: { status: 429 },
    verdict: throttled,
    source: 'docs.x.ai/docs/consumption-and-rate-limits',
    example: { status: 429, body: body('Some resource has been exhausted', 'Rate limit exceeded') },
  },
];
