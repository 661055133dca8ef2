import type { ShownKey } from './admin-client.ts';
import { NOTHING, tableLines } from './table.ts';
import { fromNow } from './time-words.ts';

const HEADINGS = ['NAME', 'PROVIDER', 'ID', 'HINT', 'STATE', 'NEXT TRY', 'REASON'];

/**
 * Keys as a table for people, and a line that counts them.
 * @param now - milliseconds since the epoch
 */
export function keysTable(keys: readonly ShownKey[], now: number): string {
  if (keys.length === 0) return 'There are no keys.';
  const rows = keys.map((key) => cells(key, now));
  return [...tableLines(HEADINGS, rows), '', summary(keys)].join('\n');
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

function summary(keys: readonly ShownKey[]): string {
  const counts = Map.groupBy(keys, ({ state }) => state);
  const states = [...counts].map(([state, group]) => `${group.length} ${state.replaceAll('-', ' ')}`);
  return `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${states.join(', ')}`;
}
