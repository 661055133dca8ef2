import { AdminRefusal } from './admin-client.ts';
import type { AdminClient, Answer, ShownKey } from './admin-client.ts';
import { CommandFailure } from './failure.ts';
import type { ShownExplanation } from './shown-explanation.ts';

/** Candidates named in a message. */
const MAX_NAMED = 5;

/**
 * Explains the key that is meant: by its id, the beginning of it, or its name. Keys are listed only where it is not
 * the id.
 * @throws CommandFailure where none or several are meant
 */
export async function explainMeant(client: AdminClient, meant: string): Promise<Answer<ShownExplanation>> {
  try {
    return await client.explain(meant);
  } catch (error) {
    if (!(error instanceof AdminRefusal) || error.code !== 'unknown_key') throw error;
    return client.explain(soleId(await client.list(undefined), meant));
  }
}

function soleId(keys: readonly ShownKey[], meant: string): string {
  const found = keys.filter(({ id, name }) => name === meant || id.startsWith(meant));
  const [first] = found;
  if (first === undefined) throw new CommandFailure(`No key has the id or the name ${meant}.`);
  if (found.length === 1) return first.id;
  const named = found.slice(0, MAX_NAMED).map((key) => `  ${candidate(key)}`);
  const more = found.length > MAX_NAMED ? [`  and ${found.length - MAX_NAMED} more`] : [];
  throw new CommandFailure([`${found.length} keys are meant by ${meant}:`, ...named, ...more].join('\n'));
}

function candidate({ id, name, hint, provider }: ShownKey): string {
  const words = [id, name ?? '', hint === null ? '' : `…${hint}`, `of ${provider}`];
  return words.filter((word) => word !== '').join(' ');
}
