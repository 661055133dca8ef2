import { Circuits } from './circuit/circuits.ts';
import type { CircuitHooks } from './circuit/circuits.ts';
import { CorrelatedFailures } from './outlier-detection/correlated-failures.ts';
import { VerdictDoubt } from './outlier-detection/verdict-doubt.ts';
import { RetryBudget } from './retry-budget.ts';
import { UnreadableReasoning } from './unreadable-reasoning.ts';

/*
 * Whose failure is it? A 500, a broken connection, a page of HTML or a timeout may be caused by the key, the request or
 * the provider, and only a comparison with other failures shows which. Even a definite error may have been provoked by
 * the text of a client's request. Four comparisons:
 *
 *   outlier-detection/verdict-doubt        Several keys that have answered get definite verdicts, and nothing confirms
 *                                          these: the keys stay in service, and health checks find out.
 *   outlier-detection/poison-request       Three keys of a provider fail one request with the same error: no key is
 *                                          blamed, and the next provider is tried. If that answers, the first provider
 *                                          was at fault; if several fail and none answers, the request was.
 *   outlier-detection/correlated-failures  Several keys fail by the same rule within seconds and nothing answers: it is
 *                                          the provider, and no key is blamed.
 *   circuit/circuit                        Requests of one model fail in a row, with several keys, and nothing answers:
 *                                          the circuit of that model opens, and requests go elsewhere first.
 *
 * Failures of a poison request are removed from the evidence of an outage; no single request, however often repeated, nor
 * a single key among several, opens a circuit. For the last three, keys that fail while others answer are bad keys. Until
 * any of them decides, the retry budget bounds the cost of retries.
 *
 * Who pays where a circuit is open wrongly: requests go to the next provider of their route for some seconds, and to this
 * one all the same where no other answers; none is refused. Who pays for finding out that a provider is back: a health
 * check, where there are any, else one request for each trial, which the next provider answers.
 */

/** What this process knows of one provider as a whole. */
export interface ProviderHealth {
  readonly correlatedFailures: CorrelatedFailures;
  readonly verdictDoubt: VerdictDoubt;
  readonly retryBudget: RetryBudget;
  readonly circuits: Circuits;
  readonly unreadableReasoning: UnreadableReasoning;
}

/** Of a provider of which nothing is known yet. */
export function newProviderHealth(hooks: CircuitHooks): ProviderHealth {
  return {
    correlatedFailures: new CorrelatedFailures(),
    verdictDoubt: new VerdictDoubt(),
    retryBudget: new RetryBudget(),
    circuits: new Circuits(hooks),
    unreadableReasoning: new UnreadableReasoning(),
  };
}
