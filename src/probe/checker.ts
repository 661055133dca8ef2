import type { AttemptTools } from '../failover/attempt.ts';
import type { PooledKey } from '../keys/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import { askElse } from './check-ask.ts';
import type { AskContext, CheckAsk } from './check-ask.ts';
import { CheckForms } from './check-form.ts';
import { noteNotAsked, runCheck } from './run-check.ts';
import type { CheckReport } from './run-check.ts';
import { Strangers } from './strangers.ts';

/** Does checks, with what was learned of addresses and models by those before. */
export class Checker {
  readonly #tools: AttemptTools;
  readonly #forms = new CheckForms();
  readonly #strangers: Strangers;

  constructor(store: Store, tools: AttemptTools) {
    this.#tools = tools;
    this.#strangers = new Strangers(store, tools);
  }

  /** What decides how a key is asked. @param now - milliseconds since the epoch */
  context(now: number): AskContext {
    return { forms: this.#forms, strangers: this.#strangers, now };
  }

  /**
   * What will be asked: something else where the address turns out to show its list to strangers as well; undefined
   * where nothing is left that would show anything.
   */
  async settle(provider: Provider, ask: CheckAsk, signal: AbortSignal): Promise<CheckAsk | undefined> {
    if (ask.kind !== 'list') return ask;
    return (await this.#strangers.find(provider, signal)) === 'refuses' ? ask : askElse(provider);
  }

  /**
   * Does one check. Undefined where it was cancelled, or is not wanted any more.
   * @param isWanted - asked before each request
   */
  async run(
    provider: Provider,
    pooled: PooledKey,
    ask: CheckAsk,
    signal: AbortSignal,
    isWanted: () => boolean = () => true,
  ): Promise<CheckReport | undefined> {
    const settled = await this.settle(provider, ask, signal);
    if (signal.aborted || !isWanted()) return undefined;
    const use = { tools: this.#tools, forms: this.#forms, signal, isWanted };
    return settled === undefined
      ? noteNotAsked(provider, pooled, ask, 'operation_not_offered', this.#tools)
      : runCheck(provider, pooled, settled, use);
  }
}
