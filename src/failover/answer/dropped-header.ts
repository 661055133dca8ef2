/** So many names are told; of the others, how many they are. */
const MAX_NAMES = 32;

/** Of each name so much is told. Characters. */
const MAX_NAME_LENGTH = 64;

/**
 * The names of what a translation left out, as the value of a header. Clients choose them: what a header cannot hold
 * is escaped as in URLs, and there is an end to them.
 */
export function droppedHeader(names: readonly string[]): string {
  const listed = names.slice(0, MAX_NAMES).map(escapedName);
  const more = names.length - listed.length;
  return [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function escapedName(name: string): string {
  const short = name.slice(0, MAX_NAME_LENGTH);
  return /^[!-+\--~]+$/u.test(short) ? short : encodeURIComponent(short.toWellFormed());
}
