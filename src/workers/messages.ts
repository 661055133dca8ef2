import type { ConfigSource } from '../config/load/source.ts';
import type { MemoryUse } from '../gateway/memory-budget.ts';
import type { ConnectionCounts } from '../listener/file-descriptors.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import type { LogLevel } from '../telemetry/log.ts';
import type { LogStyle } from '../telemetry/log.ts';

/**
 * What goes over the channel between the control process and a worker, which only the two of them can reach:
 * the one place where secrets travel between processes.
 */

/** What the control process tells a worker. */
export type WorkerCommand =
  | StartCommand
  | { readonly kind: 'reload'; readonly source: ConfigSource; readonly version: number }
  /** Finish what is under way, and end. */
  | { readonly kind: 'drain' }
  /** Serve the connection that comes with this. Numbers count from 1. */
  | { readonly kind: 'connection'; readonly number: number }
  /** The answer to `stalled`: these connections were given to others, all others that came before this are still its own. */
  | { readonly kind: 'resume'; readonly stall: number; readonly revoked: readonly number[] }
  /** How the workers are, to be told to those who ask. */
  | { readonly kind: 'workers'; readonly workers: WorkersReadiness };

/** How many workers serve, as `GET /ready` tells it. */
export interface WorkersReadiness {
  readonly ready: number;
  readonly of: number;
}

/** Always the first order. */
export interface StartCommand {
  readonly kind: 'start';
  /** From 1. */
  readonly worker: number;
  readonly log: { readonly level: LogLevel; readonly look: LogStyle };
  /** What the gateway was started with: what a reload does not change is that of the first worker still. */
  readonly first: ConfigSource;
  /** The newest one. */
  readonly source: ConfigSource;
  /** Of `source`: how many reloads there were before. */
  readonly version: number;
  /** From one sign of life to the next. Milliseconds. */
  readonly signEveryMs: number;
  /** What the control process knows of keys. */
  readonly known: readonly RecordSnapshot[];
}

/** What a worker tells the control process. */
export type WorkerReport =
  /** It can take connections, or has gone over to another configuration. */
  | { readonly kind: 'ready'; readonly version: number }
  /** Its event loop runs, and its requests hold so much. */
  | { readonly kind: 'alive'; readonly memory: MemoryUse }
  /** Its event loop stood still, for the so-manieth time: it serves no new connection before it is told which are its own. */
  | { readonly kind: 'stalled'; readonly stall: number }
  /** It has the connection of this number. */
  | { readonly kind: 'taken'; readonly number: number }
  /** So many connections are open there now that some have closed. */
  | { readonly kind: 'open'; readonly connections: number; readonly counts: ConnectionCounts | undefined }
  /** It cannot start, and ends. */
  | { readonly kind: 'failed'; readonly error: SerializedError };

/** An error as far as it can be told to another process. */
export interface SerializedError {
  readonly message: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly port?: number;
}

/** Nothing goes over the channel but what the other half of this very program has sent. */
export function isCommand(message: unknown): message is WorkerCommand {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

/** As with orders. */
export function isReport(message: unknown): message is WorkerReport {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

/** Makes an error fit for the channel. */
export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  return {
    message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...('syscall' in error && typeof error.syscall === 'string' && { syscall: error.syscall }),
    ...('port' in error && typeof error.port === 'number' && { port: error.port }),
  };
}
