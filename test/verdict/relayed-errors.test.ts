import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effectOf } from '../../src/verdict/effect.ts';
import { openai, verdictOn } from './answers.ts';

/** Google's everyday refusal, as its endpoint that speaks OpenAI puts it. */
function google(details: readonly object[]): object[] {
  return [
    {
      error: {
        code: 429,
        message: 'You exceeded your current quota, please check your plan and billing details.',
        status: 'RESOURCE_EXHAUSTED',
        details,
      },
    },
  ];
}

void describe('a vendor that an error names', () => {
  void it("judges Google's endpoint that speaks OpenAI by Google's table", () => {
    const body = google([{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }]);
    for (const providerType of ['openai', 'openai-compatible', 'unheard-of']) {
      const { class: verdictClass, waitMs, rule } = verdictOn(429, body, { providerType });
      assert.deepEqual([verdictClass, waitMs, rule], ['rate_limit', 34_000, 'google.rate-limit']);
    }
    assert.equal(verdictOn(429, openai('You exceeded your current quota.')).class, 'billing');
  });

  void it('says of money and keys behind a reseller that they are not ours', () => {
    const bodies: readonly object[] = [
      { error: { message: 'Insufficient balance', code: 'insufficient_quota', upstream_status: 402 } },
      { error: { message: 'Your account is suspended', code: 403, metadata: { provider_name: 'P' } } },
      {
        error: {
          message: 'failed',
          upstream_error: { error: { code: 'invalid_api_key', message: 'bad key' } },
        },
      },
      { error: { message: 'Upstream error: insufficient credits', type: 'upstream_error' } },
    ];
    const routers = [
      openai('No deployments available for selected model, Try again in 60 seconds.'),
      openai('No available accounts'),
    ];
    const cases = [
      ...bodies.flatMap((body) => [402, 403, 429, 503].map((status) => ({ status, body }))),
      ...routers.flatMap((body) => [429, 503].map((status) => ({ status, body }))),
    ];
    for (const { status, body } of cases) {
      const verdict = verdictOn(status, body, { providerType: 'new-api' });
      assert.deepEqual(
        [verdict.class, verdict.retry],
        ['overloaded', 'other-provider'],
        JSON.stringify(body),
      );
    }
  });

  void it('says of a refused charge at a relay that it is ours', () => {
    const message = '预扣费额度失败, 用户剩余额度: ¥1.00, 需要预扣费额度: ¥2.00';
    assert.equal(verdictOn(403, openai(message), { providerType: 'new-api' }).class, 'billing');
  });
});

void describe('a refusal of an address', () => {
  const pages: readonly (readonly [status: number, body: string])[] = [
    [
      403,
      '<html><head><title>Attention Required! | Cloudflare</title></head><h1>Sorry, you have been blocked</h1></html>',
    ],
    [403, '<html><title>Access denied</title><body>Error 1020</body></html>'],
    [429, 'error code: 1015'],
    [403, 'error code: 1006'],
    [403, '<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>Reference #18.1</BODY></HTML>'],
    [
      403,
      '<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>',
    ],
  ];
  for (const [status, body] of pages) {
    void it(`marks no key: ${body.slice(0, 60)}`, () => {
      const verdict = verdictOn(status, body);
      assert.deepEqual(
        [verdict.class, verdict.scope, verdict.retry],
        ['region', 'provider', 'other-provider'],
      );
      assert.deepEqual(effectOf(verdict), { kind: 'none' });
    });
  }

  void it('is the key’s where the key was restricted: denied, model by model', () => {
    for (const reason of [
      'API_KEY_HTTP_REFERRER_BLOCKED',
      'API_KEY_IP_ADDRESS_BLOCKED',
      'API_KEY_SERVICE_BLOCKED',
    ]) {
      const body = {
        error: { code: 403, message: 'Blocked.', status: 'PERMISSION_DENIED', details: [{ reason }] },
      };
      for (const providerType of ['google', 'openai']) {
        assert.deepEqual(effectOf(verdictOn(403, body, { providerType })), { kind: 'denies' }, reason);
      }
    }
    const scopes = 'You have insufficient permissions for this operation. Missing scopes: model.request.';
    assert.deepEqual(effectOf(verdictOn(401, openai(scopes))), { kind: 'denies' });
  });
});
