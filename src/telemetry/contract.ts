import type { RequestLogEntry } from '../gateway/request-log-entry.ts';

/** What stands beside a message. A value that is an `Error` belongs under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log. No call throws, waits or blocks. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** One line for one request of the data plane, at the level that `requestLevel` finds. */
  request(entry: RequestLogEntry): void;
  /** Resolves when everything logged so far has been written, or cannot be. */
  flush(): Promise<void>;
}

/** A log whose output is shared with other processes of this gateway. */
export interface SharedLog extends Log {
  /** Writes whole lines of another process, which has formatted them. */
  writeLines(lines: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
