/** What was decided of a key, and on what evidence: plain data that people read, and that decides nothing itself. */
export interface Decision {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly effect: DecisionEffect;
  /** The rule that judged the attempt; absent for the operator's word, a pardon and the end of a cooldown. */
  readonly rule?: string;
  /** Of the provider's answer; absent where none began. */
  readonly status?: number;
  /** The client's request that showed it; absent for a health check. */
  readonly requestId?: string;
  /** The process that judged it. */
  readonly node?: string;
  /** A health check showed it. */
  readonly check?: true;
  /** What it was held from, or is no longer, as the provider names it. */
  readonly model?: string;
}

/**
 * - `counted`: an ambiguous failure; `cleared`: a success that ended a row of them, or a hold
 * - `taken-out`, `returned`: left service, came back
 * - `held`: kept from one model for a time
 * - `check-passed`, `check-failed`: of a key that was out and stayed out
 * - `trial-failed`: a request that tried it as a last resort
 * - `pardoned`: what was counted was somebody else's
 * - `doubted`: a verdict that is not believed before a check; `reprieved`: what an earlier one did was taken back
 * - `disabled`, `enabled`, `lifted`: the operator's word; the last one ended holds
 */
export type DecisionEffect = (typeof DECISION_EFFECTS)[number];

export const DECISION_EFFECTS = [
  'counted',
  'cleared',
  'taken-out',
  'returned',
  'held',
  'check-passed',
  'check-failed',
  'trial-failed',
  'pardoned',
  'doubted',
  'reprieved',
  'disabled',
  'enabled',
  'lifted',
] as const;

/** Decisions kept for one key. */
export const MAX_DECISIONS = 5;
/** Longer names are cut. Characters. */
export const MAX_DECISION_TEXT = 256;

/**
 * The list with one more, newest last. The oldest goes where there are too many, but never the newest one that
 * took the key out: failed checks must not make people forget why.
 */
export function withDecision(decisions: readonly Decision[] = [], decision: Decision): readonly Decision[] {
  const all = [...decisions, decision];
  if (all.length <= MAX_DECISIONS) return all;
  const takenOut = all.findLastIndex(({ effect }) => effect === 'taken-out');
  return all.toSpliced(takenOut === 0 ? 1 : 0, 1);
}
