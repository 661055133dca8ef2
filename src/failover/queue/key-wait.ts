import type { Call } from '../../dialects/operations/call.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import { soonestReturn } from '../choose.ts';
import type { RouteTarget } from '../../routing/route.ts';
import type { KeyQueues, WaitRequest } from './key-queues.ts';

/** Waits of one request, whatever time it has: one that is throttled after each of them is given up. */
const MAX_WAITS = 16;

/** Bounds of waiting for a key. */
export interface WaitOptions {
  readonly queues: KeyQueues;
  /** Of one request, over all its waits. Milliseconds. */
  readonly maxWaitMs: number;
  /** Requests of this process that may wait at once. */
  readonly maxWaiting: number;
}

/** A target that a request could use, and the keys that have failed there for another reason than a limit. */
export type WaitCandidate = WaitRequest['candidates'][number];

/** The waits of one request for a key: within its bounds and its deadline. */
export class KeyWait {
  readonly #call: Call;
  readonly #options: WaitOptions;
  readonly #now: () => number;
  #order: number | undefined;
  /** It has waited, and need not queue again. */
  #isReleased = false;
  #wasBehind = false;
  #until = Infinity;
  #waits = 0;

  private constructor(call: Call, options: WaitOptions, now: () => number) {
    this.#call = call;
    this.#options = options;
    this.#now = now;
  }

  /** @returns undefined where it may not wait: its body is streamed through and cannot be held */
  static for(call: Call, options: WaitOptions | undefined, now: () => number): KeyWait | undefined {
    return options === undefined || call.body.kind === 'streamed'
      ? undefined
      : new KeyWait(call, options, now);
  }

  /** Whether others already wait for a key of this target. */
  mustQueue(target: RouteTarget): boolean {
    if (this.#isReleased || target.pinnedKey !== undefined || !this.#options.queues.hasQueue(target))
      return false;
    this.#wasBehind = true;
    return true;
  }

  /**
   * Waits for the first key of any of these targets that is due back in time.
   * @returns `again`: its targets are to be tried again; `no`: no key will be usable in time; `left`: its client has gone
   */
  async forKey(candidates: readonly WaitCandidate[]): Promise<'again' | 'no' | 'left'> {
    const { queues, maxWaitMs, maxWaiting } = this.#options;
    const { signal } = this.#call;
    const now = this.#now();
    this.#until = Math.min(this.#until, now + maxWaitMs);
    const inTime = candidates.filter((candidate) => this.#isDueInTime(candidate, now));
    if (this.#waits++ === MAX_WAITS || inTime.length === 0) return signal.aborted ? 'left' : 'no';
    this.#order ??= queues.nextOrder();
    const until = Math.max(...inTime.map(({ target }) => this.#untilAt(target)));
    const end = await queues.wait({ order: this.#order, until, candidates: inTime, signal, maxWaiting });
    if (signal.aborted) return 'left';
    this.#isReleased = true;
    // Even without a key it tries its targets once more, so that the client gets their current state.
    if (end !== 'key') this.#waits = MAX_WAITS;
    return end === 'full' && !this.#wasBehind ? 'no' : 'again';
  }

  #isDueInTime({ target }: WaitCandidate, now: number): boolean {
    if (this.#options.queues.hasQueue(target) && !this.#isReleased) return true;
    const dueAt = soonestReturn(target.provider, target.model ?? ANY_MODEL, now);
    return dueAt <= this.#untilAt(target);
  }

  #untilAt({ provider }: RouteTarget): number {
    return Math.min(this.#until, this.#call.acceptedAt + provider.config.deadline);
  }
}
