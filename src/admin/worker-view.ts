import type { ConnectionCounts } from '../listener/file-descriptors.ts';
import { timeText } from './time-text.ts';

/** One process that serves the data plane. */
export interface WorkerStatus {
  /** From 1. */
  readonly number: number;
  /** Absent while it waits to be started again. */
  readonly pid: number | undefined;
  readonly state: 'starting' | 'ready' | 'unresponsive' | 'waiting' | 'stopping' | 'stopped';
  /** Of this state. Milliseconds since the epoch. */
  readonly since: number;
  /** How often it has been started again. */
  readonly restarts: number;
  /** As it last told; undefined while it has not. */
  readonly connections?: ConnectionCounts | undefined;
  /** What its requests hold; undefined while it has not told. */
  readonly memory?: MemoryStatus | undefined;
}

/** What requests hold together, in bytes. */
export interface MemoryStatus {
  readonly limit: number;
  readonly held: number;
  /** Requests that wait for room. */
  readonly waiting: number;
  /** Requests that found none, since the process started. */
  readonly refused: number;
}

/** A worker as the admin API shows it. Times in RFC 3339; null where there is nothing to say. */
export interface WorkerView {
  readonly number: number;
  readonly pid: number | null;
  readonly state: WorkerStatus['state'];
  readonly since: string;
  readonly restarts: number;
  readonly connections: ConnectionCounts | null;
}

/** Makes the view of a worker. */
export function viewWorker({ number, pid, state, since, restarts, connections }: WorkerStatus): WorkerView {
  return {
    number,
    pid: pid ?? null,
    state,
    since: timeText(since),
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
export function sumMemory(workers: readonly WorkerStatus[]): MemoryStatus {
  const sum = { limit: 0, held: 0, waiting: 0, refused: 0 };
  for (const { memory } of workers) {
    sum.limit += memory?.limit ?? 0;
    sum.held += memory?.held ?? 0;
    sum.waiting += memory?.waiting ?? 0;
    sum.refused += memory?.refused ?? 0;
  }
  return sum;
}

/** The workers in short. */
export interface WorkersView {
  readonly ready: number;
  readonly of: number;
  /** The numbers of those whose event loop does not run, so that they get no new connections. */
  readonly unresponsive: readonly number[];
}

/** Makes the short view of all workers. */
export function viewWorkers(workers: readonly WorkerStatus[]): WorkersView {
  return {
    ready: workers.filter(({ state }) => state === 'ready').length,
    of: workers.length,
    unresponsive: workers.filter(({ state }) => state === 'unresponsive').map(({ number }) => number),
  };
}
