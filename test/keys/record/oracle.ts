import type { AttemptEnded, KeyEvent } from '../../../src/keys/record/event.ts';
import type { OutCause } from '../../../src/keys/record/record.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';

/** What can be said of a key at a moment, as far as its service goes. */
export interface Standing {
  readonly state: 'in-service' | 'out-of-service' | 'disabled';
  readonly epoch: number;
  /** In service: counted failures in a row. */
  readonly failures?: number;
  /** Out of service: passes in a row. */
  readonly passes?: number;
  readonly cause?: OutCause;
  readonly returnsAt?: number;
}

/**
 * Says where a key stands in the plainest way: it writes down every result since the key last left or
 * re-entered service, and reads the rows of failures and passes off the end of that list. It shares no
 * thought with the reducer, which keeps running numbers.
 */
export class Oracle {
  readonly #policy: KeyPolicy;
  #state: Standing['state'] = 'in-service';
  #epoch = 0;
  #results: AttemptEnded[] = [];
  #cause: OutCause = 'failures';
  #leftAt = 0;
  /** What took it out was only the words of a request so far. */
  #isUnproven = false;
  #returnsAt = Infinity;
  /** The chat model it left by. */
  #leftBy: string | undefined;
  /** Results of checks that showed no more than that it is let in. */
  readonly #lettingIn = new Set<AttemptEnded>();

  constructor(policy: KeyPolicy) {
    this.#policy = policy;
  }

  /** Time goes on. A cooldown that has run out puts the key back. */
  at(now: number): Standing {
    if (this.#state === 'out-of-service' && now >= this.#returnsAt) this.#turn('in-service');
    const epoch = this.#epoch;
    switch (this.#state) {
      case 'disabled':
        return { state: 'disabled', epoch };
      case 'in-service':
        return { state: 'in-service', epoch, failures: this.#failures() };
      case 'out-of-service': {
        const standing: Standing = {
          state: 'out-of-service',
          epoch,
          passes: this.#passes(),
          cause: this.#cause,
        };
        return this.#returnsAt === Infinity ? standing : { ...standing, returnsAt: this.#returnsAt };
      }
    }
  }

  happens(event: KeyEvent): void {
    this.at(event.at);
    switch (event.type) {
      case 'disabled':
        if (this.#state !== 'disabled') this.#turn('disabled');
        break;
      case 'enabled':
        if (this.#state !== 'in-service') this.#turn('in-service');
        else this.#results = [];
        break;
      case 'pardoned':
        this.#pardon(event.since);
        break;
      case 'doubted':
        if (this.#isUnproven) this.#turn('in-service');
        break;
      case 'proven':
        this.#isUnproven = false;
        break;
      case 'lifted':
      case 'circuit':
      case 'headroom':
      case 'domain':
        break;
      case 'attempt':
        if (event.epoch === this.#epoch) this.#hear(event);
    }
  }

  #hear(result: AttemptEnded): void {
    this.#results.push(result);
    const { effect } = result;
    if (this.#state === 'in-service') {
      if (effect.kind === 'condemns') this.#takeOut(effect.cause, result);
      else if (this.#failures() >= this.#policy.failureThreshold) this.#takeOut('failures', result);
    } else if (this.#state === 'out-of-service') {
      const isAlike = effect.kind === 'counts' ? this.#cause === 'failures' : effect.kind !== 'none';
      const wasUnproven = this.#isUnproven;
      if (result.check && isAlike && effect.kind !== 'succeeds') this.#isUnproven = false;
      if (effect.kind === 'condemns') this.#cause = effect.cause;
      if (result.check && effect.kind === 'denies' && result.model === this.#leftBy) {
        if (this.#cause === 'billing') this.#leftBy = undefined;
        else {
          this.#lettingIn.add(result);
          this.#isUnproven = wasUnproven;
        }
      }
      if (this.#passes() >= this.#policy.successThreshold) this.#turn('in-service');
    }
  }

  /** Nothing was counted in service; a key that what counted took out since then is back. */
  #pardon(since: number): void {
    if (this.#state === 'in-service') {
      this.#results = this.#results.filter(({ effect }) => effect.kind !== 'counts');
    } else if (this.#state === 'out-of-service' && this.#cause === 'failures' && this.#leftAt >= since) {
      this.#turn('in-service');
    }
  }

  #takeOut(cause: OutCause, { at, chat, model, unproven }: AttemptEnded): void {
    this.#leftBy = chat === true && model !== '*' ? model : undefined;
    this.#turn('out-of-service');
    this.#leftAt = at;
    this.#isUnproven = unproven === true;
    this.#cause = cause;
    if (this.#policy.cooldownMs > 0) this.#returnsAt = at + this.#policy.cooldownMs;
  }

  #turn(state: Standing['state']): void {
    this.#state = state;
    this.#epoch++;
    this.#results = [];
    this.#isUnproven = false;
    this.#returnsAt = Infinity;
  }

  /** Counted failures after the last success: those of health checks are not, while it is in service. */
  #failures(): number {
    const lastSuccess = this.#results.findLastIndex(({ effect }) => effect.kind === 'succeeds');
    const since = this.#results.slice(lastSuccess + 1);
    return since.filter(({ effect, check }) => effect.kind === 'counts' && !check).length;
  }

  /** Successes after the last result that was none, leaving out requests that say nothing of the key. */
  #passes(): number {
    const telling = this.#results.filter(({ effect, check }) => check || effect.kind !== 'none');
    const lastOther = telling.findLastIndex(
      (each) => each.effect.kind !== 'succeeds' && !this.#lettingIn.has(each),
    );
    return telling.length - 1 - lastOther;
  }
}

/** What keeps an in-service key from one model. */
interface Wait {
  readonly cause: 'throttled' | 'denied';
  readonly until: number;
  readonly toldAt: number;
  readonly turnedAway: number;
  readonly unproven: boolean;
}

const HOUR = 60 * 60 * 1000;

/**
 * The waits of one key, by the words of the promises: what the provider named, up to a day; without its word
 * 2 s, doubled each time it happens again, up to a minute; ten minutes from a model that was denied. The longest
 * stands. A success that began after the wait was told ends it, and so does leaving service or the operator's word. A
 * health check lengthens none; what it meets is proven.
 */
export class WaitOracle {
  readonly #waits = new Map<string, Wait>();

  /** Whether the key is kept from `model` at `now`. */
  holds(model: string, now: number): boolean {
    return [model, '*'].some((name) => (this.#waits.get(name)?.until ?? 0) > now);
  }

  /** @param model - all where it is undefined */
  clear(model?: string): void {
    if (model === undefined) this.#waits.clear();
    else this.#waits.delete(model);
  }

  /** What only a request's words have told is not believed. */
  doubt(): void {
    for (const [model, { unproven }] of this.#waits) if (unproven) this.#waits.delete(model);
  }

  /** @param models - all where it is undefined */
  prove(models: Iterable<string> = this.#waits.keys()): void {
    for (const model of models) {
      const wait = this.#waits.get(model);
      if (wait !== undefined) this.#waits.set(model, { ...wait, unproven: false });
    }
  }

  happens({ effect, model, startedAt, at, waitMs, check, ...more }: AttemptEnded): void {
    const unproven = more.unproven === true;
    const before = this.#waits.get(model);
    if (effect.kind === 'succeeds') {
      if (before !== undefined && before.toldAt <= startedAt) this.#waits.delete(model);
      return;
    }
    if (effect.kind !== 'throttles' && effect.kind !== 'denies') return;
    if (effect.kind === 'denies' && model === '*') return;
    if (check && this.holds(model, at)) {
      this.prove([model, '*'].filter((name) => (this.#waits.get(name)?.until ?? 0) > at));
      return;
    }
    const cause = effect.kind === 'throttles' ? 'throttled' : 'denied';
    const first: Omit<Wait, 'cause'> = { until: 0, toldAt: 0, turnedAway: 0, unproven };
    const again = before?.cause === cause ? before : first;
    const turnedAway = Math.max(1, again.turnedAway + (startedAt >= again.toldAt ? 1 : 0));
    const unnamed = Math.min(2000 * 2 ** (turnedAway - 1), 60_000);
    const wait = cause === 'denied' ? HOUR / 6 : Math.min(waitMs ?? unnamed, 24 * HOUR);
    const until = Math.max(at + wait, again.until);
    const isNews = until !== again.until || turnedAway !== again.turnedAway;
    const told = isNews ? { toldAt: at, unproven } : { toldAt: again.toldAt, unproven: again.unproven };
    this.#waits.set(model, { cause, until, turnedAway, ...told });
  }
}
