import { styleText } from 'node:util';
import type { KeyView } from '../../src/admin/contract.ts';
import { statusOf, type DemoEvent, type KeyStatus, type Tone } from './event-log.ts';
import type { Tally } from './traffic.ts';

/** Everything that is shown at one moment. */
export interface Snapshot {
  readonly url: string;
  readonly elapsedMs: number;
  readonly totalMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly tally: Tally;
  /** Requests that met a failing key and were answered by another one. */
  readonly rescued: number;
  readonly keys: readonly KeySnapshot[];
  readonly events: readonly DemoEvent[];
}

export interface KeySnapshot {
  readonly view: KeyView;
  readonly inFlight: number;
  readonly answered: number;
}

type Format = Parameters<typeof styleText>[0];

const STATUS_STYLES: Readonly<Record<KeyStatus, { readonly sign: string; readonly format: Format }>> = {
  'in service': { sign: '●', format: 'green' },
  throttled: { sign: '◐', format: 'yellow' },
  'out of service': { sign: '○', format: 'red' },
};

const TONES: Readonly<Record<Tone, Format>> = { bad: 'red', good: 'green', plain: 'reset' };

const BARS = '▁▂▃▄▅▆▇█';
const MOST_DOTS = 8;
const EVENTS_SHOWN = 9;

/** A snapshot as lines that fit the terminal. */
export function renderFrame(snapshot: Snapshot, columns: number, rows: number): string[] {
  const { url, elapsedMs, totalMs, tally, rescued, keys, events } = snapshot;
  const time = `${clock(elapsedMs)} / ${clock(totalMs)}`;
  const lines = [
    line(columns, ['Sparekey', 'bold'], [` at ${url}, a pool of ${keys.length} keys behind it   ${time}`]),
    '',
    line(
      columns,
      [`${String(tally.answered).padStart(7)} requests answered   `],
      [sparkline(tally.bySecond), 'cyan'],
      [`  ${rate(tally)}/s`],
    ),
    line(columns, [
      `${String(rescued).padStart(7)} of them met a failing key and moved on to another, unseen`,
    ]),
    line(columns, [
      `${String(tally.failed).padStart(7)} failed for a client`,
      tally.failed === 0 ? 'green' : 'red',
    ]),
    '',
    line(columns, [
      `  ${'KEY'.padEnd(8)} ${'STATE'.padEnd(16)} ${'IN FLIGHT'.padEnd(12)} ANSWERED  NEXT TRY  REASON`,
      'dim',
    ]),
    ...keys.map((key) => keyLine(key, snapshot.now, columns)),
    '',
    ...events
      .slice(-EVENTS_SHOWN)
      .map(({ atMs, tone, text }) => line(columns, [`  ${seconds(atMs)}  `, 'dim'], [text, TONES[tone]])),
  ];
  return lines.slice(0, Math.max(1, rows - 1));
}

/** The same snapshot in one plain line, for a file or a pipe. */
export function renderLine({ elapsedMs, tally, keys }: Snapshot): string {
  const states = keys.map(({ view }) => `${view.name ?? view.id} ${STATUS_STYLES[statusOf(view)].sign}`);
  return `${seconds(elapsedMs)}  ${tally.answered} answered, ${rate(tally)}/s, ${tally.failed} failed  ${states.join('  ')}`;
}

/** An event in one plain line. */
export function renderEvent({ atMs, text }: DemoEvent): string {
  return `${seconds(atMs)}  ${text}`;
}

function keyLine({ view, inFlight, answered }: KeySnapshot, now: number, columns: number): string {
  const status = statusOf(view);
  const { sign, format } = STATUS_STYLES[status];
  const dots = '•'.repeat(Math.min(inFlight, MOST_DOTS)).padEnd(MOST_DOTS);
  const nextTry = nextTryOf(view);
  const wait = nextTry === undefined ? '' : `${(Math.max(0, nextTry - now) / 1_000).toFixed(1)} s`;
  return line(
    columns,
    [`${sign} ${(view.name ?? view.id).padEnd(8)} ${status.padEnd(16)} `, format],
    [`${dots} ${String(inFlight).padStart(2)} `],
    [`${String(answered).padStart(9)} `],
    [`${wait.padStart(9)}  `],
    [view.reason ?? '', 'dim'],
  );
}

/** Of a key out of service the next test, of a throttled one the end of its wait. */
function nextTryOf({ nextTryAt, models }: KeyView): number | undefined {
  if (nextTryAt !== null) return Date.parse(nextTryAt);
  const ends = Object.values(models).map(({ until }) => Date.parse(until));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Of the last whole second. */
function rate({ bySecond }: Tally): number {
  return bySecond.at(-2) ?? bySecond.at(-1) ?? 0;
}

function sparkline(bySecond: readonly number[]): string {
  const whole = bySecond.slice(0, -1).slice(-30);
  const most = Math.max(1, ...whole);
  return whole.map((count) => BARS[Math.round((count / most) * (BARS.length - 1))] ?? '').join('');
}

/** Parts of a line, each with its format, cut where the terminal ends. */
function line(columns: number, ...parts: readonly (readonly [text: string, format?: Format])[]): string {
  let left = columns;
  let styled = '';
  for (const [text, format] of parts) {
    const shown = text.slice(0, left);
    left -= shown.length;
    styled += format === undefined ? shown : styleText(format, shown);
  }
  return styled;
}

function clock(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(5)} s`;
}
