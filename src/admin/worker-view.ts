import { formatWallTime } from '../clock/wall-time.ts';
import type { ConnectionCounts } from '../listener/file-descriptors.ts';
import type { MemoryView, StateView, WorkerView } from './contract.ts';

/** One process that serves the data plane. */
export interface WorkerStatus {
  /** From 1. */
  readonly number: number;
  /** Absent while it waits to be started again. */
  readonly pid: number | undefined;
  readonly state: WorkerView['state'];
  /** Of this state. Milliseconds since the epoch. */
  readonly since: number;
  /** How often it has been started again. */
  readonly restarts: number;
  /** As it last reported; undefined before. */
  readonly connections?: ConnectionCounts | undefined;
  /** Memory that its requests hold; undefined before it has reported. */
  readonly memory?: MemoryView | undefined;
}

/** Makes the view of a worker. */
export function viewWorker({ number, pid, state, since, restarts, connections }: WorkerStatus): WorkerView {
  return {
    number,
    pid: pid ?? null,
    state,
    since: formatWallTime(since),
    restarts,
    connections: connections ?? null,
  };
}

/** The connections of all workers together. */
export function sumConnections(workers: readonly WorkerStatus[]): ConnectionCounts {
  const sum = { open: 0, most: 0, gaveWay: 0, refused: 0 };
  for (const { connections } of workers) {
    sum.open += connections?.open ?? 0;
    sum.most += connections?.most ?? 0;
    sum.gaveWay += connections?.gaveWay ?? 0;
    sum.refused += connections?.refused ?? 0;
  }
  return sum;
}

/** What requests of all workers hold together. */
export function sumMemory(workers: readonly WorkerStatus[]): MemoryView {
  const sum = { limit: 0, held: 0, waiting: 0, refused: 0 };
  for (const { memory } of workers) {
    sum.limit += memory?.limit ?? 0;
    sum.held += memory?.held ?? 0;
    sum.waiting += memory?.waiting ?? 0;
    sum.refused += memory?.refused ?? 0;
  }
  return sum;
}

/** Makes the short view of all workers. */
export function viewWorkers(workers: readonly WorkerStatus[]): StateView['workers'] {
  return {
    ready: workers.filter(({ state }) => state === 'ready').length,
    of: workers.length,
    unresponsive: workers.filter(({ state }) => state === 'unresponsive').map(({ number }) => number),
  };
}
