import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effectOf } from '../../src/verdict/effect.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { Answered } from '../../src/verdict/outcome.ts';
import { answered, openai, verdictOn } from './answers.ts';

/** The wait read out of a 429 with these words and, perhaps, a header. Milliseconds. */
function wait(message: string, retryAfter?: string): number | undefined {
  const headers: Answered['headers'] = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return judge({ ...answered(429, openai(message)), headers }, { providerType: 'unheard-of', now: 0 }).waitMs;
}

void describe('kinds of errors', () => {
  const kinds: readonly (readonly [
    what: string,
    provider: string,
    status: number,
    body: unknown,
    is: readonly string[],
  ])[] = [
    [
      'a function that is not well',
      'nvidia',
      400,
      { detail: "Function id 'f': DEGRADED function cannot be invoked" },
      ['overloaded', 'other-provider'],
    ],
    [
      'a deployment that is draining',
      'unheard-of',
      409,
      openai('The deployment is draining'),
      ['overloaded', 'other-provider'],
    ],
    [
      'an account suspended for unusual activity',
      'unheard-of',
      403,
      { message: 'Your User ID is temporarily suspended. We detected unusual user activity.' },
      ['key_dead', 'other-key'],
    ],
    [
      'limits for suspicious activity',
      'unheard-of',
      429,
      {
        message:
          'Due to suspicious activity, we are imposing temporary limits on how frequently your account can make requests.',
      },
      ['rate_limit', 'other-domain'],
    ],
    [
      'a blocked access key inside a 200',
      'unheard-of',
      200,
      { code: 40301, message: 'access key has been blocked' },
      ['key_dead', 'other-key'],
    ],
    [
      'a disabled access key under a 500',
      'unheard-of',
      500,
      openai('Your access key has been disabled'),
      ['key_dead', 'other-key'],
    ],
    [
      'a disabled access key under a 429',
      'moonshot',
      429,
      openai('This api key is disabled'),
      ['key_dead', 'other-key'],
    ],
    [
      'an exhausted resource package',
      'unheard-of',
      429,
      openai('The resource package has been exhausted'),
      ['billing', 'other-domain'],
    ],
    ['资源包', 'unheard-of', 403, openai('您的资源包已用尽'), ['billing', 'other-domain']],
    [
      'a model without a free tier',
      'unheard-of',
      403,
      openai('This model is not available in the free tier'),
      ['model_denied', 'other-key'],
    ],
    [
      'a limit of nothing',
      'unheard-of',
      429,
      openai('Quota exceeded, limit: 0'),
      ['model_denied', 'other-key'],
    ],
    [
      "the day's limit inside a 500",
      'zhipu',
      500,
      { error: { code: '500', message: 'You have reached the daily limit of requests' } },
      ['rate_limit', 'other-domain'],
    ],
    [
      'an error one level down',
      'unheard-of',
      200,
      { code: 1, data: { error: { code: 'insufficient_quota' } } },
      ['billing', 'other-domain'],
    ],
    [
      'a condition of money',
      'unheard-of',
      429,
      openai('Please try again after upgrading your plan'),
      ['billing', 'other-domain'],
    ],
    [
      'a condition of identity',
      'unheard-of',
      403,
      openai('Please try again after verifying your phone number'),
      ['model_denied', 'other-key'],
    ],
    ['a bare 404', 'unheard-of', 404, '404 page not found', ['model_denied', 'other-provider']],
    [
      'a page for a 404',
      'openai',
      404,
      '<html><title>404 Not Found</title></html>',
      ['model_denied', 'other-provider'],
    ],
    [
      'names of other models',
      'deepseek',
      400,
      openai('The supported API model names are a or b, but you passed c.'),
      ['model_denied', 'other-provider'],
    ],
    [
      'no room at Gemini',
      'google',
      503,
      { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } },
      ['overloaded', 'other-provider'],
    ],
    [
      'no room at MiniMax',
      'minimax',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'much traffic now' } },
      ['overloaded', 'other-provider'],
    ],
    [
      'no throughput on demand',
      'bedrock',
      400,
      { message: 'Invocation of model ID m with on-demand throughput isn’t supported' },
      ['model_denied', 'other-provider'],
    ],
    [
      'a model of a legacy',
      'bedrock',
      400,
      { message: 'Access denied. Model is marked as Legacy' },
      ['model_denied', 'other-provider'],
    ],
    [
      'a mode of retention',
      'bedrock',
      400,
      { message: "data retention mode 'default' is unavailable for this model" },
      ['model_denied', 'other-provider'],
    ],
    [
      'requests in high frequency',
      'unheard-of',
      400,
      openai('High-frequency requests detected from you'),
      ['rate_limit', 'other-domain'],
    ],
    [
      'more tokens than credit',
      'openrouter',
      402,
      {
        error: {
          message: 'more credits or fewer max_tokens: asked 65536 tokens, affordable 1200',
          code: 402,
        },
      },
      ['client_error', 'other-domain'],
    ],
    [
      'no credit at all',
      'openrouter',
      402,
      { error: { message: 'fewer max_tokens. You can only afford 0.', code: 402 } },
      ['billing', 'other-domain'],
    ],
  ];
  for (const [what, providerType, status, body, is] of kinds) {
    void it(`${what}: ${is.join(', ')}`, () => {
      const verdict = verdictOn(status, body, { providerType });
      assert.deepEqual([verdict.class, verdict.retry], is, verdict.rule);
    });
  }

  void it('marks no key for a place that the provider does not have', () => {
    assert.deepEqual(effectOf(verdictOn(404, '404 page not found')), { kind: 'none' });
  });

  void it('takes no condition for a wait, and believes hours where a quota or hours are mentioned', () => {
    assert.equal(wait('Rate limited. Try again after verifying.'), undefined);
    assert.equal(wait('Rate limited. This model is available in 1m context.'), undefined);
    assert.equal(wait('Rate limited. Please try again in 3 hours.'), 3 * 3_600_000);
    assert.equal(wait('Your quota is used up.', '10800'), 3 * 3_600_000);
    assert.equal(wait('Too many requests.', '10800'), 3_600_000);
    assert.equal(wait('Quota of requests per minute exceeded.', '86400'), 3_600_000);
  });
});

void describe('hostile texts', () => {
  // Read in quadratic time, a quarter of a megabyte would take minutes.
  const pieces = [
    "'",
    '"',
    '`',
    '<',
    '<title',
    '<body ',
    '{',
    '[',
    'a.0',
    ' api key',
    ' for the',
    '。',
    '"a": "b",',
    'limit: ',
  ];
  for (const piece of pieces) {
    void it(`are read to an end: ${piece}`, () => {
      const text = piece.repeat(Math.floor((256 * 1024) / piece.length));
      for (const status of [400, 403, 404, 429, 500]) {
        for (const providerType of ['openai', 'unheard-of', 'google']) {
          for (const body of [text, openai(text), `{"error":{"message":"${text}`, `<html>${text}`]) {
            assert.notEqual(verdictOn(status, body, { providerType }).rule, '');
          }
        }
      }
    });
  }
});
