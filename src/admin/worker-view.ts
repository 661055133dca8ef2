import { timeText } from './time-text.ts';

/** One process that serves the data plane. */
export interface WorkerStatus {
  /** From 1. */
  readonly number: number;
  /** Absent while it waits to be started again. */
  readonly pid: number | undefined;
  readonly state: 'starting' | 'ready' | 'waiting' | 'stopping' | 'stopped';
  /** Of this state. Milliseconds since the epoch. */
  readonly since: number;
  /** How often it has been started again. */
  readonly restarts: number;
}

/** A worker as the admin API shows it. Times in RFC 3339; null where there is nothing to say. */
export interface WorkerView {
  readonly number: number;
  readonly pid: number | null;
  readonly state: WorkerStatus['state'];
  readonly since: string;
  readonly restarts: number;
}

/** Makes the view of a worker. */
export function viewWorker({ number, pid, state, since, restarts }: WorkerStatus): WorkerView {
  return { number, pid: pid ?? null, state, since: timeText(since), restarts };
}
