import { printable } from '../telemetry/request-line.ts';

/** Rows in columns, as lines of text. */
export function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The same under headings, of cells whose text comes from elsewhere. */
export function tableLines(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return alignedLines([headings, ...rows.map((row) => row.map(printable))]);
}

/** An empty cell of a table. */
export const EMPTY_CELL = '-';
