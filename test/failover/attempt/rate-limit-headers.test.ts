import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRateLimits } from '../../../src/failover/attempt/rate-limit-headers.ts';

const NOW = Date.UTC(2026, 0, 1);

const openai = (what: string, remaining: string, limit: string, reset: string): Record<string, string> => ({
  [`x-ratelimit-remaining-${what}`]: remaining,
  [`x-ratelimit-limit-${what}`]: limit,
  [`x-ratelimit-reset-${what}`]: reset,
});

void test('an answer that tells of no limit tells nothing', () => {
  assert.deepEqual(readRateLimits({ 'content-type': 'application/json' }, NOW), { kind: 'unstated' });
  assert.deepEqual(readRateLimits({ 'x-ratelimit-remaining-requests': 'many' }, NOW), { kind: 'unstated' });
  assert.deepEqual(readRateLimits({ 'x-ratelimit-remaining-requests': ['0', '0'] }, NOW), {
    kind: 'unstated',
  });
});

void test('of a limit there is enough from a twentieth on', () => {
  const scarce = { kind: 'scarce', resetMs: 6_000 };
  assert.deepEqual(readRateLimits(openai('requests', '5', '100', '6s'), NOW), { kind: 'enough' });
  assert.deepEqual(readRateLimits(openai('requests', '4', '100', '6s'), NOW), scarce);
  assert.deepEqual(readRateLimits(openai('requests', '0', '100', '6s'), NOW), scarce);
});

void test('without its limit only nothing is scarce', () => {
  assert.deepEqual(readRateLimits({ 'x-ratelimit-remaining-tokens': '1' }, NOW), { kind: 'enough' });
  assert.deepEqual(readRateLimits({ 'x-ratelimit-remaining-tokens': '0' }, NOW), {
    kind: 'scarce',
    resetMs: 10_000,
  });
});

void test('of several limits the scarce ones decide, and of those the one that lasts longest', () => {
  const headers = {
    ...openai('requests', '90', '100', '30s'),
    ...openai('tokens', '10', '1000', '1m2s'),
  };
  assert.deepEqual(readRateLimits(headers, NOW), { kind: 'scarce', resetMs: 62_000 });
  const both = { ...headers, ...openai('requests', '0', '100', '90s') };
  assert.deepEqual(readRateLimits(both, NOW), { kind: 'scarce', resetMs: 90_000 });
});

void test('Anthropic names them in its own way', () => {
  for (const what of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    const headers = {
      [`anthropic-ratelimit-${what}-limit`]: '4000',
      [`anthropic-ratelimit-${what}-remaining`]: '12',
      [`anthropic-ratelimit-${what}-reset`]: '2026-01-01T00:00:20Z',
    };
    assert.deepEqual(readRateLimits(headers, NOW), { kind: 'scarce', resetMs: 20_000 }, what);
  }
});

void test('a reset is bounded, whatever it says', () => {
  assert.deepEqual(readRateLimits(openai('requests', '0', '100', '23h'), NOW), {
    kind: 'scarce',
    resetMs: 600_000,
  });
  const past = {
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '2025-12-31T23:59:00Z',
  };
  assert.deepEqual(readRateLimits(past, NOW), { kind: 'scarce', resetMs: 0 });
});
