import type { AttemptNote } from '../failover/attempt.ts';

/** One request's line in the log. Times in milliseconds, sizes in bytes. */
export interface RequestEntry {
  readonly id: string;
  readonly method: string;
  /** Without its query, which may hold a credential. */
  readonly path: string;
  readonly client?: string;
  readonly operation?: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly provider?: string;
  /** Key id. */
  readonly key?: string;
  readonly attempts: number;
  /** The tries that did not give the answer. */
  readonly failed?: readonly AttemptNote[];
  /** What the client got; 0 where it went away before it got anything. */
  readonly status: number;
  /** Of an error of ours. */
  readonly code?: string;
  /** Of the attempt that answered, once its body had ended. */
  readonly verdict?: string;
  readonly firstOutputMs?: number;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
