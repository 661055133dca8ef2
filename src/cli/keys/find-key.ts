import type { KeyView } from '../../admin/contract.ts';
import { nearest } from '../../config/load/nearest.ts';
import { printable } from '../../telemetry/request-line.ts';
import { CommandFailure } from '../failure.ts';
import type { AdminClient } from './admin-client.ts';

/** Candidates named in a message. */
const MAX_NAMED = 5;

/**
 * The key that is meant: by its id, its name, or the beginning of either. All keys are listed only where none is.
 * @throws CommandFailure where none or several are meant
 */
export async function findKey(client: AdminClient, text: string): Promise<KeyView> {
  const { count, keys } = await client.find(text);
  const [first] = keys;
  if (first === undefined) throw unknownKey(text, (await client.list({})).known.keys);
  if (count === 1) return first;
  const named = keys.slice(0, MAX_NAMED).map((key) => `  ${candidate(key)}`);
  const more = count > named.length ? [`  and ${count - named.length} more`] : [];
  throw new CommandFailure(printableLines([`${count} keys are meant by ${text}:`, ...named, ...more]));
}

function unknownKey(text: string, keys: readonly KeyView[]): CommandFailure {
  const said = `No key has the id or the name ${text}, or one that begins so.`;
  const known = new Map(keys.flatMap((key) => [key.name ?? key.id, key.id].map((name) => [name, key])));
  const near = known.get(nearest(text, [...known.keys()]) ?? '');
  const hint = near === undefined ? '`sparekey keys list` shows them.' : `Did you mean ${candidate(near)}?`;
  return new CommandFailure(printableLines([`${said} ${hint}`]));
}

function candidate({ id, name, hint, provider }: KeyView): string {
  const words = [id, name ?? '', hint === null ? '' : `…${hint}`, `of ${provider}`];
  return words.filter((word) => word !== '').join(' ');
}

function printableLines(lines: readonly string[]): string {
  return lines.map(printable).join('\n');
}
