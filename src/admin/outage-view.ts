import { formatWallTime } from '../clock/wall-time.ts';
import { hasHealthCheck } from '../failover/circuit/circuits.ts';
import type { Circuits } from '../failover/circuit/circuits.ts';
import type { CircuitStatus } from '../keys/record/circuit-status.ts';
import { ANY_MODEL } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { OutageView } from './contract.ts';

/** Where the circuits of a provider are known. */
export type CircuitsOf = (provider: Provider) => Circuits;

/** Makes the view of a mark that is not closed. */
export function viewOutage(provider: Provider, mark: CircuitStatus): OutageView {
  const { model, state, since, until, strikes, rule } = mark;
  return {
    provider: provider.id,
    model: model === ANY_MODEL ? null : model,
    state: state === 'half-open' ? 'half-open' : 'open',
    since: formatWallTime(since),
    nextTryAt: formatWallTime(until),
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
