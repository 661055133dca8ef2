/** Failures further apart than this are unrelated. Milliseconds. */
const WINDOW_MS = 5_000;
/** How long ejection stays frozen after the newest correlated failure. Milliseconds. */
const FREEZE_MS = 10_000;
/** Keys that must fail by the same rule; all of them in a smaller pool. */
const MIN_KEYS = 3;
/** A provider that answers more than this share of its attempts is not down. */
const MAX_ANSWERED = 0.1;
/** Failures kept for one rule. */
const MAX_KEPT = 256;

/** How a failure relates to those of other keys. */
export type Correlation =
  /** No common cause: it counts against its key. */
  | { readonly kind: 'isolated' }
  /** Keys begin to fail together: nothing counts from now on, and what was counted against `keys` is taken back. */
  | { readonly kind: 'began'; readonly keys: readonly string[]; readonly since: number }
  /** The common cause persists: the failure counts against no key. */
  | { readonly kind: 'frozen' };

/** What is looked at of a pool. */
export interface PoolView {
  /** Keys that could have failed. */
  readonly size: number;
  /** When a key last answered; 0 where it never has. */
  readonly lastSuccessAt: (keyId: string) => number;
}

/**
 * Outlier detection turned round: it stops the ejection of keys while their failures are correlated. Several keys that
 * fail by the same rule within seconds are the provider's failure, or the network's, where nothing answers any more, or
 * where those very keys answer in between. Keys that fail while others answer are bad keys. One for each provider and
 * process; times are milliseconds since the epoch.
 *
 * Not promised: to detect a failure that reaches only a few keys of many, or a pool of one.
 */
export class CorrelatedFailures {
  /** By rule: the newest failure of each key. */
  readonly #failures = new Map<string, Map<string, number>>();
  #answered = 0;
  #failed = 0;
  #countedFrom = 0;
  #frozenUntil = 0;

  /** Whether no failure is counted against a key now. */
  isEjectionFrozen(now: number): boolean {
    return now < this.#frozenUntil;
  }

  /** An attempt was answered. Costs two comparisons. */
  recordSuccess(now: number): void {
    if (now - this.#countedFrom > WINDOW_MS) this.#restart(now);
    this.#answered++;
  }

  /**
   * An ambiguous failure.
   * @param rule - that judged it; failures correlate where it is the same
   */
  recordFailure(keyId: string, rule: string, pool: PoolView, now: number): Correlation {
    if (now - this.#countedFrom > WINDOW_MS) this.#restart(now);
    this.#failed++;
    const failures = this.#add(keyId, rule, now);
    const isCommon = pool.size > 1 && failures.size >= Math.min(MIN_KEYS, pool.size);
    const wasFrozen = this.isEjectionFrozen(now);
    if (isCommon && (this.#isDown() || isIntermittent(failures, pool, now))) {
      this.#frozenUntil = now + FREEZE_MS;
      return wasFrozen
        ? { kind: 'frozen' }
        : { kind: 'began', keys: [...failures.keys()], since: now - WINDOW_MS };
    }
    // While the common cause persists, a key that has answered recently is not blamed for it.
    const isShared = this.#isDown() || now - pool.lastSuccessAt(keyId) <= WINDOW_MS;
    return wasFrozen && isShared ? { kind: 'frozen' } : { kind: 'isolated' };
  }

  #isDown(): boolean {
    return this.#answered <= MAX_ANSWERED * (this.#answered + this.#failed);
  }

  #add(keyId: string, rule: string, now: number): Map<string, number> {
    const failures = this.#failures.get(rule) ?? new Map<string, number>();
    this.#failures.set(rule, failures);
    // A map keeps insertion order: the oldest failures come first.
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

/** Whether at least half of the failing keys have also answered within the window. */
function isIntermittent(
  failures: ReadonlyMap<string, number>,
  { lastSuccessAt }: PoolView,
  now: number,
): boolean {
  let answering = 0;
  for (const keyId of failures.keys()) if (now - lastSuccessAt(keyId) <= WINDOW_MS) answering++;
  return answering * 2 >= failures.size;
}
