import type { LoggedRequest } from '../../../simulator/request-log.ts';
import type { Simulator } from '../../../simulator/simulator.ts';

/** What the health checks of one key looked like to the provider. */
export interface CheckCounts {
  readonly key: string;
  readonly checks: number;
  /** Begun while another one of the key was under way. */
  readonly overlaps: number;
  /** Begun so soon after the last one that whoever did it cannot have known of it. */
  readonly tooSoon: number;
  /** Between the beginnings of two that follow each other. Milliseconds; 0 where there are fewer. */
  readonly longestGapMs: number;
}

/** The provider remembers so many requests that nothing is missed when it is asked so often. Milliseconds. */
const COLLECT_MS = 500;
/**
 * Whoever knows of the last check waits for 0.8 to 1 interval from its end. A node that does not know of it begins at
 * any time; a request that comes late on a busy machine is not as late as this.
 */
const TOO_SOON_SHARE = 0.5;

/** Collects the health checks that come to a pretend provider. */
export class Checks implements Disposable {
  readonly #simulator: Simulator;
  readonly #intervalMs: number;
  readonly #byKey: ReadonlyMap<string, LoggedRequest[]>;
  readonly #timer: NodeJS.Timeout;
  #collected = 0;

  /** @param intervalMs - of the checks of one key, passed or failed */
  constructor(simulator: Simulator, keys: readonly string[], intervalMs: number) {
    this.#simulator = simulator;
    this.#intervalMs = intervalMs;
    this.#byKey = new Map(keys.map((key) => [key, []]));
    this.#timer = setInterval(() => this.#collect(), COLLECT_MS);
  }

  /** What has come so far, key by key. */
  counts(): readonly CheckCounts[] {
    this.#collect();
    return Array.from(this.#byKey, ([key, checks]) => ({
      key,
      checks: checks.length,
      ...this.#spacing(checks),
    }));
  }

  /** When the first check after a time began. Milliseconds since the epoch; undefined where there is none yet. */
  firstAfter(time: number): number | undefined {
    this.#collect();
    const times = [...this.#byKey.values()].flat().map(({ at }) => at);
    return times.filter((at) => at > time).toSorted((a, b) => a - b)[0];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #collect(): void {
    for (const request of this.#simulator.requests) {
      if (request.number <= this.#collected) continue;
      this.#collected = request.number;
      if (request.headers['user-agent'] === 'sparekey-health-check')
        this.#byKey.get(request.key)?.push(request);
    }
  }

  #spacing(checks: readonly LoggedRequest[]): Omit<CheckCounts, 'key' | 'checks'> {
    let [overlaps, tooSoon, longestGapMs] = [0, 0, 0];
    for (const [index, { at }] of checks.entries()) {
      const last = checks[index - 1];
      if (last === undefined) continue;
      if (last.endedAt === undefined || last.endedAt > at) overlaps++;
      if (at - last.at < this.#intervalMs * TOO_SOON_SHARE) tooSoon++;
      longestGapMs = Math.max(longestGapMs, at - last.at);
    }
    return { overlaps, tooSoon, longestGapMs };
  }
}
