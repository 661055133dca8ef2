import type { PooledKey } from '../../keys/pool/pool.ts';
import type { Provider } from '../../providers/provider.ts';
import type { ExchangeLimits } from '../../upstream/exchange.ts';
import type { TokenUsage } from '../../base/token-usage.ts';
import type { Recorder } from '../recorder.ts';
import type { Verdict } from '../../verdict/verdict.ts';

/** What every attempt needs and none owns. */
export interface AttemptTools {
  readonly recorder: Recorder;
  /** Names this process in what it writes down of keys. */
  readonly node: string;
  /** The clock of stored state, which no operator sets. Milliseconds since the epoch. */
  readonly now: () => number;
  /** The wall clock, for dates that providers name. Absent: as `now`. Milliseconds since the epoch. */
  readonly wallNow?: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The clock by which dates that others name are read. */
export function wallClock({ now, wallNow = now }: Pick<AttemptTools, 'now' | 'wallNow'>): () => number {
  return wallNow;
}

/**
 * What a health check is to show. `key`: any answer to a known caller will do, even one that finds fault with the
 * question. `credit`: only a good one. `circuit`: the provider is tested, with a key that is not in doubt.
 */
export type CheckAim = 'key' | 'credit' | 'circuit';

/** One try: a provider, a key, and how long it may take. */
export interface AttemptPlan {
  readonly provider: Provider;
  /** Undefined for a provider that has no keys. */
  readonly pooled: PooledKey | undefined;
  /** Of the key's record when it was chosen. */
  readonly epoch: number;
  readonly model: string | undefined;
  /** What a health check is to show; undefined for a client's request. */
  readonly check: CheckAim | undefined;
  /** Of a health check: whether it can be put otherwise where it is judged so. Then nothing is recorded of it. */
  readonly willTryOtherForm?: (verdict: Verdict) => boolean;
  readonly limits: ExchangeLimits;
}

/** One try of a request, as its log has it. */
export interface AttemptLogEntry {
  readonly provider: string;
  /** Key id; empty where the provider has no keys. */
  readonly key: string;
  /** The operator's name for the key. */
  readonly keyName?: string;
  readonly verdict: Verdict['class'] | 'cancelled';
  readonly rule: string;
  /** Of the provider's answer; absent where none began. */
  readonly status?: number;
  /** What happened on the wire, where it broke. */
  readonly detail?: string;
  /** What the provider told of them before it failed. */
  readonly tokens?: TokenUsage;
  readonly ms: number;
}
