import type { ConnectionCounts } from '../listener/file-descriptors.ts';
import type { ClockStatus } from '../clock/clock-keeper.ts';
import type { OtherConfiguration } from '../cluster/configuration-watch.ts';
import type { OutageView } from './outage-view.ts';
import { timeOrNull } from './time-text.ts';
import { sumConnections, sumMemory, viewWorkers } from './worker-view.ts';
import type { MemoryStatus, WorkersView, WorkerStatus } from './worker-view.ts';

/** What a process knows of the store, and does by it. */
export interface StateStatus {
  readonly kind: string;
  /** For people: the kind and place of the store, without credentials. */
  readonly description: string;
  /** Since when it does not answer this process; undefined while it does. Milliseconds since the epoch. */
  readonly awaySince: number | undefined;
  /** When it last turned out to have lost writes, which then went back; undefined while it never did. */
  readonly lostWritesAt: number | undefined;
  /** Keys of which this process knows more than it could write. */
  readonly unwritten: number;
  readonly clock: ClockStatus;
  /** Ids of the providers whose keys this process tests, as the holder of their leases. */
  readonly probing: readonly string[];
  /** Of those of which it tests keys alone that the holders of their leases do not know. */
  readonly probingRest: readonly string[];
  readonly configurations: {
    /** Milliseconds since the epoch; undefined while they do not. */
    readonly differSince: number | undefined;
    readonly others: readonly OtherConfiguration[];
  };
  /** Of those, for which the checks of a day that cost something are used up, until then. Milliseconds since the epoch. */
  readonly checksSpent: readonly (readonly [provider: string, until: number])[];
  /** By provider: see `Provider.emptyAnswers`. */
  readonly emptyAnswers: readonly (readonly [provider: string, count: number])[];
}

/** The store as the admin API shows it. Times in RFC 3339; null where there is nothing to say. */
export interface StateView {
  readonly store: {
    readonly kind: string;
    readonly description: string;
    readonly awaySince: string | null;
    readonly lostWritesAt: string | null;
    readonly unwrittenKeys: number;
  };
  readonly clock: {
    /** How far the clock of this machine is ahead of the time that state is kept by; shown times are by the former. */
    readonly wallAheadMs: number;
    /** When somebody last set it, and by how much. */
    readonly setAt: string | null;
    readonly setByMs: number | null;
  };
  readonly probing: readonly string[];
  readonly probingRest: readonly string[];
  /** Nodes of the store that have another configuration of some provider. */
  readonly configurations: {
    readonly differSince: string | null;
    readonly others: readonly OtherConfiguration[];
  };
  /** By provider: when there are health checks again, where this process does them and those of the day are used up. */
  readonly checksSpentUntil: Readonly<Record<string, string | null>>;
  /** Good answers in which a model said nothing, by provider, where there were some. */
  readonly emptyAnswers: Readonly<Record<string, number>>;
  /** What requests hold, of all processes of this gateway. */
  readonly memory: MemoryStatus;
  /** What providers are down for, as far as this process knows. */
  readonly down: readonly OutageView[];
  /** Clients' connections, of all processes of this gateway. */
  readonly connections: ConnectionCounts;
  readonly workers: WorkersView;
}

/** Makes the view of the state. */
export function viewState(
  status: StateStatus,
  down: readonly OutageView[],
  workers: readonly WorkerStatus[],
): StateView {
  const {
    kind,
    description,
    awaySince,
    unwritten,
    clock,
    probing,
    probingRest,
    configurations,
    checksSpent,
    emptyAnswers,
  } = status;
  return {
    store: {
      kind,
      description,
      awaySince: timeOrNull(awaySince),
      lostWritesAt: timeOrNull(status.lostWritesAt),
      unwrittenKeys: unwritten,
    },
    clock: {
      wallAheadMs: clock.wallAheadMs,
      setAt: timeOrNull(clock.wallSet?.at),
      setByMs: clock.wallSet?.byMs ?? null,
    },
    probing,
    probingRest,
    configurations: { ...configurations, differSince: timeOrNull(configurations.differSince) },
    checksSpentUntil: Object.fromEntries(checksSpent.map(([id, until]) => [id, timeOrNull(until)])),
    emptyAnswers: Object.fromEntries(emptyAnswers.filter(([, count]) => count > 0)),
    memory: sumMemory(workers),
    down,
    connections: sumConnections(workers),
    workers: viewWorkers(workers),
  };
}
