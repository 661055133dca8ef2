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

/** Does checks, and keeps what they show about addresses and models. */
export class Checker {
  readonly #tools: AttemptTools;
  readonly #forms = new CheckForms();
  readonly #listAccess: ListAccessProbe;

  constructor(store: Store, tools: AttemptTools) {
    this.#tools = tools;
    this.#listAccess = new ListAccessProbe(store, tools);
  }

  /** For `checkSpecFor`. @param now - milliseconds since the epoch */
  context(now: number): CheckContext {
    return { forms: this.#forms, listAccess: this.#listAccess, now };
  }

  /**
   * The check that will be done: another one where the address turns out to answer lists without a valid credential;
   * undefined where no other would show anything.
   */
  async settle(provider: Provider, spec: CheckSpec, signal: AbortSignal): Promise<CheckSpec | undefined> {
    if (spec.kind !== 'list') return spec;
    return (await this.#listAccess.probe(provider, signal)) === 'refuses' ? spec : fallbackSpec(provider);
  }

  /**
   * Does one check. Undefined where it was cancelled or is no longer wanted.
   * @param isWanted - called before each request
   */
  async run(
    provider: Provider,
    pooled: PooledKey,
    spec: CheckSpec,
    signal: AbortSignal,
    isWanted: () => boolean = () => true,
  ): Promise<CheckReport | undefined> {
    const settled = await this.settle(provider, spec, signal);
    if (signal.aborted || !isWanted()) return undefined;
    const use = { tools: this.#tools, forms: this.#forms, signal, isWanted };
    return settled === undefined
      ? recordNotAsked(provider, pooled, spec, 'operation_not_offered', this.#tools)
      : runCheck(provider, pooled, settled, use);
  }
}
