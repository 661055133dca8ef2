import type { KeyView, OutageView, StateView } from '../../admin/contract.ts';
import { printable } from '../../telemetry/request-line.ts';
import { outageText } from './outage-text.ts';
import { EMPTY_CELL, tableLines } from '../table.ts';
import { fromNow, timeAndAge, timeOfDay } from './relative-time.ts';

const HEADINGS = ['NAME', 'PROVIDER', 'ID', 'HINT', 'STATE', 'NEXT TRY', 'REASON'];

/** What stands under the table. */
export interface Beneath {
  /** What providers are down for. */
  readonly down: readonly OutageView[];
  readonly refusedFile: StateView['refusedFile'];
  /** Of how many those are that match; undefined where all are shown. */
  readonly of: number | undefined;
}

/**
 * Keys as a table for people, those that need a person first, a line that counts them, one for all that a provider is down
 * for, and one for a configuration file that is refused.
 * @param now - milliseconds since the epoch
 */
export function keysTable(keys: readonly KeyView[], { down, refusedFile, of }: Beneath, now: number): string {
  const beneath = [
    ...down.map((outage) => outageText(outage, now)),
    ...(refusedFile === null ? [] : [refusedText(refusedFile, now)]),
  ].map(printable);
  if (keys.length === 0)
    return [
      of === undefined || of === 0 ? 'There are no keys.' : `None of ${keysText(of)} matches.`,
      ...beneath,
    ].join('\n');
  const rows = keys.toSorted((one, other) => rankOf(one) - rankOf(other)).map((key) => cells(key, now));
  return [...tableLines(HEADINGS, rows), '', summary(keys, of), ...beneath].join('\n');
}

/** That the configuration file is not what runs, and why. @param now - milliseconds since the epoch */
export function refusedText(
  { file, since, problem, mistakes }: NonNullable<StateView['refusedFile']>,
  now: number,
): string {
  const more = mistakes > 1 ? ` (and ${mistakes - 1} more)` : '';
  return `${file} is refused since ${timeAndAge(since, now)}, and an older configuration runs: ${problem}${more}`;
}

/** In the order in which a person is needed: to replace a key, to pay for it, to look at it. */
const CAUSES = ['key_dead', 'billing', 'failures', 'denied', 'throttled'];

function rankOf({ state, cause = null, reason }: KeyView): number {
  if (state === 'disabled') return CAUSES.length + 1;
  if (cause !== null) return CAUSES.indexOf(cause);
  return reason === null ? CAUSES.length + 2 : CAUSES.length;
}

function cells(key: KeyView, now: number): readonly string[] {
  return [
    key.name ?? EMPTY_CELL,
    key.provider,
    key.id,
    key.hint === null ? EMPTY_CELL : `…${key.hint}`,
    standingText(key),
    nextText(key, now),
    key.reason ?? EMPTY_CELL,
  ];
}

function standingText({ state, standing = state }: KeyView): string {
  return standing.replaceAll('-', ' ');
}

/** When it is tested or comes back; of one that is held, when that is over. */
function nextText({ nextTryAt, heldUntil = null }: KeyView, now: number): string {
  if (heldUntil !== null) return `${fromNow(Date.parse(heldUntil) - now)} (${timeOfDay(heldUntil, now)})`;
  return nextTryAt === null ? EMPTY_CELL : fromNow(Date.parse(nextTryAt) - now);
}

function summary(keys: readonly KeyView[], of: number | undefined): string {
  const sorted = keys.toSorted((one, other) => rankOf(one) - rankOf(other));
  const states = Array.from(
    Map.groupBy(sorted, standingText),
    ([standing, group]) => `${group.length} ${standing}${causesText(group)}`,
  );
  const verb = keys.length === 1 ? 'matches' : 'match';
  const count = of === undefined ? keysText(keys.length) : `${keys.length} of ${keysText(of)} ${verb}`;
  return `${count}: ${states.join(', ')}`;
}

function keysText(count: number): string {
  return `${count} ${count === 1 ? 'key' : 'keys'}`;
}

const CAUSE_WORDS: Readonly<Record<string, string>> = {
  key_dead: 'refused',
  billing: 'out of credit',
  failures: 'failing',
};

/** Of keys that are out, how many for which cause. */
function causesText(keys: readonly KeyView[]): string {
  const out = keys.filter(({ state, cause }) => state === 'out-of-service' && (cause ?? null) !== null);
  if (out.length === 0) return '';
  const counts = Array.from(
    Map.groupBy(out, ({ cause }) => cause ?? ''),
    ([cause, group]) => `${group.length} ${CAUSE_WORDS[cause] ?? cause}`,
  );
  return ` (${counts.join(', ')})`;
}
