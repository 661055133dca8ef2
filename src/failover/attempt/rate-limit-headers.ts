import { MAX_SCARCE_MS } from '../../keys/record/hints.ts';
import type { ResponseHeaders } from '../../upstream/exchange.ts';
import { numberOf, untilNamed } from '../../verdict/waits/time-notations.ts';

/** Less than this share of a limit is nearly nothing: several processes and requests under way share it. */
const SCARCE_SHARE = 0.05;
/** Where the answer does not say when the limit is whole again. Milliseconds. */
const DEFAULT_RESET_MS = 10_000;
/** The headers that state one limit. */
interface LimitHeaders {
  readonly remaining: string;
  readonly limit: string;
  readonly reset: string;
}

/** OpenAI's names, which most providers took over. */
const openaiNames = (what: string): LimitHeaders => ({
  remaining: `x-ratelimit-remaining-${what}`,
  limit: `x-ratelimit-limit-${what}`,
  reset: `x-ratelimit-reset-${what}`,
});

const anthropicNames = (what: string): LimitHeaders => ({
  remaining: `anthropic-ratelimit-${what}-remaining`,
  limit: `anthropic-ratelimit-${what}-limit`,
  reset: `anthropic-ratelimit-${what}-reset`,
});

/** OpenAI: platform.openai.com/docs/guides/rate-limits. Anthropic: docs.anthropic.com/en/api/rate-limits. */
const LIMITS: readonly LimitHeaders[] = [
  ...['requests', 'tokens'].map(openaiNames),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(anthropicNames),
];

/** What is left of the limits that an answer states. */
export type RateLimitState =
  /** It states none. */
  | { readonly kind: 'unstated' }
  | { readonly kind: 'enough' }
  /** Of at least one next to nothing is left. */
  | { readonly kind: 'scarce'; readonly resetMs: number };

const UNSTATED: RateLimitState = { kind: 'unstated' };
const ENOUGH: RateLimitState = { kind: 'enough' };

/**
 * Reads how much an answer's key has left. Costs a property read for each limit that it does not state.
 * @param now - milliseconds since the epoch: what a moment named by the provider is measured from
 */
export function readRateLimits(headers: ResponseHeaders, now: number): RateLimitState {
  let isStated = false;
  let resetMs: number | undefined;
  for (const names of LIMITS) {
    const remaining = numberIn(headers, names.remaining);
    if (remaining === undefined) continue;
    isStated = true;
    if (remaining > 0 && remaining >= SCARCE_SHARE * (numberIn(headers, names.limit) ?? 0)) continue;
    resetMs = Math.max(resetMs ?? 0, resetIn(headers, names.reset, now));
  }
  if (resetMs !== undefined) return { kind: 'scarce', resetMs };
  return isStated ? ENOUGH : UNSTATED;
}

function resetIn(headers: ResponseHeaders, name: string, now: number): number {
  const value = headers[name];
  const resetMs = typeof value === 'string' ? untilNamed(value, now) : undefined;
  return Math.min(Math.max(resetMs ?? DEFAULT_RESET_MS, 0), MAX_SCARCE_MS);
}

function numberIn(headers: ResponseHeaders, name: string): number | undefined {
  const value = headers[name];
  return typeof value === 'string' ? numberOf(value) : undefined;
}
