import { formatDuration } from '../config/scalars.ts';
import { printable } from '../telemetry/request-line.ts';
import type { ShownKey } from './admin-client.ts';

const HEADINGS = ['NAME', 'PROVIDER', 'ID', 'HINT', 'STATE', 'NEXT TRY', 'REASON'];
const NOTHING = '-';

/**
 * Keys as a table for people, and a line that counts them.
 * @param now - milliseconds since the epoch
 */
export function keysTable(keys: readonly ShownKey[], now: number): string {
  if (keys.length === 0) return 'There are no keys.';
  const rows = [HEADINGS, ...keys.map((key) => cells(key, now).map(printable))];
  const widths = HEADINGS.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', summary(keys)].join('\n');
}

function cells(key: ShownKey, now: number): readonly string[] {
  return [
    key.name ?? NOTHING,
    key.provider,
    key.id,
    key.hint === null ? NOTHING : `…${key.hint}`,
    key.state.replaceAll('-', ' '),
    key.nextTryAt === null ? NOTHING : fromNow(Date.parse(key.nextTryAt) - now),
    key.reason ?? NOTHING,
  ];
}

function fromNow(ms: number): string {
  return ms <= 0 ? 'now' : `in ${formatDuration(rounded(ms))}`;
}

/** To what a person would say: seconds up to two minutes, minutes up to two hours, hours. */
function rounded(ms: number): number {
  const unitMs = ms < 120_000 ? 1000 : ms < 7_200_000 ? 60_000 : 3_600_000;
  return Math.ceil(ms / unitMs) * unitMs;
}

function summary(keys: readonly ShownKey[]): string {
  const counts = Map.groupBy(keys, ({ state }) => state);
  const states = [...counts].map(([state, group]) => `${group.length} ${state.replaceAll('-', ' ')}`);
  return `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${states.join(', ')}`;
}
