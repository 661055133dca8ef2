import type { KeyView, OutageView } from '../../admin/contract.ts';
import { printable } from '../../telemetry/request-line.ts';
import { outageText } from './outage-text.ts';
import { EMPTY_CELL, tableLines } from '../table.ts';
import { fromNow } from './relative-time.ts';

const HEADINGS = ['NAME', 'PROVIDER', 'ID', 'HINT', 'STATE', 'NEXT TRY', 'REASON'];

/**
 * Keys as a table for people, a line that counts them, and one for all that a provider is down for.
 * @param now - milliseconds since the epoch
 */
export function keysTable(keys: readonly KeyView[], down: readonly OutageView[], now: number): string {
  const outages = down.map((outage) => printable(outageText(outage, now)));
  if (keys.length === 0) return ['There are no keys.', ...outages].join('\n');
  const rows = keys.map((key) => cells(key, now));
  return [...tableLines(HEADINGS, rows), '', summary(keys), ...outages].join('\n');
}

function cells(key: KeyView, now: number): readonly string[] {
  return [
    key.name ?? EMPTY_CELL,
    key.provider,
    key.id,
    key.hint === null ? EMPTY_CELL : `…${key.hint}`,
    key.state.replaceAll('-', ' '),
    key.nextTryAt === null ? EMPTY_CELL : fromNow(Date.parse(key.nextTryAt) - now),
    key.reason ?? EMPTY_CELL,
  ];
}

function summary(keys: readonly KeyView[]): string {
  const counts = Map.groupBy(keys, ({ state }) => state);
  const states = [...counts].map(([state, group]) => `${group.length} ${state.replaceAll('-', ' ')}`);
  return `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${states.join(', ')}`;
}
