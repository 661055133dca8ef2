/** What came of one task of one assistant at one family. */
export interface Row {
  readonly assistant: string;
  readonly back: string;
  readonly task: string;
  /** That the gateway answered. */
  readonly requests: number;
  /** Those of them that another key had failed before. */
  readonly failovers: number;
  readonly seconds: number;
  /** What is wrong, in a few words each. */
  readonly wrong: readonly string[];
}

/** The line of a task that was left out. */
export function omittedText(
  { assistant, back, task }: Pick<Row, 'assistant' | 'back' | 'task'>,
  why: string,
): string {
  return line([assistant, back, task, '-', '-', '-'], `left out: ${why}`);
}

const COLUMNS = ['assistant', 'back', 'task', 'requests', 'failovers', 'seconds'] as const;

export const HEADING = line([...COLUMNS], 'result');

/** A row as a line of text. */
export function rowText(row: Row): string {
  const cells = COLUMNS.map((name) => {
    const value = row[name];
    return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
  });
  return line(cells, row.wrong.length === 0 ? 'done' : `FAILED: ${row.wrong.join('; ')}`);
}

function line(cells: readonly string[], result: string): string {
  return [...cells.map((cell) => cell.padEnd(12)), result].join(' ');
}
