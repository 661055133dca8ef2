import { Worker } from 'node:worker_threads';
import type { Invariant, Violation } from './invariants.ts';
import type { BugName } from './planted-bugs.ts';

/** What is to be simulated. */
export interface Assignment {
  readonly seeds: readonly number[];
  /** A fault to put into the code first. */
  readonly plant?: BugName | undefined;
  /** Reports every run, and all that happened in it. */
  readonly traced?: boolean;
  /** A thread ends with its first run that breaks this; with the first that breaks any, unless said otherwise. */
  readonly until?: Invariant | 'any' | 'none';
}

/** What one thread simulates. */
export type Order = Required<Assignment>;

/** What a thread tells. */
export type Report =
  | ({ readonly kind: 'run' } & Run)
  | { readonly kind: 'done'; readonly seeds: number; readonly happened: number };

/** A run that broke an invariant, or was traced. */
export interface Run {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly trace: readonly string[];
}

/** What came of many seeds. */
export interface Summary {
  readonly seeds: number;
  /** Simulated events, all seeds together. */
  readonly happened: number;
  /** In order of seed. */
  readonly runs: readonly Run[];
}

/** So many seeds, one after the other. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Simulates seeds in several threads at once. */
export async function simulateSeeds(assignment: Assignment, threads: number): Promise<Summary> {
  const { seeds, plant, traced = false, until = 'any' } = assignment;
  const stride = Math.min(threads, seeds.length);
  const parts = await Promise.all(
    Array.from({ length: stride }, (_, thread) =>
      work({ seeds: seeds.filter((_seed, index) => index % stride === thread), plant, traced, until }),
    ),
  );
  return {
    seeds: parts.reduce((sum, part) => sum + part.seeds, 0),
    happened: parts.reduce((sum, { happened }) => sum + happened, 0),
    runs: parts.flatMap(({ runs }) => runs).toSorted((a, b) => a.seed - b.seed),
  };
}

function work(order: Order): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const runs: Run[] = [];
    const worker = new Worker(new URL('worker.ts', import.meta.url));
    worker.on('message', (report: Report) => {
      if (report.kind === 'run') runs.push(report);
      else resolve({ ...report, runs });
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a thread of the simulation ended without a report')));
    worker.postMessage(order, []);
  });
}
