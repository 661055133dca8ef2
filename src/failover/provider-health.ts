import { Circuits } from './circuit/circuits.ts';
import type { CircuitHooks } from './circuit/circuits.ts';
import { CorrelatedFailures } from './outlier-detection/correlated-failures.ts';
import { VerdictDoubt } from './outlier-detection/verdict-doubt.ts';
import { RetryBudget } from './retry-budget.ts';

/*
 * Whose trouble is it? A failure (a 500, a connection that breaks, a page of HTML, silence) may be the key's, the
 * request's or the provider's, and only what it has in common with other failures tells which. Even a verdict that is
 * definite by its words may be words that a client brought about. One failure is read on four axes:
 *
 *   several keys that have answered  doubt.ts        They meet definite verdicts, and nothing proves these: the words are
 *                                                    doubted, the keys stay, and requests of our own find out.
 *   the same request, several keys   poison.ts       Three keys of one provider fail it alike: that provider is done
 *                                                    with, and the keys pay nothing. If another provider answers, the
 *                                                    first was at fault; if several fail alike and none does, the
 *                                                    request was.
 *   several keys, within seconds     fleet-sense.ts  They fail alike and nothing answers: it is the provider, and no
 *                                                    key is counted against.
 *   several requests, several keys,  circuit.ts      They fail one after another and nothing answers: the provider is
 *   one model                                        down for that model, and requests go elsewhere first.
 *
 * They guard one another. What turns out to be poison is taken back as evidence of an outage, and no single request,
 * however often it is repeated, nor a single key among several, opens a circuit. Keys that fail while others answer are
 * bad keys to the last three. And while none of this has come to a conclusion, the retry budget bounds what tries cost.
 *
 * Who pays where a circuit is wrong: a request goes to the next provider of its route for some seconds, and to this one
 * all the same where there is no other, or none that answers. None is refused for it. Who pays for finding out that a
 * provider is back: a health check, where there are any, else one request for each trial, and the next provider
 * answers that.
 */

/** What is watched of one provider as a whole, in this process. */
export interface ProviderHealth {
  readonly correlatedFailures: CorrelatedFailures;
  readonly verdictDoubt: VerdictDoubt;
  readonly retryBudget: RetryBudget;
  readonly circuits: Circuits;
}

/** Watches over a provider of which nothing is known yet. */
export function newProviderHealth(tools: CircuitHooks): ProviderHealth {
  return {
    correlatedFailures: new CorrelatedFailures(),
    verdictDoubt: new VerdictDoubt(),
    retryBudget: new RetryBudget(),
    circuits: new Circuits(tools),
  };
}
