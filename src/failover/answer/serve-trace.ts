import type { TokenUsage } from '../../base/token-usage.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { AttemptLogEntry } from '../attempt/attempt-plan.ts';
import { isEmptyAnswer } from '../attempt/observed-outcome.ts';

const NONE: readonly AttemptLogEntry[] = [];

/** What a request's log says of its tries, as plain data. Final when the answer's body has ended. */
export class ServeTrace {
  /** Tries that were made, the one that answered among them. */
  attempts = 0;
  /** Those that failed, in order. */
  failed: readonly AttemptLogEntry[] = NONE;
  #failed: readonly Attempt[] = [];
  #shown: Attempt | undefined;
  /** Of the try whose answer or failure the client gets; undefined where there is none. */
  provider: string | undefined;
  /** Key id; undefined where the provider has no keys. */
  key: string | undefined;
  /** The operator's name for the key; empty where there is none. */
  keyName = '';
  /** The model that was asked for there, as the provider names it. */
  servedModel: string | undefined;
  /** The id that the provider gave its answer. */
  providerRequestId: string | undefined;
  verdict: AttemptLogEntry['verdict'] | undefined;
  /** The model stopped before its first word. */
  isEmpty = false;
  /** From dispatch to first output. Milliseconds. */
  firstOutputMs: number | undefined;

  /** The tokens of the answer; those of tries that failed stand with them. */
  get tokens(): TokenUsage | undefined {
    return this.#shown === undefined || this.#failed.includes(this.#shown) ? undefined : this.#shown.tokens;
  }

  /** These tries did not give the answer. */
  showFailed(attempts: readonly Attempt[]): void {
    this.#failed = attempts;
    this.failed = attempts.map((attempt) => attempt.logEntry);
  }

  /** The client gets what came of this attempt. To be called again when its body has ended. */
  show(attempt: Attempt): void {
    const { plan, opening } = attempt;
    this.#shown = attempt;
    this.provider = plan.provider.id;
    this.key = plan.pooled?.key.id;
    this.keyName = plan.pooled?.key.name ?? '';
    this.servedModel = plan.model;
    const id = 'headers' in opening ? opening.headers['x-request-id'] : undefined;
    this.providerRequestId = typeof id === 'string' ? id : undefined;
    this.verdict = attempt.verdictLabel;
    this.isEmpty = isEmptyAnswer(attempt);
    this.firstOutputMs = attempt.firstOutputMs;
  }
}
