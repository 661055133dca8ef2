import type { Call } from '../dialects/operations/call.ts';
import type { Operation } from '../dialects/operations/operation.ts';
import type { Provider } from '../providers/provider.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { Answered, Faulted } from '../verdict/outcome.ts';

/** Models of one operation at one provider whose times are kept; with one more the one first met is forgotten. */
const MAX_MODELS = 256;

/** A provider, and the model by its name there. */
interface ModelAtProvider {
  readonly provider: Pick<Provider, 'id'>;
  readonly model: string | undefined;
}

/** What of a call makes a difference to how long its answer takes. */
type CallTraits = Pick<Call, 'target' | 'stream' | 'hints'>;

/** Of one model: streams and whole answers, with and without thinking. */
type ByKind = (LatencyHistogram | undefined)[];
type ByModel = Map<string, ByKind>;

/**
 * How long first outputs take, learned from those that came: for each provider, operation, model, and kind of call, so
 * that what is slow is not cut off because something else is fast. Each process learns for itself and forgets with its
 * end. Names of models that no provider answers are not kept.
 */
export class FirstOutputStats {
  readonly #known = new Map<string, Map<Operation, ByModel>>();

  /** What is known of calls like this one; undefined where that is nothing. */
  timesOf({ provider, model = '' }: ModelAtProvider, call: CallTraits): LatencyHistogram | undefined {
    return this.#known.get(provider.id)?.get(call.target.operation)?.get(model)?.[kindOf(call)];
  }

  /**
   * Learns from a try that is over or has begun to answer. Failures that are answers teach nothing of good ones.
   * Health checks ask for less than clients do, and teach nothing.
   * @param ms - from dispatch to the first output, or until it was given up; undefined where nothing was sent
   */
  record(
    plan: ModelAtProvider & { readonly check: unknown },
    call: CallTraits,
    outcome: Answered | Faulted,
    ms: number | undefined,
    now: number,
  ): void {
    if (plan.check !== undefined || ms === undefined) return;
    if (outcome.kind === 'answered') {
      if (outcome.where === 'none' && outcome.status < 300) this.#kept(plan, call, now).record(ms, now);
    } else if (outcome.detail === 'first-output-timeout') this.#kept(plan, call, now).recordTimeout(ms, now);
  }

  #kept({ provider, model = '' }: ModelAtProvider, call: CallTraits, now: number): LatencyHistogram {
    const { operation } = call.target;
    let operations = this.#known.get(provider.id);
    if (operations === undefined) this.#known.set(provider.id, (operations = new Map<Operation, ByModel>()));
    let models = operations.get(operation);
    if (models === undefined) operations.set(operation, (models = new Map<string, ByKind>()));
    let kinds = models.get(model);
    if (kinds === undefined) {
      const [oldest] = models.keys();
      if (models.size >= MAX_MODELS && oldest !== undefined) models.delete(oldest);
      models.set(model, (kinds = [undefined, undefined, undefined, undefined]));
    }
    return (kinds[kindOf(call)] ??= new LatencyHistogram(now));
  }
}

function kindOf({ stream, hints }: CallTraits): number {
  return (stream ? 1 : 0) + (hints.asksForReasoning ? 2 : 0);
}
