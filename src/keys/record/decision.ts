/** One entry of a key's history, for people. */
export interface Decision {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly effect: DecisionEffect;
  /** The rule that judged the attempt; absent for the operator's acts, a pardon and the end of a cooldown. */
  readonly rule?: string;
  /** Of the response; absent where none began. */
  readonly status?: number;
  /** The client's request; absent for a health check. */
  readonly requestId?: string;
  /** The process that judged it. */
  readonly node?: string;
  /** It was a health check. */
  readonly check?: true;
  /** The model of the hold that began or ended, as the provider names it. */
  readonly model?: string;
  /** Who did it, and why: of the operator's acts, as far as it was said. */
  readonly by?: string;
  readonly reason?: string;
}

/**
 * - `counted`: an ambiguous failure; `cleared`: a success that reset the count, or ended a hold
 * - `taken-out`, `returned`: left service, came back
 * - `held`: a hold began
 * - `check-passed`, `check-failed`: a health check that did not change the state
 * - `trial-failed`: a request that tried it as a last resort
 * - `pardoned`: counted failures were taken back
 * - `doubted`: a verdict is in doubt; `reprieved`: an unproven one was taken back
 * - `disabled`, `enabled`, `lifted`: the operator's acts; the last one ended holds
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
/** Longer texts are cut. Characters. */
export const MAX_DECISION_TEXT = 256;

/**
 * The list with one more, newest last. The oldest is dropped where there are too many, but never the newest `taken-out`:
 * failed checks must not hide why the key is out.
 */
export function withDecision(decisions: readonly Decision[] = [], decision: Decision): readonly Decision[] {
  const all = [...decisions, decision];
  if (all.length <= MAX_DECISIONS) return all;
  const takenOut = all.findLastIndex(({ effect }) => effect === 'taken-out');
  return all.toSpliced(takenOut === 0 ? 1 : 0, 1);
}
