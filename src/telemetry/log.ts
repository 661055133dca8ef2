import type { Log, LogLevel } from './contract.ts';
import { bufferedOutput, streamOutput } from './output.ts';
import { jsonLog } from './json-log.ts';
import { prettyLog } from './pretty-log.ts';

export type { Log, LogFields, LogLevel } from './contract.ts';

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
