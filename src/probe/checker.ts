import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import { fallbackSpec } from './check-spec.ts';
import type { CheckContext, CheckSpec } from './check-spec.ts';
import { CheckForms } from './check-form.ts';
import { recordNotAsked, runCheck } from './run-check.ts';
import type { CheckReport } from './run-check.ts';
import { ListAccessProbe } from './list-access.ts';

/** Does checks, with what was learned of addresses and models by those before. */
export class Checker {
  readonly #tools: AttemptTools;
  readonly #forms = new CheckForms();
  readonly #strangers: ListAccessProbe;

  constructor(store: Store, tools: AttemptTools) {
    this.#tools = tools;
    this.#strangers = new ListAccessProbe(store, tools);
  }

  /** What decides how a key is asked. @param now - milliseconds since the epoch */
  context(now: number): CheckContext {
    return { forms: this.#forms, listAccess: this.#strangers, now };
  }

  /**
   * What will be asked: something else where the address turns out to show its list to strangers as well; undefined
   * where nothing is left that would show anything.
   */
  async settle(provider: Provider, ask: CheckSpec, signal: AbortSignal): Promise<CheckSpec | undefined> {
    if (ask.kind !== 'list') return ask;
    return (await this.#strangers.probe(provider, signal)) === 'refuses' ? ask : fallbackSpec(provider);
  }

  /**
   * Does one check. Undefined where it was cancelled, or is not wanted any more.
   * @param isWanted - asked before each request
   */
  async run(
    provider: Provider,
    pooled: PooledKey,
    ask: CheckSpec,
    signal: AbortSignal,
    isWanted: () => boolean = () => true,
  ): Promise<CheckReport | undefined> {
    const settled = await this.settle(provider, ask, signal);
    if (signal.aborted || !isWanted()) return undefined;
    const use = { tools: this.#tools, forms: this.#forms, signal, isWanted };
    return settled === undefined
      ? recordNotAsked(provider, pooled, ask, 'operation_not_offered', this.#tools)
      : runCheck(provider, pooled, settled, use);
  }
}
