/** The known name that a name was probably meant to be; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.min(3, Math.floor(candidate.length / 3)))
    .toSorted((one, other) => one.edits - other.edits);
  return best?.candidate;
}

/** What other programs call things that have another name here: words in lower case without `_` and `-`. */
const CALLED_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ...['apikey', 'apikeys', 'key', 'keys', 'token', 'tokens', 'secret'].map(
    (word) => [word, 'apiTokens'] as const,
  ),
  ...['url', 'apibase', 'baseurl', 'apiurl', 'endpoint', 'apihost'].map((word) => [word, 'baseUrl'] as const),
  ['name', 'id'],
  ['provider', 'type'],
  ['vendor', 'type'],
  ['kind', 'type'],
  ['modelmap', 'modelMapping'],
  ['modelalias', 'modelMapping'],
]);

/** The known name that a name was probably meant to be: one that is nearly the same, or that other programs have for it. */
export function meantName(name: string, known: readonly string[]): string | undefined {
  const elsewhere = CALLED_ELSEWHERE.get(name.toLowerCase().replaceAll(/[_-]/g, ''));
  return elsewhere !== undefined && known.includes(elsewhere) ? elsewhere : nearest(name, known);
}

/** Levenshtein distance; infinite where the lengths differ by more than 3. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 3) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const shorter = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, shorter));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
