import { hasHealthCheck } from '../failover/circuit/circuits.ts';
import type { Circuits } from '../failover/circuit/circuits.ts';
import type { CircuitStatus } from '../keys/record/circuit-status.ts';
import { ANY_MODEL } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import { timeText } from './time-text.ts';

/** A model that a provider is down for: requests go elsewhere first. Times in RFC 3339. */
export interface OutageView {
  readonly provider: string;
  /** As the provider names it; null for requests that name none. */
  readonly model: string | null;
  /** `half-open`: a request or a check is under way that will show whether it answers again. */
  readonly state: 'open' | 'half-open';
  readonly since: string;
  /** When it is tried next; of a half-open one, when another trial may begin. */
  readonly nextTryAt: string;
  readonly triedBy: 'check' | 'request';
  /** How often in a row it opened, or a trial failed. */
  readonly strikes: number;
  /** That judged the failure that opened it. */
  readonly rule: string;
}

/** Where the circuits of a provider are known. */
export type CircuitsOf = (provider: Provider) => Circuits;

/** Makes the view of a mark that is not closed. */
export function viewOutage(provider: Provider, mark: CircuitStatus): OutageView {
  const { model, state, since, until, strikes, rule } = mark;
  return {
    provider: provider.id,
    model: model === ANY_MODEL ? null : model,
    state: state === 'half-open' ? 'half-open' : 'open',
    since: timeText(since),
    nextTryAt: timeText(until),
    triedBy: hasHealthCheck(provider, mark) ? 'check' : 'request',
    strikes,
    rule,
  };
}

/** All that a provider is down for, as far as this process knows. */
export function viewOutages(provider: Provider, circuitsOf: CircuitsOf, now: number): readonly OutageView[] {
  return circuitsOf(provider)
    .open(provider, now)
    .map((mark) => viewOutage(provider, mark));
}
