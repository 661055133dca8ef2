import { availableParallelism } from 'node:os';

/** How many processes `workers` comes to on this machine. */
export function workerCount(workers: number | 'auto'): number {
  return workers === 'auto' ? availableParallelism() : workers;
}
