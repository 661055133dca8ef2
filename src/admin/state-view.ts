import { formatWallTime, wallTimeOrNull } from '../clock/wall-time.ts';
import type { ClockStatus } from '../clock/clock-keeper.ts';
import type { OtherConfiguration } from '../cluster/configuration-watch.ts';
import type { OutageView, StateView } from './contract.ts';
import { sumConnections, sumMemory, viewWorkers } from './worker-view.ts';
import type { WorkerStatus } from './worker-view.ts';

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
  /** The configuration file, where what runs is older; undefined where it is what runs. */
  readonly refusedFile: RefusedFile | undefined;
  /** Of those, for which the checks of a day that cost something are used up, until then. Milliseconds since the epoch. */
  readonly checksSpent: readonly (readonly [provider: string, until: number])[];
  /** By provider: see `Provider.emptyAnswers`. */
  readonly emptyAnswers: readonly (readonly [provider: string, count: number])[];
}

/** A configuration file that was changed and is not taken over. */
export interface RefusedFile {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly file: string;
  /** The first mistake, in a line. */
  readonly problem: string;
  readonly mistakes: number;
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
    refusedFile,
    checksSpent,
    emptyAnswers,
  } = status;
  return {
    store: {
      kind,
      description,
      awaySince: wallTimeOrNull(awaySince),
      lostWritesAt: wallTimeOrNull(status.lostWritesAt),
      unwrittenKeys: unwritten,
    },
    clock: {
      wallAheadMs: clock.wallAheadMs,
      setAt: wallTimeOrNull(clock.wallSet?.at),
      setByMs: clock.wallSet?.byMs ?? null,
    },
    probing,
    probingRest,
    configurations: { ...configurations, differSince: wallTimeOrNull(configurations.differSince) },
    refusedFile:
      refusedFile === undefined ? null : { ...refusedFile, since: formatWallTime(refusedFile.since) },
    checksSpentUntil: Object.fromEntries(checksSpent.map(([id, until]) => [id, wallTimeOrNull(until)])),
    emptyAnswers: Object.fromEntries(emptyAnswers.filter(([, count]) => count > 0)),
    memory: sumMemory(workers),
    down,
    connections: sumConnections(workers),
    workers: viewWorkers(workers),
  };
}
