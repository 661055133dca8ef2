/** Failures further apart than this are not one event. Milliseconds. */
const WINDOW_MS = 5_000;
/** How long the freeze outlasts the newest failure of its kind. Milliseconds. */
const FREEZE_MS = 10_000;
/** Fewer keys than this failing alike are a coincidence, unless the pool has no more. */
const MIN_KEYS = 3;
/** A provider that still answers more than this share of its attempts is not down. */
const MAX_ANSWERED = 0.1;
/** Failures kept for one kind: enough to see that they are many. */
const MAX_KEPT = 256;

/** What a failure looks like beside the others. */
export type Correlation =
  /** Nothing speaks for a common cause: it counts against its key. */
  | { readonly kind: 'alone' }
  /** The keys fail together: from now on nothing counts, and what was counted against `keys` is withdrawn. */
  | { readonly kind: 'began'; readonly keys: readonly string[]; readonly since: number }
  /** Their common trouble goes on: it counts against nobody. */
  | { readonly kind: 'frozen' };

/** What must be known of a pool to judge it as a whole. */
export interface PoolView {
  /** Keys that could have failed. */
  readonly size: number;
  /** When a key last gave an answer; 0 where it never has. */
  readonly answeredAt: (keyId: string) => number;
}

/**
 * Tells a provider's trouble from its keys'. Several keys that fail alike within seconds are the provider's
 * trouble, or the network's, where nothing answers any more, or where those very keys answer in between. Keys
 * that fail alike while others answer are bad keys. One for each provider and process; times are
 * milliseconds since the epoch.
 *
 * Not promised: to see a trouble that reaches only a few keys of many, or a pool of one.
 */
export class CorrelatedFailures {
  /** By what failed alike: the newest failure of each key. */
  readonly #failures = new Map<string, Map<string, number>>();
  #answered = 0;
  #failed = 0;
  #countedFrom = 0;
  #frozenUntil = 0;

  /** Whether the provider's own trouble was seen lately. */
  isEjectionFrozen(now: number): boolean {
    return now < this.#frozenUntil;
  }

  /** An attempt was answered. Costs two comparisons. */
  recordAnswer(now: number): void {
    if (now - this.#countedFrom > WINDOW_MS) this.#restart(now);
    this.#answered++;
  }

  /**
   * An ambiguous failure.
   * @param rule - what it has in common with others: the rule that judged it
   */
  recordFailure(keyId: string, rule: string, pool: PoolView, now: number): Correlation {
    if (now - this.#countedFrom > WINDOW_MS) this.#restart(now);
    this.#failed++;
    const failures = this.#remember(keyId, rule, now);
    const isCommon = pool.size > 1 && failures.size >= Math.min(MIN_KEYS, pool.size);
    const wasFrozen = this.isEjectionFrozen(now);
    if (isCommon && (this.#isDown() || isIntermittent(failures, pool, now))) {
      this.#frozenUntil = now + FREEZE_MS;
      return wasFrozen
        ? { kind: 'frozen' }
        : { kind: 'began', keys: [...failures.keys()], since: now - WINDOW_MS };
    }
    // In a trouble that goes on, a key that has answered of late has done nothing to be counted against it.
    const isShared = this.#isDown() || now - pool.answeredAt(keyId) <= WINDOW_MS;
    return wasFrozen && isShared ? { kind: 'frozen' } : { kind: 'alone' };
  }

  #isDown(): boolean {
    return this.#answered <= MAX_ANSWERED * (this.#answered + this.#failed);
  }

  #remember(keyId: string, rule: string, now: number): Map<string, number> {
    const failures = this.#failures.get(rule) ?? new Map<string, number>();
    this.#failures.set(rule, failures);
    // A map keeps the order of insertion: the oldest failures stand in front.
    failures.delete(keyId);
    failures.set(keyId, now);
    for (const [oldest, at] of failures) {
      if (now - at <= WINDOW_MS && failures.size <= MAX_KEPT) break;
      failures.delete(oldest);
    }
    return failures;
  }

  #restart(now: number): void {
    this.#countedFrom = now;
    this.#answered = 0;
    this.#failed = 0;
    for (const [rule, failures] of this.#failures) {
      for (const [keyId, at] of failures) if (now - at > WINDOW_MS) failures.delete(keyId);
      if (failures.size === 0) this.#failures.delete(rule);
    }
  }
}

/** Whether half of the keys that fail have also answered within the window. */
function isIntermittent(
  failures: ReadonlyMap<string, number>,
  { answeredAt }: PoolView,
  now: number,
): boolean {
  let answering = 0;
  for (const keyId of failures.keys()) if (now - answeredAt(keyId) <= WINDOW_MS) answering++;
  return answering * 2 >= failures.size;
}
