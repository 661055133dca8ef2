import type { Call } from '../../dialects/operations/call.ts';
import { ANY_MODEL } from '../../keys/record/record.ts';
import { soonestReturn } from '../choose.ts';
import type { RouteTarget } from '../../routing/route.ts';
import type { KeyQueues, WaitRequest } from './key-queues.ts';

/** How often one request waits, whatever time it has: one that is throttled each time it is let go has seen enough. */
const MAX_WAITS = 16;

/** Where and for how long requests may wait for a key. */
export interface WaitOptions {
  readonly queues: KeyQueues;
  /** Over all of its waits. Milliseconds. */
  readonly maxWaitMs: number;
  /** Requests that may wait at once in this process. */
  readonly maxWaiting: number;
}

/** Where a request could go on, and which keys have failed it there for another reason than a limit. */
export type WaitCandidate = WaitRequest['candidates'][number];

/** How one request waits for keys: never for longer than it may, nor than its deadline. */
export class KeyWait {
  readonly #call: Call;
  readonly #options: WaitOptions;
  readonly #now: () => number;
  #order: number | undefined;
  /** Once it has waited, it is nobody's turn before its own. */
  #isLetGo = false;
  #wasBehind = false;
  #until = Infinity;
  #waits = 0;

  private constructor(call: Call, options: WaitOptions, now: () => number) {
    this.#call = call;
    this.#options = options;
    this.#now = now;
  }

  /** @returns undefined where it may not wait: a body that passes by would have to wait with it */
  static for(call: Call, options: WaitOptions | undefined, now: () => number): KeyWait | undefined {
    return options === undefined || call.body.kind === 'passing'
      ? undefined
      : new KeyWait(call, options, now);
  }

  /** Whether others wait for a key of this target, who came before. */
  isBehind(target: RouteTarget): boolean {
    if (this.#isLetGo || target.pinnedKey !== undefined || !this.#options.queues.hasQueue(target))
      return false;
    this.#wasBehind = true;
    return true;
  }

  /**
   * Waits for the first key of any of these targets that is due back in time.
   * @returns `again`: its targets are to be asked again; `no`: no key will be there in time; `left`: its client has gone
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
    this.#isLetGo = true;
    // Whatever came of it, one look more tells the client what is true now.
    if (end !== 'key') this.#waits = MAX_WAITS;
    return end === 'full' && !this.#wasBehind ? 'no' : 'again';
  }

  #isDueInTime({ target }: WaitCandidate, now: number): boolean {
    if (this.#options.queues.hasQueue(target) && !this.#isLetGo) return true;
    const dueAt = soonestReturn(target.provider, target.model ?? ANY_MODEL, now);
    return dueAt <= this.#untilAt(target);
  }

  #untilAt({ provider }: RouteTarget): number {
    return Math.min(this.#until, this.#call.acceptedAt + provider.config.deadline);
  }
}
