import type { PooledKey } from '../../keys/pool/pool.ts';
import { ANY_MODEL, FRESH } from '../../keys/record/record.ts';
import { learnedQuotaDomain } from '../../providers/learned-quota-domain.ts';
import type { Provider } from '../../providers/provider.ts';
import type { ResponseHeaders } from '../../upstream/exchange.ts';
import { wallClock } from './attempt-plan.ts';
import type { AttemptTools } from './attempt-plan.ts';
import type { Recorder } from '../recorder.ts';
import { readRateLimits } from './rate-limit-headers.ts';
import type { RateLimitState } from './rate-limit-headers.ts';

/** Whom an answer is from, and what was asked for. */
interface AnsweredAttempt {
  readonly provider: Provider;
  readonly pooled: PooledKey | undefined;
  /** As the provider names it. */
  readonly model: string | undefined;
}

/** Whose answer it is, and where what it says is recorded. */
interface LearnContext {
  readonly provider: Provider;
  readonly pooled: PooledKey;
  readonly recorder: Recorder;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What is over sooner is not shared with other processes, and what was shared stands for so long: so answers that
 * alternate cost one write a second on average. Milliseconds.
 */
const MIN_SHARED_MS = 2_000;

/**
 * Learns from an answer's headers whose limits its key shares, and how much is left of them. What makes a difference to
 * other processes is shared in the key's record. Most answers say nothing new, and cost a read of these headers.
 */
export function learnFromHeaders(
  { provider, pooled, model = ANY_MODEL }: AnsweredAttempt,
  headers: ResponseHeaders,
  tools: Pick<AttemptTools, 'recorder' | 'now' | 'wallNow'>,
): void {
  if (pooled === undefined) return;
  const { recorder, now } = tools;
  const context: LearnContext = { provider, pooled, recorder, now: now() };
  const domain = learnedQuotaDomain(headers);
  if (domain !== undefined && domain !== pooled.domain?.name) {
    provider.pool.learnDomain(pooled.key.id, domain, context.now);
  }
  // Without failover keys are picked at random, and nothing is written of them.
  if (!provider.policy.recordsOutcomes) return;
  learnHeadroom(context, model, readRateLimits(headers, wallClock(tools)()));
  if (domain !== undefined) shareDomain(context);
}

/** A key's domain makes a difference where another key shares it, or where others go by the key's record. */
function shareDomain({ provider, pooled, recorder, now }: LearnContext): void {
  const { key, domain, record } = pooled;
  if (domain === undefined || domain.name === record.domain || key.quotaDomain !== key.id) return;
  if (domain.members === 1 && record === FRESH) return;
  recorder.shareHint(provider, key, { type: 'domain', at: now, domain: domain.name });
}

function learnHeadroom(
  { provider, pooled, recorder, now }: LearnContext,
  model: string,
  remaining: RateLimitState,
): void {
  const { key, headroom } = pooled;
  switch (remaining.kind) {
    case 'unstated':
      return;
    case 'enough':
      headroom.observe(model, undefined);
      for (const [keyId, since] of headroom.reporters(model, now)) {
        const keyThatShared = provider.pool.get(keyId)?.key;
        if (keyThatShared === undefined || now - since < MIN_SHARED_MS) continue;
        recorder.shareHint(provider, keyThatShared, { type: 'headroom', at: now, model });
      }
      return;
    case 'scarce': {
      // While that is known nothing is shared again: when it is over, the next answer says what is left then.
      if (headroom.reporters(model, now).length > 0) return;
      const until = now + remaining.resetMs;
      const isWorthSharing = remaining.resetMs >= MIN_SHARED_MS && headroom.hasRoom(now);
      const event = { type: 'headroom', at: now, model, scarceUntil: until } as const;
      if (!isWorthSharing || !recorder.shareHint(provider, key, event)) headroom.observe(model, until);
    }
  }
}
