import type { StateStatus } from '../admin/state-view.ts';
import type { ConfigurationWatch } from '../cluster/configuration-watch.ts';
import type { Runtime } from '../gateway/runtime.ts';
import type { OpenState } from './open-state.ts';
import type { Prober } from '../probe/prober.ts';

/** Where the status is read from. */
export interface StatusSources extends Pick<OpenState, 'store' | 'stateKind' | 'health' | 'clocks' | 'now'> {
  readonly book: OpenState['book'];
  readonly prober: Prober;
  readonly configurations: ConfigurationWatch;
  readonly runtime: () => Runtime;
  readonly refusedFile: () => StateStatus['refusedFile'];
}

/** The state as the admin API shows it, as this process knows it now. */
export function stateStatus(sources: StatusSources): StateStatus {
  const { store, stateKind, health, clocks, book, prober, configurations, runtime, refusedFile } = sources;
  return {
    kind: stateKind,
    description: store.description,
    // Writes alone may be refused, as by a server that is full: who has nothing to write learns that from leases.
    awaySince: health.awaySince ?? prober.storeAwaySince,
    lostWritesAt: health.lostWritesAt,
    unwritten: book.unwritten,
    clock: clocks.status,
    probing: prober.probing,
    probingRest: prober.probingRest,
    checksSpent: prober.spentBudgets(sources.now()),
    configurations: { differSince: configurations.differsSince, others: configurations.others },
    refusedFile: refusedFile(),
    emptyAnswers: [...runtime().providers.values()].map(({ id, emptyAnswers }) => [id, emptyAnswers]),
  };
}
