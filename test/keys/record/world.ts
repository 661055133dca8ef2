import type { AttemptEnded, KeyEvent } from '../../../src/keys/record/event.ts';
import { ANY_MODEL, FRESH, settle } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { afterKnownActs } from '../../../src/keys/record/operator-acts.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import type { Step } from './schedules.ts';
import { frozen } from '../tools.ts';

/** An attempt that a node has begun and not ended. */
type InFlight = Pick<AttemptEnded, 'epoch' | 'startedAt' | 'model' | 'check'> & { readonly node: number };

/** What one step did to the record. */
export interface Happened {
  readonly event: KeyEvent;
  readonly before: KeyRecord;
  readonly after: KeyRecord;
}

/** A key's record, and nodes that use the key at the same time, each by its own clock. */
export class World {
  record: KeyRecord = FRESH;
  /** The true time. */
  now = 1_000_000;
  readonly #policy: KeyPolicy;
  readonly #skewsMs: readonly number[];
  readonly #inFlight: InFlight[] = [];

  /** @param skewsMs - how far each node's clock is ahead; 0 where none is named */
  constructor(policy: KeyPolicy, skewsMs: readonly number[] = []) {
    this.#policy = policy;
    this.#skewsMs = skewsMs;
  }

  /** @returns the event it came to, and undefined where it came to none */
  take(step: Step): Happened | undefined {
    switch (step.do) {
      case 'wait':
        this.now += step.ms;
        return undefined;
      case 'start': {
        const startedAt = this.#clock(step.node);
        const { epoch } = settle(this.record, startedAt);
        this.#inFlight.push({ epoch, startedAt, model: step.model, check: step.check, node: step.node });
        return undefined;
      }
      case 'disable':
      case 'enable':
        return this.#reduce({ type: `${step.do}d`, at: this.#clock(step.node) });
      case 'doubt':
        return this.#reduce({
          type: 'doubted',
          at: this.#clock(step.node),
          cause: 'key_dead',
          model: ANY_MODEL,
          rule: 'rule.doubted',
        });
      case 'prove':
        return this.#reduce({ type: 'proven', at: this.#clock(step.node) });
      case 'lift':
        return this.#reduce({
          type: 'lifted',
          at: this.#clock(step.node),
          ...(step.model !== undefined && { model: step.model }),
        });
      case 'pardon': {
        const at = this.#clock(step.node);
        return this.#reduce({ type: 'pardoned', at, since: at - step.agoMs });
      }
      case 'tell': {
        const at = this.#clock(step.node);
        const { model, scarceMs } = step;
        return this.#reduce({
          type: 'headroom',
          at,
          model,
          ...(scarceMs !== undefined && { scarceUntil: at + scarceMs }),
        });
      }
      case 'name':
        return this.#reduce({ type: 'domain', at: this.#clock(step.node), domain: step.domain });
      case 'end': {
        const [ended] = this.#inFlight.splice(step.which % Math.max(this.#inFlight.length, 1), 1);
        if (ended === undefined) return undefined;
        const { node, ...begun } = ended;
        const { effect, jitter, waitMs, unproven } = step;
        return this.#reduce({
          type: 'attempt',
          ...begun,
          chat: begun.model !== 'n',
          at: this.#clock(node),
          effect,
          rule: `rule.${effect.kind}`,
          jitter,
          ...(waitMs !== undefined && { waitMs }),
          ...(unproven && !begun.check && { unproven }),
        });
      }
    }
  }

  #clock(node: number): number {
    return this.now + (this.#skewsMs[node] ?? 0);
  }

  #reduce(told: KeyEvent): Happened {
    const before = this.record;
    const event = Object.freeze(afterKnownActs(told, before));
    this.record = frozen(reduce(before, event, this.#policy));
    return { event, before, after: this.record };
  }
}
