import type { Explanation, KeyView } from '../../admin/contract.ts';
import { AdminRefusal } from './admin-client.ts';
import type { AdminClient, Answer } from './admin-client.ts';
import { CommandFailure } from '../failure.ts';

/** Candidates named in a message. */
const MAX_NAMED = 5;

/**
 * Explains the key that is meant: by its id, the beginning of it, or its name. Keys are listed only where it is not
 * the id.
 * @throws CommandFailure where none or several are meant
 */
export async function explainMatching(client: AdminClient, idOrName: string): Promise<Answer<Explanation>> {
  try {
    return await client.explain(idOrName);
  } catch (error) {
    if (!(error instanceof AdminRefusal) || error.code !== 'unknown_key') throw error;
    return client.explain(onlyMatch((await client.list(undefined)).known, idOrName));
  }
}

function onlyMatch(keys: readonly KeyView[], idOrName: string): string {
  const matches = keys.filter(({ id, name }) => name === idOrName || id.startsWith(idOrName));
  const [first] = matches;
  if (first === undefined) throw new CommandFailure(`No key has the id or the name ${idOrName}.`);
  if (matches.length === 1) return first.id;
  const named = matches.slice(0, MAX_NAMED).map((key) => `  ${candidate(key)}`);
  const more = matches.length > MAX_NAMED ? [`  and ${matches.length - MAX_NAMED} more`] : [];
  throw new CommandFailure(
    [`${matches.length} keys are meant by ${idOrName}:`, ...named, ...more].join('\n'),
  );
}

function candidate({ id, name, hint, provider }: KeyView): string {
  const words = [id, name ?? '', hint === null ? '' : `…${hint}`, `of ${provider}`];
  return words.filter((word) => word !== '').join(' ');
}
