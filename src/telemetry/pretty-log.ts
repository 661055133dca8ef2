import { inspect, styleText } from 'node:util';
import type { LogFields, LogLevel, SharedLog } from './contract.ts';
import type { Output } from './output.ts';
import { redactedText } from '../keys/redaction/redacted-text.ts';
import { redactedEntry, redactedFields } from './redacted-lines.ts';
import { requestLevel } from './request-level.ts';
import { printable, requestLine } from './request-line.ts';

/** How to write for people. */
export interface PrettyLogOptions {
  readonly level: LogLevel;
  readonly output: Output;
  readonly colors: boolean;
  /** The number of this process, where there are several. */
  readonly worker?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const LEVELS = {
  debug: { rank: 0, format: 'dim', label: 'debug: ' },
  info: { rank: 1, format: [], label: '' },
  warn: { rank: 2, format: 'yellow', label: 'warning: ' },
  error: { rank: 3, format: 'red', label: 'error: ' },
} as const;

/** For people at a terminal: the time of day, then the message or a request's line. */
export function prettyLog({ level: minLevel, output, colors, worker, now }: PrettyLogOptions): SharedLog {
  const who = worker === undefined ? '' : ` #${worker}`;
  const write = (text: string): void => {
    const margin = `${new Date(now()).toTimeString().slice(0, 8)}${who}`;
    output.write(`${colors ? styleText('gray', margin, { validateStream: false }) : margin} ${text}\n`);
  };
  const writer =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      const { rank, format, label } = LEVELS[level];
      if (rank < LEVELS[minLevel].rank) return;
      const text = printable(`${label}${message}`);
      const shown = colors ? styleText(format, text, { validateStream: false }) : text;
      write(`${shown}${fieldsText(redactedFields(fields), colors)}`);
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    request: (entry) => {
      if (LEVELS[requestLevel(entry)].rank >= LEVELS[minLevel].rank)
        write(requestLine(redactedEntry(entry), colors));
    },
    writeLines: (lines) => output.write(lines),
    flush: () => output.flush(),
  };
}

function fieldsText({ error, ...rest }: LogFields, colors: boolean): string {
  const pairs = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${fieldText(value, colors)}`);
  return pairs.join('') + (error === undefined ? '' : `\n${redactedText(inspect(error, { colors }))}`);
}

function fieldText(value: unknown, colors: boolean): string {
  if (typeof value === 'string') return printable(value);
  return inspect(value, { colors, breakLength: Infinity, depth: 4 });
}
