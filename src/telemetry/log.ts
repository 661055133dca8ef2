import type { RequestEntry } from '../gateway/request-entry.ts';
import { bufferedOutput, streamOutput } from './output.ts';
import { jsonLog } from './json-log.ts';
import { prettyLog } from './pretty-log.ts';

/** What stands beside a message. A value that is an `Error` belongs under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where events are told. No call throws, waits or blocks. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** One line for one request of the data plane, at level `info`. */
  request(entry: RequestEntry): void;
  /** Resolves when everything told so far has been handed to the system, or can never be. */
  flush(): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How to open a log. */
export interface LogOptions {
  /** The least that is logged. */
  readonly level: LogLevel;
  /** `auto` is pretty on a terminal and JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Where the lines go; absent: standard output, buffered. */
  readonly stream?: NodeJS.WritableStream;
}

/** Opens the log of this process. */
export function createLog({ level, format, stream }: LogOptions): Log {
  const isTerminal = stream === undefined && process.stdout.isTTY;
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
  const output = stream === undefined ? bufferedOutput({ eager: isTerminal }) : streamOutput(stream);
  if (!isPretty) return jsonLog(level, output);
  const colors = isTerminal && process.stdout.hasColors() && (process.env['NO_COLOR'] ?? '') === '';
  return prettyLog({ level, output, colors, now: Date.now });
}
