import type { Row } from './testbed.ts';

/** How often which verdict was given. */
export interface Score {
  readonly pass: number;
  readonly partial: number;
  readonly safe: number;
  readonly fail: number;
  /** Of the partial ones, those that are right by the benchmark's words. */
  readonly rightByWords: number;
}

/** Counts verdicts. */
export function scoreOf(rows: readonly Row[]): Score {
  const count = (verdict: string): number => rows.filter(({ judged }) => judged.verdict === verdict).length;
  return {
    pass: count('pass'),
    partial: count('partial'),
    safe: count('safe'),
    fail: count('fail'),
    rightByWords: rows.filter(({ judged }) => judged.rightByWords).length,
  };
}

/** A table in Markdown: scenarios downwards, contenders across, with what each did. */
export function tableOf(columns: ReadonlyMap<string, readonly Row[]>): string {
  const names = [...columns.keys()];
  const [first = []] = columns.values();
  const lines = first.map(({ scenario: { id, fault } }, index) => {
    const cells = names.map((name) => cell(columns.get(name)?.[index]));
    return `| ${id} | ${fault} | ${cells.join(' | ')} |`;
  });
  const scores = names.map((name) => {
    const { pass, partial, safe, fail } = scoreOf(columns.get(name) ?? []);
    return `**${pass}/${partial}/${safe}/${fail}**`;
  });
  const words = names.map((name) => {
    const { pass, rightByWords } = scoreOf(columns.get(name) ?? []);
    return `**${pass + rightByWords}**`;
  });
  return [
    `| | fault of the primary | ${names.join(' | ')} |`,
    `| --- | --- | ${names.map(() => '---').join(' | ')} |`,
    ...lines,
    `| | pass/partial/safe/fail | ${scores.join(' | ')} |`,
    `| | right by its words | ${words.join(' | ')} |`,
  ].join('\n');
}

/** What is to be said of each that is no pass. */
export function reasonsOf(name: string, rows: readonly Row[]): readonly string[] {
  return rows
    .filter(({ judged }) => judged.verdict !== 'pass')
    .map(({ scenario: { id }, judged: { verdict, because } }) => `${name}: ${id} ${verdict}: ${because}`);
}

function cell(row: Row | undefined): string {
  if (row === undefined) return '';
  const { judged, measured } = row;
  const seconds = Math.max(...measured.calls.map(({ tookMs }) => tookMs)) / 1_000 / measured.scale;
  return `${judged.verdict} (${measured.primary.length}+${measured.fallback.length}, ${seconds.toFixed(1)} s)`;
}
