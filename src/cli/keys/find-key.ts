import { AdminRefusal } from './admin-client.ts';
import type { AdminClient, Answer, ShownKey } from './admin-client.ts';
import { CommandFailure } from '../failure.ts';
import type { ShownExplanation } from './shown-explanation.ts';

/** Candidates named in a message. */
const MAX_NAMED = 5;

/**
 * Explains the key that is meant: by its id, the beginning of it, or its name. Keys are listed only where it is not
 * the id.
 * @throws CommandFailure where none or several are meant
 */
export async function explainMatching(
  client: AdminClient,
  idOrName: string,
): Promise<Answer<ShownExplanation>> {
  try {
    return await client.explain(idOrName);
  } catch (error) {
    if (!(error instanceof AdminRefusal) || error.code !== 'unknown_key') throw error;
    return client.explain(onlyMatch(await client.list(undefined), idOrName));
  }
}

function onlyMatch(keys: readonly ShownKey[], idOrName: string): string {
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

function candidate({ id, name, hint, provider }: ShownKey): string {
  const words = [id, name ?? '', hint === null ? '' : `…${hint}`, `of ${provider}`];
  return words.filter((word) => word !== '').join(' ');
}
