import type { RequestLogEntry } from '../gateway/request-log-entry.ts';

/** What stands beside a message. A value that is an `Error` belongs under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where events are told. No call throws, waits or blocks. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** One line for one request of the data plane, at level `info`. */
  request(entry: RequestLogEntry): void;
  /** Resolves when everything told so far has been handed to the system, or can never be. */
  flush(): Promise<void>;
}

/** A log with an output that other processes of this gateway write to as well. */
export interface SharedLog extends Log {
  /** Takes whole lines of another process, which has made them as this log would. */
  writeLines(lines: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
