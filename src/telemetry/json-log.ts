import { pino } from 'pino';
import type { LogLevel, SharedLog } from './contract.ts';
import type { Output } from './output.ts';
import { redactedEntry, redactedError, redactedFields } from './redacted-lines.ts';
import { requestLevel } from './request-level.ts';

/** How to write for programs. */
export interface JsonLogOptions {
  readonly level: LogLevel;
  readonly output: Output;
  /** The number of this process, where there are several. */
  readonly worker?: number;
}

/** A JSON object a line, redacted: `level`, `time` in RFC 3339, the fields, and the message as `msg`. */
export function jsonLog({ level, output, worker }: JsonLogOptions): SharedLog {
  const logger = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: redactedError },
    },
    output,
  );
  return {
    debug: (message, fields = {}) => logger.debug(redactedFields(fields), message),
    info: (message, fields = {}) => logger.info(redactedFields(fields), message),
    warn: (message, fields = {}) => logger.warn(redactedFields(fields), message),
    error: (message, fields = {}) => logger.error(redactedFields(fields), message),
    request: (entry) => logger[requestLevel(entry)](redactedEntry(entry), 'request'),
    writeLines: (lines) => output.write(lines),
    flush: () => output.flush(),
  };
}
