import type { ConnectionCounts } from '../listener/descriptors.ts';
import type { OutageView } from './outage-view.ts';
import { timeOrNull } from './time-text.ts';
import { sumConnections, viewWorkers } from './worker-view.ts';
import type { WorkersView, WorkerStatus } from './worker-view.ts';

/** What a process knows of the store, and does by it. */
export interface StateStatus {
  readonly kind: string;
  /** For people: the kind and place of the store, without credentials. */
  readonly description: string;
  /** Since when it does not answer this process; undefined while it does. Milliseconds since the epoch. */
  readonly awaySince: number | undefined;
  /** Keys of which this process knows more than it could write. */
  readonly unwritten: number;
  /** Ids of the providers whose keys this process tests, as the holder of their leases. */
  readonly probing: readonly string[];
  /** By provider: see `Provider.emptyAnswers`. */
  readonly emptyAnswers: readonly (readonly [provider: string, count: number])[];
  /** What the requests of this process hold; undefined where it serves none. Sizes in bytes. */
  readonly memory: MemoryStatus | undefined;
}

/** What requests hold together. */
export interface MemoryStatus {
  readonly limit: number;
  readonly held: number;
  /** Requests that wait for room. */
  readonly waiting: number;
  /** Requests that found none, since the process started. */
  readonly refused: number;
}

/** The store as the admin API shows it. Times in RFC 3339; null where there is nothing to say. */
export interface StateView {
  readonly store: {
    readonly kind: string;
    readonly description: string;
    readonly awaySince: string | null;
    readonly unwrittenKeys: number;
  };
  readonly probing: readonly string[];
  /** Good answers in which a model said nothing, by provider, where there were some. */
  readonly emptyAnswers: Readonly<Record<string, number>>;
  /** Sizes in bytes; null in a process beside those that serve. */
  readonly memory: MemoryStatus | null;
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
  const { kind, description, awaySince, unwritten, probing, emptyAnswers, memory = null } = status;
  return {
    store: {
      kind,
      description,
      awaySince: timeOrNull(awaySince),
      unwrittenKeys: unwritten,
    },
    probing,
    emptyAnswers: Object.fromEntries(emptyAnswers.filter(([, count]) => count > 0)),
    memory,
    down,
    connections: sumConnections(workers),
    workers: viewWorkers(workers),
  };
}
