import type { RefusedFile } from '../admin/state-view.ts';
import type { PortableConfig } from '../config/portable.ts';
import type { MemoryUse } from '../gateway/memory-budget.ts';
import type { ConnectionCounts } from '../listener/file-descriptors.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import type { LogLevel } from '../telemetry/contract.ts';
import type { LogStyle } from '../telemetry/log.ts';

/**
 * Messages between the control process and a worker, over a channel that only the two can reach: the one place where
 * secrets travel between processes.
 */

/** From the control process to a worker. */
export type WorkerCommand =
  | StartCommand
  | { readonly kind: 'reload'; readonly config: PortableConfig; readonly version: number }
  /** Finish what is in flight, and end. */
  | { readonly kind: 'drain' }
  /** Serve the connection that is sent with this. Numbers count from 1. */
  | { readonly kind: 'connection'; readonly number: number }
  /** The answer to `stalled`: the revoked connections were given to others, all others sent before are still its own. */
  | { readonly kind: 'resume'; readonly stall: number; readonly revoked: readonly number[] }
  /** For `GET /ready`: how many workers serve, and the configuration file where it is not taken over. */
  | {
      readonly kind: 'readiness';
      readonly workers: WorkersReadiness;
      readonly refusedFile: RefusedFile | undefined;
    };

/** How many workers serve, as `GET /ready` shows it. */
export interface WorkersReadiness {
  readonly ready: number;
  readonly of: number;
}

/** Always the first command. */
export interface StartCommand {
  readonly kind: 'start';
  /** From 1. */
  readonly worker: number;
  readonly log: { readonly level: LogLevel; readonly style: LogStyle };
  /** The newest one. */
  readonly config: PortableConfig;
  /** Of `config`: how many reloads there were before. */
  readonly version: number;
  /** Between two heartbeats. Milliseconds. */
  readonly heartbeatEveryMs: number;
  /** What the control process knows of keys. */
  readonly known: readonly RecordSnapshot[];
}

/** From a worker to the control process. */
export type WorkerReport =
  /** It accepts connections, or runs another configuration now. */
  | { readonly kind: 'ready'; readonly version: number }
  /** Its event loop runs, and its requests hold so much. */
  | { readonly kind: 'alive'; readonly memory: MemoryUse }
  /** Its event loop stalled, for the n-th time: it serves no new connection before `resume`. */
  | { readonly kind: 'stalled'; readonly stall: number }
  /** It has accepted the connection of this number. */
  | { readonly kind: 'accepted'; readonly number: number }
  /** So many connections are open after some have closed. */
  | { readonly kind: 'open'; readonly connections: number; readonly counts: ConnectionCounts | undefined }
  /** It cannot start, and ends. */
  | { readonly kind: 'failed'; readonly error: SerializedError };

/** An error as it is sent to another process. */
export interface SerializedError {
  readonly message: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly port?: number;
}

/** Narrows the type alone: nothing but this program sends over the channel. */
export function isCommand(message: unknown): message is WorkerCommand {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

/** As `isCommand`. */
export function isReport(message: unknown): message is WorkerReport {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

/** Makes an error that can be sent over the channel. */
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
