/** So long a test waits for anything: many times what any wait takes on a busy machine, and less than a test may take. */
const LIMIT_MS = 5 * 60_000;

/** From one look to the next: at first, and at most; in between a hundredth of what the wait has taken. Milliseconds. */
const [SHORTEST_MS, LONGEST_MS] = [2, 50];

/** How a wait is bounded. */
export interface UntilOptions {
  /** Milliseconds; by default five minutes. */
  readonly limitMs?: number;
}

/**
 * Resolves once `condition` holds. It is looked at some 6,000 times at most, so that one that makes a request each time
 * fills no memory.
 * @throws Error with the condition, where it does not hold within the limit
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { limitMs = LIMIT_MS }: UntilOptions = {},
): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs >= limitMs) throw new Error(`not so within ${limitMs / 1_000} s: ${String(condition)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, Math.min(Math.max(elapsedMs / 100, SHORTEST_MS), LONGEST_MS));
    });
  }
}
