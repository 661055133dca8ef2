import { countAlike } from './alike-requests.ts';
import type { LogLevel, SharedLog } from './contract.ts';
import { logDroppedLines } from './dropped-lines.ts';
import { jsonLog } from './json-log.ts';
import { streamOutput } from './output.ts';
import { prettyLog } from './pretty-log.ts';
import { standardOutput } from './standard-output.ts';

/** How lines are written. */
export interface LogStyle {
  readonly kind: 'json' | 'pretty';
  readonly colors: boolean;
  /** Each line is written at once, for a terminal. */
  readonly eager: boolean;
}

/** How to open a log. */
export interface LogOptions {
  /** The lowest level that is logged. */
  readonly level: LogLevel;
  readonly format: LogFormat | LogStyle;
  /** Where the lines go; absent: standard output, buffered. */
  readonly stream?: NodeJS.WritableStream;
  /** The number of this process, where there are several; it stands in every line. */
  readonly worker?: number;
}

/** `auto` is pretty on a terminal and JSON elsewhere. */
export type LogFormat = 'auto' | 'json' | 'pretty';

/** Opens the log of this process. */
export function createLog({ level, format, stream, worker }: LogOptions): SharedLog {
  const { kind, colors, eager } = typeof format === 'object' ? format : chooseStyle(format, stream);
  const output =
    stream === undefined
      ? standardOutput({ eager, onDropped: (dropped) => logDroppedLines(log, dropped) })
      : streamOutput(stream);
  const numbered = worker === undefined ? {} : { worker };
  const log: SharedLog =
    kind === 'json'
      ? jsonLog({ level, output, ...numbered })
      : prettyLog({ level, output, colors, ...numbered, now: Date.now });
  return level === 'warn' || level === 'error' ? countAlike(log) : log;
}

/** The style of a format for `stream`, or else for standard output. */
export function chooseStyle(format: LogFormat, stream?: NodeJS.WritableStream): LogStyle {
  const isTerminal = stream === undefined && process.stdout.isTTY;
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
  const colors = isTerminal && process.stdout.hasColors() && (process.env['NO_COLOR'] ?? '') === '';
  return { kind: isPretty ? 'pretty' : 'json', colors, eager: isTerminal };
}
